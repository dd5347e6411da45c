import { toHex } from "../../chain/crypto/bytes.ts";
import { taggedHash, u32be, u64be, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { Task } from "../../proto/gen/openledger/modelregistry/v1.ts";

/** Version of the rules by which validators recompute a result: DESIGN.md section 5, class-block Gauss-Newton. */
export const RESULT_ALGORITHM = "result-1";

/** The same of a generator's result: adapter views and token attribution. */
export const GENERATION_ALGORITHM = "generation-1";

/** Of a model's result claims. */
export function resultAlgorithm(task: Task): string {
  return task === Task.TASK_GENERATE ? GENERATION_ALGORITHM : RESULT_ALGORITHM;
}

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

/** How a generator is to continue a prompt: the fields of that name of InferenceInput. */
export interface Generation {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: Uint8Array;
}

/** What hides an input until its blob is served; a generator's options are part of what it is asked. */
export function inputCommitment(salt: Uint8Array, text: string, generation?: Generation): Uint8Array {
  const options = generation ? [u32be(generation.maxTokens), u32be(generation.temperature), generation.seed] : [];
  return taggedHash("openledger/input", salt, utf8Bytes(text), ...options);
}
