import { describe, expect, test } from "vitest";
import { dataInf as dataInfMethod, dataInfScorer } from "./datainf.ts";
import { eigenbasisOf, ekfac } from "./ekfac.ts";
import { conjugateGradients, exactGaussNewton, gaussNewtonProduct } from "./gauss-newton.ts";
import { logra } from "./logra.ts";
import { blocksFloat, blocksInt8, paidVector } from "./ours.ts";
import { squaredNorms } from "./rows.ts";
import { gradCos, gradDot, sameLabelCosine } from "./similarity.ts";
import { dense, denseGradients, type Matrix, TINY, tinyProblem } from "./tiny.ts";
import { tracInScorer } from "./tracin.ts";
import { trak1, trakMember, trakSettings } from "./trak.ts";

const problem = tinyProblem();
const { dims, classes } = problem.set;
const n = TINY.rows;
const gradients = denseGradients(problem.residuals, problem.set.features, dims);
const asked = denseGradients(problem.queries.residuals, problem.queries.features, dims);
const row = (values: Float64Array, i: number, size: number) => Array.from(values.subarray(i * size, (i + 1) * size));
const probabilities = (i: number) => row(problem.probabilities, i, classes);
const features = (i: number) => row(problem.set.features, i, dims);

/** diag(p) - p p^T. */
function softmaxCurvature(p: readonly number[]): Matrix {
  return p.map((x, c) => p.map((y, e) => (c === e ? x : 0) - x * y));
}

/** The whole Hessian of the mean loss with its ridge. */
function hessian(): Matrix {
  const parts = Array.from({ length: n }, (_, i) =>
    dense.kronecker(softmaxCurvature(probabilities(i)), dense.outer(features(i), features(i))),
  );
  return dense.sum([dense.scale(dense.sum(parts), 1 / n), dense.identity(classes * dims, problem.lambda)]);
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 9): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) expect(actual[i]! / scale).toBeCloseTo(value / scale, digits);
}

/** Pearson's correlation, for scores in units of their own. */
function correlation(a: ArrayLike<number>, b: readonly number[]): number {
  const centre = (values: ArrayLike<number>) => {
    const mean = Array.from(values).reduce((x, y) => x + y, 0) / values.length;
    return Array.from(values, (x) => x - mean);
  };
  const [x, y] = [centre(a), centre(b)];
  return dense.dot(x, y) / Math.sqrt(dense.dot(x, x) * dense.dot(y, y));
}

describe("similarity baselines", () => {
  test("behavior: grad-dot is the product of full gradients", async () => {
    const scorer = (await gradDot.prepare(problem))[0]!.scorer();
    expectClose(scorer.score(1), dense.times(gradients, asked[1]!));
  });

  test("behavior: grad-cos divides by the row gradient's norm", async () => {
    const scorer = (await gradCos.prepare(problem))[0]!.scorer();
    const expected = gradients.map((g) => dense.dot(g, asked[1]!) / Math.sqrt(dense.dot(g, g)));
    expectClose(scorer.score(1), expected);
  });

  test("behavior: the cosine baseline is zero outside the answer's own label", async () => {
    const score = (await sameLabelCosine.prepare(problem))[0]!.scorer().score(0);
    const label = problem.queries.labels[0]!;
    const h = row(problem.queries.features, 0, dims);
    expectClose(
      score,
      gradients.map((_, i) => (problem.set.labels[i] === label ? dense.dot(h, features(i)) : 0)),
    );
  });
});

test("tracin: sum over checkpoints of step times the gradients' product there", () => {
  const checkpoints = ["a", "b"].map((seed) => tinyProblem(seed).weights);
  const score = tracInScorer(problem, checkpoints, 0.7).score(2);
  const expected = gradients.map((_, i) =>
    checkpoints.reduce((sum, weights) => {
      const gradientOf = (h: readonly number[], label: number) => {
        const logits = Array.from({ length: classes }, (_, c) => dense.dot(row(weights, c, dims), h));
        const total = logits.reduce((z, x) => z + Math.exp(x), 0);
        return logits.flatMap((x, c) => h.map((value) => (Math.exp(x) / total - (c === label ? 1 : 0)) * value));
      };
      const query = gradientOf(row(problem.queries.features, 2, dims), problem.queries.labels[2]!);
      return sum + 0.7 * dense.dot(gradientOf(features(i), problem.set.labels[i]!), query);
    }, 0),
  );
  expectClose(score, expected);
});

