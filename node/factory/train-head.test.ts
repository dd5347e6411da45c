import { describe, expect, test } from "vitest";
import { trainingSetOf } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { referenceAnswer } from "../influence/answer.ts";
import { encodeText } from "../influence/encoder.ts";
import { fromGrid } from "../influence/grid.ts";
import { trainHead } from "./train-head.ts";

const data = syntheticData(300, "train-head");
const set = trainingSetOf(data.train, data.labels.length);

describe("trainHead", () => {
  test("behavior: the same sha256 for 1, 2 and 3 workers, and on every machine", async () => {
    const hashes = [];
    for (const workers of [1, 2, 3]) hashes.push(Buffer.from((await trainHead(set, { workers })).hash).toString("hex"));
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toMatchInlineSnapshot(`"7ee4b846d7d63387ccae4c5ff9a62b62c058cad01167b42ca35f66d13bc0b5cd"`);
  });

  test("behavior: answers held-out texts", async () => {
    const weights = fromGrid((await trainHead(set)).weights);
    const right = data.test.filter(
      ({ text, label }) => referenceAnswer(weights, encodeText(text)).label === label,
    ).length;
    expect(right / data.test.length).toBeGreaterThan(0.9);
  });

  test("behavior: at the optimum the gradient of the ridge balances that of the loss", async () => {
    const lambda = 1e-2;
    const { weights, converged } = await trainHead(set, { lambda });
    expect(converged).toBe(true);
    const w = fromGrid(weights);
    const gradient = w.map((value) => lambda * value);
    for (let i = 0; i < 300; i++) {
      const h = set.features.subarray(i * 512, (i + 1) * 512);
      const { probabilities } = referenceAnswer(w, h);
      for (let c = 0; c < 6; c++) {
        const d = probabilities[c]! / 2 ** 24 - (set.labels[i] === c ? 1 : 0);
        for (let k = 0; k < 512; k++) gradient[c * 512 + k]! += (d * h[k]!) / 300;
      }
    }
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-6);
  });

  test("reports progress down to the tolerance", async () => {
    const ratios: number[] = [];
    await trainHead(set, { onProgress: ({ gradientRatio }) => ratios.push(gradientRatio) });
    expect(ratios[0]).toBe(1);
    expect(ratios.at(-1)!).toBeLessThanOrEqual(1e-6);
  });

  test("behavior: refuses an empty class and a bad lambda; obeys an abort", async () => {
    await expect(trainHead({ ...set, classes: 7 })).rejects.toMatchObject({ code: "empty-class" });
    await expect(trainHead(set, { lambda: 0 })).rejects.toMatchObject({ code: "not-finite" });
    await expect(trainHead(set, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  });
});
