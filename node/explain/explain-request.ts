import { NodeRpc } from "../serving/rpc.ts";
import { ExplainError } from "./errors.ts";
import { type ExplainOptions, type Explanation, explain } from "./explain.ts";
import { explainGeneration, type GenerationExplanation } from "./explain-generation.ts";
import { gatherInputs } from "./inputs.ts";

/**
 * Recomputes what a settled request of either task paid, from RPC and blobs alone. Throws ExplainError, ChainQueryError,
 * BlobError, RpcError, InfluenceError, and for a generator GeneratorError, JobDataError, TokenizerError.
 */
export async function explainRequest(options: ExplainOptions): Promise<Explanation | GenerationExplanation> {
  const rpc = new NodeRpc(options.rpcUrl);
  const inputs = await gatherInputs(options.requestId, { ask: rpc.ask, blobs: options.blobs ?? rpc });
  const isWanted = ({ contributionId }: { readonly contributionId: string }) =>
    options.contributionId === undefined || contributionId === options.contributionId;
  if ("generator" in inputs) {
    const { rows, tokens, ...rest } = await explainGeneration(inputs);
    return { ...rest, rows: rows.filter(isWanted), tokens: tokens.filter(isWanted) };
  }
  const { entries, ...rest } = await explain(inputs);
  return { ...rest, entries: entries.filter(isWanted) };
}

/** The same of a classifier's request. Throws ExplainError `generated` for one of a generator. */
export async function explainContribution(options: ExplainOptions): Promise<Explanation> {
  const explanation = await explainRequest(options);
  if ("entries" in explanation) return explanation;
  throw new ExplainError("generated", `request ${options.requestId} is a generator's`);
}
