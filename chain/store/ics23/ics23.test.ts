import { InnerOp } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { describe, expect, test } from "vitest";
import { checkInner, checkLeaf } from "./check.ts";
import { isLeftNeighbor } from "./neighbors.ts";
import { IAVL_SPEC } from "./spec.ts";

/** An IAVL step with the given height, size and version, its child on the left or on the right. */
function step(numbers: readonly number[], side: "left" | "right", extra: readonly number[] = []): InnerOp {
  const head = [...numbers.map((value) => value * 2), ...extra];
  const hash = new Uint8Array(32).fill(numbers[0]!);
  return side === "left"
    ? InnerOp.fromPartial({ hash: 1, prefix: Uint8Array.from([...head, 32]), suffix: Uint8Array.from([32, ...hash]) })
    : InnerOp.fromPartial({ hash: 1, prefix: Uint8Array.from([...head, 32, ...hash, 32]) });
}

describe("IAVL steps", () => {
  test("hold three natural numbers, a height of at least their layer, and nothing more", () => {
    const accepts = (op: InnerOp, layer: number) => expect(() => checkInner(op, IAVL_SPEC, layer)).not.toThrow();
    const refuses = (op: InnerOp, layer: number, why: string) =>
      expect(() => checkInner(op, IAVL_SPEC, layer)).toThrow(why);
    accepts(step([2, 3, 4], "left"), 2);
    accepts(step([5, 9, 1], "right"), 2);
    refuses(step([2, 3, 4], "left"), 3, "IAVL height 2 in layer 3");
    refuses(step([2, 3, 4], "left", [0]), 1, "2 bytes behind the numbers");
    refuses(step([2, 3, 4], "right", [0]), 1, "35 bytes behind the numbers");
    refuses(InnerOp.fromPartial({ hash: 1, prefix: Uint8Array.of(2, 2, 3, 32) }), 1, "negative number");
    refuses(InnerOp.fromPartial({ hash: 1, prefix: Uint8Array.of(2, 2, 0x80, 0x80) }), 1, "ends early");
  });

  test("a leaf holds its three numbers alone", () => {
    const leaf = (...prefix: number[]) => ({ ...IAVL_SPEC.leafSpec, prefix: Uint8Array.from(prefix) });
    expect(() => checkLeaf(leaf(0, 2, 8), IAVL_SPEC)).not.toThrow();
    expect(() => checkLeaf(leaf(0, 2, 8, 1), IAVL_SPEC)).toThrow("1 bytes behind the numbers");
    expect(() => checkLeaf(leaf(2, 2, 8), IAVL_SPEC)).toThrow("another prefix");
  });
});

describe("neighbours", () => {
  const [left, right] = [step([1, 2, 1], "left"), step([1, 2, 1], "right")];
  const root = step([2, 3, 1], "left");

  test("part once, left to right, and keep to the inner edges below", () => {
    const areNeighbours = (a: readonly InnerOp[], b: readonly InnerOp[]) => isLeftNeighbor(IAVL_SPEC.innerSpec, a, b);
    expect(areNeighbours([left, root], [right, root])).toBe(true);
    expect(areNeighbours([right, root], [left, root])).toBe(false);
    expect(areNeighbours([right, step([2, 4, 1], "left")], [left, step([2, 4, 1], "right")])).toBe(true);
    expect(areNeighbours([left, step([2, 4, 1], "left")], [left, step([2, 4, 1], "right")])).toBe(false);
    expect(areNeighbours([right, step([2, 4, 1], "left")], [right, step([2, 4, 1], "right")])).toBe(false);
    expect(areNeighbours([left, root], [left, root])).toBe(false);
    expect(areNeighbours([root], [left, root])).toBe(false);
  });
});
