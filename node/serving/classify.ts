import { RESULT_ALGORITHM } from "../../modules/inference/ids.ts";
import type { Models } from "../attest/models.ts";
import { countTokensIn, encodeOutput, encodeResultOpening, TOKENS_OUT } from "../attest/result-codec.ts";
import type { VerifierPool } from "../influence/pool.ts";
import type { Asked, ModelResult } from "./answers.ts";
import { checkFee, checkOpening } from "./refusal.ts";

export interface ClassifierPorts {
  readonly pool: VerifierPool;
  readonly models: Models;
}

/** Names the label of a text. Throws Refusal; BlobError, ModelMismatch, InfluenceError. */
export async function classify({ request, input }: Asked, { pool, models }: ClassifierPorts): Promise<ModelResult> {
  const loaded = await models.load(pool, request.model);
  const tokensIn = countTokensIn(input.text);
  checkFee(request, tokensIn + TOKENS_OUT);
  const attribution = await pool.attribute(loaded.key, input.text);
  const opening = encodeResultOpening(attribution);
  checkOpening(opening, RESULT_ALGORITHM);
  return { output: encodeOutput(attribution.answer, loaded.model.labels), tokensIn, tokensOut: TOKENS_OUT, opening };
}
