import { equalBytes } from "../../chain/crypto/bytes.ts";
import { inputCommitment } from "../../modules/inference/ids.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceInput, type Request } from "../../proto/gen/openledger/inference/v1.ts";
import type { Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { generationRequest, isGenerator } from "../generator/index.ts";

/** A result claim with what it answers. */
export interface ClaimedResult {
  readonly claim: Claim;
  readonly request: Request;
  readonly input: InferenceInput;
  readonly model: Model;
}

/** What every task compares first: the work on the input as it is gives the rejection its witness. */
export const OTHER_INPUT = "the input is not the one that the request commits to";

/** Undefined for bytes that are no canonical input. */
export function readInput(blob: Uint8Array): InferenceInput | undefined {
  try {
    return decodeStrict(InferenceInput, blob);
  } catch {
    return undefined;
  }
}

/** How a generator is to answer is part of what a request commits to. */
export function isCommitted({ request, input, model }: Omit<ClaimedResult, "claim">): boolean {
  const { salt, text } = input;
  const generation = isGenerator(model) ? generationRequest(input) : undefined;
  return equalBytes(inputCommitment(salt, text, generation), request.inputCommitment);
}
