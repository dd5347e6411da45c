export { ExplainError, type ExplainErrorCode } from "./errors.ts";
export { type ExplainedItem, type ExplainOptions, type Explanation, explainContribution } from "./explain.ts";
export type { Check } from "./recompute.ts";
