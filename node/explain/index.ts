export { ExplainError, type ExplainErrorCode } from "./errors.ts";
export type { ExplainedItem, ExplainOptions, Explanation } from "./explain.ts";
export type { ExplainedRow, GenerationExplanation } from "./explain-generation.ts";
export { explainContribution, explainRequest } from "./explain-request.ts";
export type { Check } from "./recompute.ts";
export type { ExplainedSpan, ExplainedTokens } from "./token-items.ts";
