import { equalBytes } from "../../chain/crypto/bytes.ts";
import { openingHash } from "../../modules/attribution/client.ts";
import { inputCommitment } from "../../modules/inference/ids.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceInput, Query, type Request } from "../../proto/gen/openledger/inference/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import type { VerifierPool } from "../influence/pool.ts";
import type { Attribution } from "../influence/types.ts";
import { type ArtefactSource, artefact } from "./artefacts.ts";
import type { Ask } from "./ask.ts";
import { abstained, accepted, type Finding, rejected } from "./attester.ts";
import { ModelMismatch, type Models } from "./models.ts";
import { countTokensIn, encodeOutput, encodeResultOpening, TOKENS_OUT } from "./result-codec.ts";

const utf8 = new TextDecoder();
const NO_WITNESS = new Float64Array(0);

export interface ResultPorts {
  readonly ask: Ask;
  readonly blobs: ArtefactSource;
  readonly models: Models;
  readonly pool: VerifierPool;
}

/** Recomputes an inference with its attribution: output, token counts, and the hash of what the host will open. */
export async function examineResult(claim: Claim, ports: ResultPorts): Promise<Finding> {
  const { request } = await ports.ask(Query.Request, { id: utf8.decode(claim.subject) });
  if (!request || !equalBytes(request.claimId, claim.id)) return abstained("the request has another claim", false);
  const input = readInput(await artefact(ports.blobs, Buffer.from(request.inputBlob).toString("hex")));
  if (!input) return rejected("the input blob holds no input", NO_WITNESS);
  try {
    const { key, model } = await ports.models.load(ports.pool, request.model);
    const verdict = await ports.pool.verifyResult({ modelKey: key, text: input.text });
    if (verdict.verdict === "abstain") return abstained(verdict.reason, true);
    const difference = differenceOf(claim, { request, input, labels: model.labels }, verdict.attribution);
    return difference === "" ? accepted(verdict.witness) : rejected(difference, verdict.witness);
  } catch (error) {
    if (error instanceof ModelMismatch) return abstained(error.message, false);
    throw error;
  }
}

function readInput(blob: Uint8Array): InferenceInput | undefined {
  try {
    return decodeStrict(InferenceInput, blob);
  } catch {
    return undefined;
  }
}

function differenceOf(
  claim: Claim,
  given: { readonly request: Request; readonly input: InferenceInput; readonly labels: readonly string[] },
  own: Attribution,
): string {
  const { request, input, labels } = given;
  if (!equalBytes(inputCommitment(input.salt, input.text), request.inputCommitment)) {
    return "the input is not the one that the request commits to";
  }
  if (!equalBytes(encodeOutput(own.answer, labels), request.output)) return "the model gives another output";
  if (request.tokensIn !== countTokensIn(input.text) || request.tokensOut !== TOKENS_OUT) {
    return `the request has ${countTokensIn(input.text)} tokens in and ${TOKENS_OUT} out`;
  }
  const opening = openingHash(claim, encodeResultOpening(own));
  return equalBytes(opening, claim.payloadHash) ? "" : "query vectors or settlement vector are others";
}
