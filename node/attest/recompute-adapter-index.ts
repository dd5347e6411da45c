import { toHex } from "../../chain/crypto/bytes.ts";
import { decodeLog } from "../factory/job/log.ts";
import { type TokenRow, verifyAdapterIndex } from "../influence/adapter/index.ts";
import { openTokenizer } from "../tokens/tokenizer.ts";
import type { HeavyVerdict } from "./heavy.ts";

/** A trained item with its place in the snapshots. */
export interface AdapterItem extends Omit<TokenRow, "tokens"> {
  readonly text: string;
}

/** A generator's index with all that it refers to. */
export interface AdapterExamination {
  /** Drawn after the claim was posted. */
  readonly seed: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly rows: Uint8Array;
  readonly basis: Uint8Array;
  readonly manifest: Uint8Array;
  readonly graph: Uint8Array;
  readonly tokenizer: Uint8Array;
  readonly weights: Uint8Array;
  readonly log: Uint8Array;
  readonly logRoot: Uint8Array;
  /** In the order of the training. */
  readonly items: readonly AdapterItem[];
  /** Items that only judge. */
  readonly heldOut: readonly { readonly text: string }[];
  readonly workers: number;
}

/** Recomputes a generator's index: gradients of all rows at the checkpoints of its training, and every row in the posted bases. */
export async function recomputeAdapterIndex(
  input: AdapterExamination,
  readBlob: (id: string) => Promise<Uint8Array>,
): Promise<HeavyVerdict> {
  const { seed, items, heldOut, workers, tokenizer, ...claim } = input;
  const { encode } = openTokenizer(tokenizer);
  const tokensOf = ({ text }: { readonly text: string }) => Int32Array.from(encode(text));
  const { stateBlobs } = decodeLog(claim.log);
  return verifyAdapterIndex(
    {
      ...claim,
      readState: async (checkpoint) => readBlob(toHex(stateBlobs[checkpoint] ?? NO_BLOB)),
      items: items.map((item) => ({ ...item, tokens: tokensOf(item) })),
      texts: items.map(({ text }) => text),
      heldOut: heldOut.map((item) => ({ tokens: tokensOf(item) })),
    },
    seed,
    { workers },
  );
}

const NO_BLOB = new Uint8Array(32);
