import { describe, expect, test } from "vitest";
import { trainingSetOf } from "../../test/bench/fixture.ts";
import { SeededStream } from "../../test/bench/random.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { exactGaussNewton } from "./exact-gauss-newton.ts";
import { softmaxInPlace } from "./exact-math.ts";

const CLASSES = 3;
const DIMS = 8;
const ROWS = 21;
const LAMBDA = 0.01;

function smallSet() {
  const stream = new SeededStream("exact gauss-newton");
  const features = Float64Array.from({ length: ROWS * DIMS }, () => stream.next() - 0.5);
  const labels = Int32Array.from({ length: ROWS }, (_, i) => i % CLASSES);
  const weights = Float64Array.from({ length: CLASSES * DIMS }, () => 2 * stream.next() - 1);
  return { set: { features, dims: DIMS, classes: CLASSES, labels }, weights };
}

/** The gradient of the mean loss with its ridge at given weights. */
function gradientAt({ features, labels }: ReturnType<typeof smallSet>["set"], weights: Float64Array): Float64Array {
  const out = Float64Array.from(weights, (w) => LAMBDA * w);
  for (let i = 0; i < ROWS; i++) {
    const h = features.subarray(i * DIMS, (i + 1) * DIMS);
    const p = new Float64Array(CLASSES);
    for (let c = 0; c < CLASSES; c++) for (let k = 0; k < DIMS; k++) p[c]! += weights[c * DIMS + k]! * h[k]!;
    softmaxInPlace(p);
    p[labels[i]!]! -= 1;
    for (let c = 0; c < CLASSES; c++) for (let k = 0; k < DIMS; k++) out[c * DIMS + k]! += (p[c]! * h[k]!) / ROWS;
  }
  return out;
}

describe("exact Gauss-Newton", () => {
  const { set, weights } = smallSet();
  const exact = exactGaussNewton({ set, weights, lambda: LAMBDA }, { tolerance: 1e-12 });
  const query = { features: set.features.slice(0, DIMS), residual: Float64Array.from([-0.6, 0.4, 0.2]) };
  const solved = exact.solve(query);

  test("default: the Hessian, as finite differences of the gradient give it, takes the solution back to the query", () => {
    const epsilon = 1e-5;
    const moved = (sign: number) =>
      gradientAt(
        set,
        weights.map((w, i) => w + sign * epsilon * solved[i]!),
      );
    const [up, down] = [moved(1), moved(-1)];
    for (let c = 0; c < CLASSES; c++) {
      for (let k = 0; k < DIMS; k++) {
        const image = (up[c * DIMS + k]! - down[c * DIMS + k]!) / (2 * epsilon);
        expect(image).toBeCloseTo(query.residual[c]! * query.features[k]!, 6);
      }
    }
  });

  test("default: a row's score is the product of its gradient and the solution", () => {
    const p = new Float64Array(CLASSES);
    for (let c = 0; c < CLASSES; c++)
      for (let k = 0; k < DIMS; k++) p[c]! += weights[c * DIMS + k]! * set.features[4 * DIMS + k]!;
    softmaxInPlace(p);
    p[set.labels[4]!]! -= 1;
    let score = 0;
    for (let c = 0; c < CLASSES; c++)
      for (let k = 0; k < DIMS; k++) score += p[c]! * set.features[4 * DIMS + k]! * solved[c * DIMS + k]!;
    expect(exact.scores(solved)[4]).toBeCloseTo(score, 10);
  });

  test("behavior: a set whose rows are no multiple of the kernel's tile is solved as well", () => {
    const data = syntheticData(37, "odd rows");
    const odd = trainingSetOf(data.train, data.labels.length);
    const zero = new Float64Array(odd.classes * odd.dims);
    const solver = exactGaussNewton({ set: odd, weights: zero, lambda: 0.05 });
    const answer = solver.solve({ features: odd.features.slice(0, odd.dims), residual: new Float64Array(6).fill(0) });
    expect(answer.every((x) => x === 0)).toBe(true);
  });
});
