import { toHex } from "../../chain/crypto/bytes.ts";
import { taggedHash, u64be, utf8Bytes } from "../../chain/crypto/tagged.ts";

/** Version of the rules by which validators recompute a result: DESIGN.md section 5, class-block Gauss-Newton. */
export const RESULT_ALGORITHM = "result-1";

/** Request id, hex: no height in it, so two runs with the same requests have the same ids. Addresses are bech32 text. */
export function requestId(fields: {
  readonly requester: string;
  readonly model: string;
  readonly inputCommitment: Uint8Array;
  /** The requester's counter, from 0. */
  readonly counter: bigint;
}): string {
  const { requester, model, inputCommitment, counter } = fields;
  return toHex(
    taggedHash("openledger/request", utf8Bytes(requester), utf8Bytes(model), inputCommitment, u64be(counter)),
  );
}

/** What hides an input until its blob is served. */
export function inputCommitment(salt: Uint8Array, text: string): Uint8Array {
  return taggedHash("openledger/input", salt, utf8Bytes(text));
}