test("datainf: the mean of the inverses of (g g^T + lambda I)", () => {
  const lambda = 0.3;
  const inverses = gradients.map((g) => {
    const matrix = dense.sum([dense.outer(g, g), dense.identity(classes * dims, lambda)]);
    return dense.solve(matrix, asked[0]!);
  });
  const direction = asked[0]!.map((_, k) => inverses.reduce((sum, x) => sum + x[k]!, 0) / n);
  expectClose(dataInfScorer(problem, lambda, squaredNorms(problem)).score(0), dense.times(gradients, direction));
});

test("logra: with every axis kept it is the damped empirical Fisher's influence", async () => {
  const settings = await logra.prepare(problem);
  const fisher = dense.scale(dense.sum(gradients.map((g) => dense.outer(g, g))), 1 / n);
  const mean = fisher.reduce((sum, r, i) => sum + r[i]!, 0) / fisher.length;
  const damped = dense.sum([fisher, dense.identity(fisher.length, 0.1 * mean)]);
  const setting = settings.find(({ name }) => name.startsWith("damping 0.1 "))!;
  expectClose(setting.scorer().score(1), dense.times(gradients, dense.solve(damped, asked[1]!)), 5);
});

test("trak: with every coordinate kept it is the kernel regression of the margin's gradients", () => {
  const padded = 16;
  const member = trakMember(problem, problem.weights, padded, "trak-test");
  const marginOf = (p: readonly number[], h: readonly number[], label: number) =>
    p.flatMap((x, c) => h.map((value) => (c === label ? 1 : -x / (1 - p[label]!)) * value));
  const phi = gradients.map((_, i) => marginOf(probabilities(i), features(i), problem.set.labels[i]!));
  const query = marginOf(
    row(problem.queries.probabilities, 0, classes),
    row(problem.queries.features, 0, dims),
    problem.queries.labels[0]!,
  );
  const kernel = dense.product(dense.transpose(phi), phi);
  const damping = (0.1 * kernel.reduce((sum, r, i) => sum + r[i]!, 0)) / padded;
  const solved = dense.solve(dense.sum([kernel, dense.identity(kernel.length, damping)]), query);
  const expected = phi.map((x, i) => dense.dot(x, solved) * (1 - probabilities(i)[problem.set.labels[i]!]!));
  const setting = trakSettings([member]).find(({ name }) => name.startsWith("damping 0.1 "))!;
  expectClose(setting.scorer().score(0), expected, 5);
});

describe("ek-fac", () => {
  test("behavior: the corrected eigenvalues are the Fisher's diagonal in the Kronecker eigenbasis", () => {
    const basis = eigenbasisOf(problem);
    const [a, b] = [2, 1];
    const axis = dense.kronecker([row(basis.outputs, a, classes)], [row(basis.inputs, b, dims)])[0]!;
    const fisher = dense.sum([hessian(), dense.identity(classes * dims, -problem.lambda)]);
    expect(basis.eigenvalues[a * dims + b]).toBeCloseTo(dense.dot(axis, dense.times(fisher, axis)), 12);
  });

  test("behavior: scores are those of the dense matrix U diag(values + ridge) U^T", async () => {
    const basis = eigenbasisOf(problem);
    const axes = Array.from(
      { length: classes * dims },
      (_, at) =>
        dense.kronecker([row(basis.outputs, Math.floor(at / dims), classes)], [row(basis.inputs, at % dims, dims)])[0]!,
    );
    const parts = axes.map((axis, at) =>
      dense.scale(dense.outer(axis, axis), Math.max(0, basis.eigenvalues[at]!) + problem.lambda),
    );
    const expected = dense.times(gradients, dense.solve(dense.sum(parts), asked[2]!));
    const settings = await ekfac.prepare(problem);
    const setting = settings.find(({ name }) => name === "damping 1 x ridge")!;
    expectClose(setting.scorer().score(2), expected);
  });
});

