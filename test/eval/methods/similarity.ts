import { fixed, type Method } from "../method.ts";
import { rowProducts } from "./dense.ts";
import { factorBytes, gradientProducts, queryFactors, squaredNorms } from "./rows.ts";

/**
 * Cosine of the features among rows that carry the query's own answer as label, 0 for the others: needs no gradient
 * at all, and beats many methods that do (Hanawa et al., "Evaluation of Similarity-based Explanations", ICLR 2021).
 */
export const sameLabelCosine: Method = {
  name: "cosine-same-label",
  source: "Hanawa et al. 2021, arXiv 2006.04528",
  version: 1,
  async prepare(problem) {
    const { set } = problem;
    return fixed({
      bytesPerRow: 8 * set.dims + 2,
      score(query) {
        const { h, label } = queryFactors(problem, query);
        const out = rowProducts(set.features, h);
        for (let i = 0; i < out.length; i++) if (set.labels[i] !== label) out[i] = 0;
        return out;
      },
    });
  },
};

/** g_q . g_i (Charpiat et al., "Input Similarity from the Neural Network Perspective", NeurIPS 2019). */
export const gradDot: Method = {
  name: "grad-dot",
  source: "Charpiat et al. 2019, arXiv 2102.05262",
  version: 1,
  prepare: async (problem) =>
    fixed({
      bytesPerRow: factorBytes(problem),
      score: (query) => gradientProducts(problem, queryFactors(problem, query)),
    }),
};

/** Cosine of the gradients (Charpiat et al. 2019). The query's own norm changes no ranking and is left out. */
export const gradCos: Method = {
  name: "grad-cos",
  source: "Charpiat et al. 2019, arXiv 2102.05262",
  version: 1,
  async prepare(problem) {
    const norms = squaredNorms(problem).map((square) => Math.sqrt(square) || 1);
    return fixed({
      bytesPerRow: factorBytes(problem) + 8,
      score(query) {
        const out = gradientProducts(problem, queryFactors(problem, query));
        for (let i = 0; i < out.length; i++) out[i]! /= norms[i]!;
        return out;
      },
    });
  },
};
