import { describe, expect, test } from "vitest";
import { checkEveryClassHasRows, checkTrainingSet, subset, type TrainingSet } from "./training-set.ts";

const set: TrainingSet = { features: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0), dims: 4, classes: 2, labels: [0, 1] };

function codeOf(change: Partial<TrainingSet>): string {
  try {
    checkTrainingSet({ ...set, ...change });
    return "";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("checkTrainingSet", () => {
  test("behavior: accepts a good set", () => {
    expect(codeOf({})).toBe("");
  });

  test("behavior: every wrong shape has its code", () => {
    expect(codeOf({ classes: 1 })).toBe("empty-class");
    expect(codeOf({ dims: 3 })).toBe("bad-shape");
    expect(codeOf({ labels: [0] })).toBe("bad-shape");
    expect(codeOf({ labels: [0, 2] })).toBe("bad-shape");
    expect(codeOf({ labels: [0, 0.5] })).toBe("bad-shape");
    expect(codeOf({ labels: [], features: new Float64Array(0) })).toBe("bad-shape");
    expect(codeOf({ classes: 5000 })).toBe("bad-shape");
    expect(codeOf({ features: set.features.map((x, i) => (i === 5 ? Number.NaN : x)) })).toBe("not-finite");
  });

  test("the text names the place", () => {
    const features = set.features.map((x, i) => (i === 6 ? Number.POSITIVE_INFINITY : x));
    expect(() => checkTrainingSet({ ...set, features })).toThrowErrorMatchingInlineSnapshot(
      `[InfluenceError: training set: feature 2 of row 1 is not finite]`,
    );
  });
});

test("checkEveryClassHasRows names the empty class", () => {
  expect(() => checkEveryClassHasRows({ ...set, labels: [0, 0] })).toThrowErrorMatchingInlineSnapshot(
    `[InfluenceError: training set: class 1 has no rows]`,
  );
});

test("subset keeps rows with their labels in the order asked", () => {
  const part = subset(set, [1, 0]);
  expect([...part.features]).toEqual([0, 1, 0, 0, 1, 0, 0, 0]);
  expect([...(part.labels as Int32Array)]).toEqual([1, 0]);
});
