import { batchOf, END_ID, type TokenWindow, windowsOf } from "../../factory/decoder/index.ts";
import { InfluenceError } from "../errors.ts";
import { double, type Feeds } from "../graph/index.ts";
import { MOST_ROW_TOKENS, WINDOWS_AT_ONCE } from "./limits.ts";

function feedsOf(windows: readonly TokenWindow[]): Feeds {
  const { length, tokens, targets, mask } = batchOf(windows);
  const dims = [windows.length, length];
  return {
    tokens: { dtype: "int64", dims, data: tokens },
    targets: { dtype: "int64", dims, data: targets },
    mask: double(mask, dims),
  };
}

/** Inputs of the graph for one item's windows, as training cuts them; none for an item without tokens. */
export function rowFeeds(tokens: Int32Array, context: number): Feeds[] {
  if (tokens.length > MOST_ROW_TOKENS) {
    throw new InfluenceError("bad-shape", `a row of ${tokens.length} tokens; at most ${MOST_ROW_TOKENS}`);
  }
  checkTokens(tokens);
  if (tokens.length === 0) return [];
  const windows = windowsOf([Array.from(tokens)], { context, end: END_ID });
  const parts = Math.ceil(windows.length / WINDOWS_AT_ONCE);
  return Array.from({ length: parts }, (_, i) =>
    feedsOf(windows.slice(i * WINDOWS_AT_ONCE, (i + 1) * WINDOWS_AT_ONCE)),
  );
}

/** An answer behind its prompt, every token given its true predecessors; the prompt is masked. Throws bad-shape. */
export function answerFeeds(prompt: Int32Array, answer: Int32Array, context: number): Feeds {
  const all = [...prompt, ...answer];
  const length = all.length - 1;
  if (prompt.length < 1 || answer.length < 1 || length > context) {
    const given = `a prompt of ${prompt.length} and an answer of ${answer.length} tokens`;
    throw new InfluenceError("bad-shape", `${given}; at least one each, and ${context} without the last`);
  }
  checkTokens(prompt);
  checkTokens(answer);
  const dims = [1, length];
  return {
    tokens: { dtype: "int64", dims, data: BigInt64Array.from(all.slice(0, length), BigInt) },
    targets: { dtype: "int64", dims, data: BigInt64Array.from(all.slice(1), BigInt) },
    mask: double(
      all.slice(1).map((_, i) => (i + 1 < prompt.length ? 0 : 1)),
      dims,
    ),
  };
}

function checkTokens(tokens: Int32Array): void {
  if (tokens.every((token) => token >= 0)) return;
  throw new InfluenceError("bad-shape", "a token is negative");
}
