import { equalBytes } from "../../chain/crypto/bytes.ts";
import { openingHash } from "../../modules/attribution/client.ts";
import { InferenceOutput } from "../../proto/gen/openledger/inference/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import {
  type CheckedAnswer,
  GeneratorError,
  type GeneratorPool,
  type Generators,
  generationRequest,
} from "../generator/index.ts";
import { encodeGeneratedOpening } from "../generator/wire.ts";
import { abstained, accepted, type Finding, rejected } from "./attester.ts";
import { type ClaimedResult, isCommitted, OTHER_INPUT } from "./claimed-result.ts";

export interface GenerationPorts {
  readonly generators: Generators;
  readonly generatorPool: GeneratorPool;
}

const NO_WITNESS = new Float64Array(0);

/** Checks a generated answer in one pass, and recomputes both of its attributions and what the host will open. */
export async function examineGeneration(given: ClaimedResult, ports: GenerationPorts): Promise<Finding> {
  const { generators, generatorPool } = ports;
  const { request, input, model } = given;
  try {
    const key = await generators.load(generatorPool, model);
    const output = readOutput(request.output);
    const checked = await generatorPool.check(key, generationRequest(input), output?.tokens ?? []);
    const difference = output ? differenceOf(given, output, checked) : "the output is none of a generator";
    return difference === "" ? accepted(checked.witness) : rejected(difference, checked.witness);
  } catch (error) {
    if (!(error instanceof GeneratorError)) throw error;
    if (error.code === "bad-request") return rejected(`no answer is right: ${error.message}`, NO_WITNESS);
    return abstained(error.message, error.code === "no-memory" || error.code === "lost");
  }
}

/** Tokens are those of an output in any form: what else it says is compared. */
function readOutput(bytes: Uint8Array): InferenceOutput | undefined {
  try {
    return decodeStrict(InferenceOutput, bytes);
  } catch {
    return undefined;
  }
}

function differenceOf(given: ClaimedResult, output: InferenceOutput, own: CheckedAnswer): string {
  const { claim, request } = given;
  if (!isCommitted(given)) return OTHER_INPUT;
  if (own.wrong !== "") return own.wrong;
  const { label, labelIndex, confidence, tokens, text } = output;
  if (text !== own.text) return "the text is not that of the tokens";
  if (label !== "" || labelIndex !== 0 || confidence !== 0) return "a generator's output names a label";
  if (request.tokensIn !== own.tokensIn || request.tokensOut !== tokens.length) {
    return `the request has ${own.tokensIn} tokens in and ${tokens.length} out`;
  }
  const opening = openingHash(claim, encodeGeneratedOpening(own.attribution));
  return equalBytes(opening, claim.payloadHash) ? "" : "query vectors or settlement vectors are others";
}
