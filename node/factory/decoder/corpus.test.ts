import { describe, expect, test } from "vitest";
import { batchOf, windowsOf } from "./corpus.ts";

describe("windows", () => {
  test("default: every token is predicted once, from its own item only", () => {
    const windows = windowsOf([[1, 2, 3, 4, 5], [], [6]], { context: 3, end: 0 });
    expect(windows).toEqual([
      { item: 0, tokens: [0, 1, 2], targets: [1, 2, 3] },
      { item: 0, tokens: [3, 4, 5], targets: [4, 5, 0] },
      { item: 2, tokens: [0, 6], targets: [6, 0] },
    ]);
  });

  test("behavior: nothing to predict is refused", () => {
    expect(() => windowsOf([[], []], { context: 3, end: 0 })).toThrow("the texts have no tokens");
  });

  test("behavior: shorter windows are padded and masked", () => {
    const batch = batchOf(windowsOf([[1, 2], [6]], { context: 3, end: 0 }));
    expect(batch).toEqual({
      length: 3,
      tokens: BigInt64Array.of(0n, 1n, 2n, 0n, 6n, 0n),
      targets: BigInt64Array.of(1n, 2n, 0n, 6n, 0n, 0n),
      mask: Float64Array.of(1, 1, 1, 1, 1, 0),
    });
  });
});