describe("gauss-newton", () => {
  test("behavior: the product is the dense Hessian's, for rows in several cache blocks too", () => {
    const large = tinyProblem("large", { rows: 301, dims: 6, classes: 3, queries: 1 });
    const x = Float64Array.from({ length: 18 }, (_, i) => Math.sin(i + 1));
    const expected = Array.from({ length: 18 }, (_, at) => problemHessianRow(large, at, x));
    expectClose(gaussNewtonProduct(large)(x), expected, 12);
  });

  test("behavior: conjugate gradients solve it", () => {
    const b = Float64Array.from(asked[0]!);
    const solved = conjugateGradients(gaussNewtonProduct(problem), (x) => x.slice(), b, 1e-10);
    expectClose(solved, dense.solve(hessian(), asked[0]!));
  });

  test("behavior: scores are g_q H^-1 g_i", async () => {
    const expected = dense.times(gradients, dense.solve(hessian(), asked[1]!));
    expectClose((await exactGaussNewton.prepare(problem))[0]!.scorer().score(1), expected, 3);
  });

  test("behavior: all class blocks in float are the block-diagonal Hessian's, and int8 agrees with them", async () => {
    const blocks = dense.sum([
      hessian().map((r, i) => r.map((x, k) => (Math.floor(i / dims) === Math.floor(k / dims) ? x : 0))),
    ]);
    const expected = dense.times(gradients, dense.solve(blocks, asked[1]!));
    expectClose((await blocksFloat(classes).prepare(problem))[0]!.scorer().score(1), expected, 6);
    expect(correlation((await blocksInt8(classes).prepare(problem))[0]!.scorer().score(1), expected)).toBeGreaterThan(
      0.999,
    );
  });

  test("behavior: the paid vector is a distribution over at most 32 rows", async () => {
    const paid = (await paidVector(classes).prepare(problem))[0]!.scorer().score(0);
    expect(paid.every((x) => x >= 0)).toBe(true);
    expect(paid.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1 + 1e-12);
  });
});

/** One entry of H x from the definition, row by row. */
function problemHessianRow(given: typeof problem, at: number, x: Float64Array): number {
  const { dims: d, classes: k, labels, features: h } = given.set;
  const [c, f] = [Math.floor(at / d), at % d];
  let sum = given.lambda * x[at]!;
  for (let i = 0; i < labels.length; i++) {
    const p = given.probabilities.subarray(i * k, (i + 1) * k);
    const z = Array.from({ length: k }, (_, e) => dense.dot(row(x, e, d), row(h, i, d)));
    const mean = dense.dot(Array.from(p), z);
    sum += (p[c]! * (z[c]! - mean) * h[i * d + f]!) / labels.length;
  }
  return sum;
}

describe("a row's product with itself", () => {
  const { set, probabilities, residuals } = problem;
  const labels = Int32Array.from(set.labels);
  const aboutRows = { ...problem, queries: { count: n, features: set.features, labels, probabilities, residuals } };
  const methods = [dataInfMethod, ekfac, trak1, exactGaussNewton, blocksFloat(2)];

  test.each(methods.map((method) => [method.name, method] as const))(
    "behavior: %s gives it as it gives all rows",
    async (_, method) => {
      const scorer = (await method.prepare(aboutRows)).at(-1)!.scorer();
      for (const query of [0, 5]) {
        const expected = scorer.score(query);
        const scale = Math.max(...expected.map(Math.abs));
        expect(scorer.own!(query) / scale).toBeCloseTo(expected[query]! / scale, 3);
      }
    },
  );
});
