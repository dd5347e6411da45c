export { evaluate } from "./evaluate.ts";
export { OPERATORS } from "./operators.ts";
