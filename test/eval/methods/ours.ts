import { answerOf } from "../../../node/influence/answer.ts";
import { attributeAnswer } from "../../../node/influence/attribute.ts";
import { rowWidth } from "../../../node/influence/index-format.ts";
import { queryVectors } from "../../../node/influence/query.ts";
import { scoreRows } from "../../../node/influence/score.ts";
import { type Answer, ONE_SHARE } from "../../../node/influence/types.ts";
import type { HeadProblem } from "../head-problem.ts";
import { fixed, type Method } from "../method.ts";
import { headIndex } from "./head-index.ts";
import { factorBytes, queryFactors } from "./rows.ts";

const SOURCE = "class-block Gauss-Newton, DESIGN.md section 5; Martens 2014, arXiv 1412.1193";

/** The classes of largest |p - y|, largest first. */
function topClasses(d: Float64Array, blocks: number): number[] {
  return Array.from(d, (_, c) => c)
    .sort((a, b) => Math.abs(d[b]!) - Math.abs(d[a]!) || a - b)
    .slice(0, blocks);
}

/** Under the label that the problem asks about: the model's own answer, or a row's given label. */
function ownAnswer(problem: HeadProblem, query: number): Answer {
  const { classes } = problem.set;
  const answer = answerOf(problem.queries.probabilities.subarray(query * classes, (query + 1) * classes));
  return { ...answer, label: problem.queries.labels[query]! };
}

/** Class-block Gauss-Newton in float64 over the B largest classes of the query: what int8 is compared with. */
export function blocksFloat(blocks: number, name = `ours-float-${blocks}`): Method {
  return {
    name,
    source: SOURCE,
    async prepare(problem) {
      const { solveBlock } = await headIndex(problem);
      const { features, dims, classes } = problem.set;
      return fixed({
        bytesPerRow: factorBytes(problem),
        score(query) {
          const { h, d } = queryFactors(problem, query);
          const out = new Float64Array(problem.set.labels.length);
          for (const c of topClasses(d, blocks)) {
            const v = solveBlock(c, h);
            for (let i = 0; i < out.length; i++) {
              let sum = 0;
              for (let k = 0, at = i * dims; k < dims; k++) sum += v[k]! * features[at + k]!;
              out[i]! += d[c]! * problem.residuals[i * classes + c]! * sum;
            }
          }
          return out;
        },
        own(query) {
          const { h, d } = queryFactors(problem, query);
          return topClasses(d, blocks).reduce((sum, c) => {
            const product = solveBlock(c, h).reduce((total, v, k) => total + v * h[k]!, 0);
            return sum + d[c]! * d[c]! * product;
          }, 0);
        },
      });
    },
  };
}

/** The registered index's integer row scores: the bytes and functions that validators use. */
export function blocksInt8(blocks: number, name = `ours-int8-${blocks}`): Method {
  return {
    name,
    source: SOURCE,
    async prepare(problem) {
      const resident = (await headIndex(problem)).resident(blocks);
      return fixed({
        bytesPerRow: rowWidth(resident.header),
        score(query) {
          const { h } = queryFactors(problem, query);
          return scoreRows(resident, queryVectors(resident, h, ownAnswer(problem, query)));
        },
      });
    },
  };
}

/** What a settled query pays to each row, in shares of the fee: everything from the answer to the settlement vector. */
export function paidVector(blocks: number, name = "ours-paid"): Method {
  return {
    name,
    source: "payout weight, DESIGN.md section 5",
    async prepare(problem) {
      const resident = (await headIndex(problem)).resident(blocks);
      return fixed({
        bytesPerRow: rowWidth(resident.header),
        score(query) {
          const out = new Float64Array(resident.header.rows);
          const { h } = queryFactors(problem, query);
          for (const { item, weight } of attributeAnswer(resident, h, ownAnswer(problem, query)).settlement.entries) {
            out[item] = Number(weight) / Number(ONE_SHARE);
          }
          return out;
        },
      });
    },
  };
}
