import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { openingHash } from "../../modules/attribution/client.ts";
import { GENERATION_ALGORITHM, RESULT_ALGORITHM } from "../../modules/inference/ids.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query } from "../../proto/gen/openledger/inference/v1.ts";
import { Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { isGenerator } from "../generator/index.ts";
import type { VerifierPool } from "../influence/pool.ts";
import type { Attribution } from "../influence/types.ts";
import type { ArtefactSource } from "./artefacts.ts";
import type { Ask } from "./ask.ts";
import { abstained, accepted, type Finding, rejected } from "./attester.ts";
import { type ClaimedResult, isCommitted, OTHER_INPUT, readInput } from "./claimed-result.ts";
import { examineGeneration, type GenerationPorts } from "./examine-generation.ts";
import { ModelMismatch, type Models } from "./models.ts";
import { countTokensIn, encodeOutput, encodeResultOpening, TOKENS_OUT } from "./result-codec.ts";

const utf8 = new TextDecoder();
const NO_WITNESS = new Float64Array(0);

export interface ResultPorts extends GenerationPorts {
  readonly ask: Ask;
  readonly blobs: ArtefactSource;
  readonly models: Models;
  /** Threads of classifiers, which start when they are first asked for. */
  readonly pool: () => Promise<VerifierPool>;
}

/** Recomputes an inference with its attribution: output, token counts, and the hash of what the host will open. */
export async function examineResult(claim: Claim, ports: ResultPorts): Promise<Finding> {
  const { request } = await ports.ask(Query.Request, { id: utf8.decode(claim.subject) });
  if (!request || !equalBytes(request.claimId, claim.id)) return abstained("the request has another claim", false);
  const input = readInput(await ports.blobs.blob(toHex(request.inputBlob)));
  if (!input) return rejected("the input blob holds no input", NO_WITNESS);
  const { model } = await ports.ask(ModelQuery.Model, { id: request.model });
  if (!model) return abstained(`there is no model ${request.model}`, false);
  const rules = isGenerator(model) ? GENERATION_ALGORITHM : RESULT_ALGORITHM;
  if (claim.algorithm !== rules) return abstained(`results of model ${model.id} are claimed under ${rules}`, false);
  const given = { claim, request, input, model };
  return isGenerator(model) ? examineGeneration(given, ports) : examineClassification(given, ports);
}

async function examineClassification(given: ClaimedResult, ports: ResultPorts): Promise<Finding> {
  try {
    const pool = await ports.pool();
    const { key, model } = await ports.models.load(pool, given.model.id);
    const verdict = await pool.verifyResult({ modelKey: key, text: given.input.text });
    if (verdict.verdict === "abstain") return abstained(verdict.reason, true);
    const difference = differenceOf(given, model.labels, verdict.attribution);
    return difference === "" ? accepted(verdict.witness) : rejected(difference, verdict.witness);
  } catch (error) {
    if (error instanceof ModelMismatch) return abstained(error.message, false);
    throw error;
  }
}

function differenceOf(given: ClaimedResult, labels: readonly string[], own: Attribution): string {
  const { claim, request, input } = given;
  if (!isCommitted(given)) return OTHER_INPUT;
  if (!equalBytes(encodeOutput(own.answer, labels), request.output)) return "the model gives another output";
  if (request.tokensIn !== countTokensIn(input.text) || request.tokensOut !== TOKENS_OUT) {
    return `the request has ${countTokensIn(input.text)} tokens in and ${TOKENS_OUT} out`;
  }
  const opening = openingHash(claim, encodeResultOpening(own));
  return equalBytes(opening, claim.payloadHash) ? "" : "query vectors or settlement vector are others";
}
