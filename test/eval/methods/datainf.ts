import type { HeadProblem } from "../head-problem.ts";
import type { Method, Scorer } from "../method.ts";
import { directionProducts, factorBytes, gradientProducts, queryFactors, squaredNorms } from "./rows.ts";

/** Damping in units of the mean squared gradient norm: the paper's 0.1 / dims and others around it. */
const DAMPINGS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

/**
 * DataInf: the inverse of the mean of (g_i g_i^T + lambda I) is replaced by the mean of their inverses, each in closed
 * form by Sherman-Morrison: r = (1 / (n lambda)) sum_i (g_q - (g_i . g_q) / (lambda + |g_i|^2) g_i); score = r . g_j.
 * Kwon et al., "DataInf", ICLR 2024, equation 5; a head is one layer.
 */
export function dataInfScorer(problem: HeadProblem, lambda: number, squares: Float64Array): Scorer {
  const { features, dims, classes } = problem.set;
  const n = squares.length;
  return {
    bytesPerRow: factorBytes(problem) + 8,
    score(query) {
      const factors = queryFactors(problem, query);
      const products = gradientProducts(problem, factors);
      const direction = new Float64Array(classes * dims);
      for (let c = 0; c < classes; c++) {
        for (let k = 0; k < dims; k++) direction[c * dims + k] = factors.d[c]! * factors.h[k]!;
      }
      for (let i = 0; i < n; i++) {
        const weight = products[i]! / (n * (lambda + squares[i]!));
        if (weight === 0) continue;
        for (let c = 0; c < classes; c++) {
          const scale = weight * problem.residuals[i * classes + c]!;
          for (let k = 0, [a, b] = [c * dims, i * dims]; k < dims; k++) direction[a + k]! -= scale * features[b + k]!;
        }
      }
      const out = directionProducts({ features, residuals: problem.residuals }, direction, dims);
      for (let i = 0; i < n; i++) out[i]! /= lambda;
      return out;
    },
    own(query) {
      const products = gradientProducts(problem, queryFactors(problem, query));
      const taken = products.reduce((sum, x, i) => sum + (x * x) / (lambda + squares[i]!), 0);
      return (squares[query]! - taken / n) / lambda;
    },
  };
}

export const dataInf: Method = {
  name: "datainf",
  source: "Kwon et al. 2024, arXiv 2310.00902",
  version: 2,
  async prepare(problem) {
    const squares = squaredNorms(problem);
    const mean = squares.reduce((a, b) => a + b, 0) / squares.length;
    return DAMPINGS.map((damping) => ({
      name: `damping ${damping} x mean |g|^2`,
      scorer: () => dataInfScorer(problem, damping * mean, squares),
    }));
  },
};
