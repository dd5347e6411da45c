import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { logits } from "./answer.ts";
import { softmaxInPlace } from "./exact-math.ts";
import { FEATURES, headGraph, PROBABILITIES } from "./onnx.ts";

test("behavior: ONNX Runtime loads the graph and computes the head in float64, also in batches", async () => {
  const [classes, dims] = [3, 8];
  const weights = Float64Array.from({ length: classes * dims }, (_, i) => Math.sin(i * 1.7) * 3);
  const session = await InferenceSession.create(headGraph(weights, dims), { executionProviders: ["cpu"] });
  const features = Float64Array.from({ length: 2 * dims }, (_, i) => Math.cos(i));
  const output = await session.run({ [FEATURES]: new Tensor("float64", features, [2, dims]) });
  const data = output[PROBABILITIES]!.data as Float64Array;
  for (let row = 0; row < 2; row++) {
    const expected = logits(weights, features.subarray(row * dims, (row + 1) * dims));
    softmaxInPlace(expected);
    for (let c = 0; c < classes; c++) expect(Math.abs(data[row * classes + c]! - expected[c]!)).toBeLessThan(1e-14);
  }
  await session.release();
});
