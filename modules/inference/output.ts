import { InferenceOutput } from "../../proto/gen/openledger/inference/v1.ts";
import { type Model, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import { CONFIDENCE_ONE, MAX_ANSWER_TOKENS, MAX_PROMPT_TOKENS } from "./limits.ts";

/** A result as its host claims it. */
export interface ClaimedOutput {
  readonly output: Uint8Array;
  readonly tokensIn: number;
  readonly tokensOut: number;
}

/**
 * Throws inference/8 unless the output is a canonical answer of the model: a classifier's label, or the tokens and text of a
 * generator. inference/9 for more tokens than a generator reads or writes. What a tokenizer makes of the tokens is the
 * validators' affair.
 */
export function checkOutput(claimed: ClaimedOutput, model: Pick<Model, "task" | "labels">, maxBytes: number): void {
  const output = decodeOutput(claimed.output, maxBytes);
  if (model.task === Task.TASK_GENERATE) checkGenerated(output, claimed);
  else checkLabel(output, model.labels);
}

function checkLabel({ labelIndex, label, confidence, tokens, text }: InferenceOutput, labels: readonly string[]): void {
  if (tokens.length > 0 || text !== "") throw errors.badOutput("a classifier answers with a label, not with tokens");
  if (label === labels[labelIndex] && confidence <= CONFIDENCE_ONE) return;
  throw errors.badOutput(`label ${labelIndex} of the model is not ${JSON.stringify(label.slice(0, 80))}`);
}

function checkGenerated(output: InferenceOutput, { tokensIn, tokensOut }: ClaimedOutput): void {
  const { labelIndex, label, confidence, tokens } = output;
  if (labelIndex !== 0 || label !== "" || confidence !== 0) throw errors.badOutput("a generator has no labels");
  if (tokensIn > MAX_PROMPT_TOKENS || tokensOut > MAX_ANSWER_TOKENS) {
    throw errors.tooManyTokens(`a generator reads at most ${MAX_PROMPT_TOKENS} tokens and writes ${MAX_ANSWER_TOKENS}`);
  }
  if (tokens.length === tokensOut) return;
  throw errors.badOutput(`the answer has ${tokens.length} tokens, claimed are ${tokensOut}`);
}

function decodeOutput(bytes: Uint8Array, maxBytes: number): InferenceOutput {
  try {
    return decodeStrict(InferenceOutput, bytes, maxBytes);
  } catch (error) {
    throw errors.badOutput(`not a canonical output: ${(error as Error).message}`);
  }
}
