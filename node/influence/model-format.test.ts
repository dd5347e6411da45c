import { describe, expect, test } from "vitest";
import { decodeModel, encodeModel } from "./model-format.ts";
import type { HeadModel } from "./types.ts";

const model: HeadModel = {
  encoderId: "hashed-ngram-512",
  dims: 4,
  labels: ["a", "b"],
  weights: Int32Array.of(1, 2, 3, 4, -5, -6, -7, -8),
};

describe("model bytes", () => {
  test("round trip", () => {
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  test("behavior: every truncation and any extra byte is refused", () => {
    const bytes = encodeModel(model);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeModel(bytes.subarray(0, length))).toThrow();
    expect(() => decodeModel(Uint8Array.of(...bytes, 0))).toThrow("too many");
  });

  test("behavior: a shape that cannot fit the bytes is refused before any allocation", () => {
    const bytes = encodeModel(model);
    const at = 2 + "openledger/head/1".length + 2 + model.encoderId.length;
    new DataView(bytes.buffer).setUint32(at, 2 ** 31, true);
    expect(() => decodeModel(bytes)).toThrow("do not fit");
  });

  test("behavior: weights that do not fit the shape are not encoded", () => {
    expect(() => encodeModel({ ...model, labels: ["a"] })).toThrowErrorMatchingInlineSnapshot(
      `[InfluenceError: model: 8 weights for 1 classes of 4]`,
    );
  });
});
