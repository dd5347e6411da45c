import { GraphError } from "../errors.ts";
import type { GraphNode } from "../types.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { CONVOLUTION } from "./convolution.ts";
import { CREATE } from "./create.ts";
import { EINSUM } from "./einsum.ts";
import { GATHER } from "./gather.ts";
import { LAYOUT } from "./layout.ts";
import { LINEAR } from "./linear.ts";
import { MACROS } from "./macros.ts";
import { NORMALISE } from "./normalise.ts";
import type { Operator } from "./operator.ts";
import { PIECES } from "./pieces.ts";
import { REDUCE } from "./reduce.ts";
import { SOFTMAX } from "./softmax.ts";
import { UNARY } from "./unary.ts";

/** The supported operator set by name: the evaluator's table has the same keys. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    ...ARITHMETIC,
    ...UNARY,
    ...SOFTMAX,
    ...LINEAR,
    ...EINSUM,
    ...CONVOLUTION,
    ...REDUCE,
    ...NORMALISE,
    ...GATHER,
    ...LAYOUT,
    ...PIECES,
    ...CREATE,
  ].map((operator) => [operator.name, operator]),
);

/** The operator of a node, one that loading replaces included. Throws GraphError unsupported-operator. */
export function operatorOf(node: Pick<GraphNode, "op" | "name">): Operator {
  const operator = OPERATORS.get(node.op) ?? MACROS.get(node.op);
  if (operator) return operator;
  const { op, name } = node;
  throw new GraphError("unsupported-operator", `the operator ${op} of node ${name} is not supported`, {
    node: name,
    op,
  });
}
