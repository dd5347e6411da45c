import type { Operator } from "./call.ts";
import { ARITHMETIC } from "./ops/arithmetic.ts";
import { ARRANGEMENTS } from "./ops/arrange.ts";
import { CONVOLUTIONS } from "./ops/convolve.ts";
import { CREATIONS } from "./ops/create.ts";
import { EINSUM } from "./ops/einsum.ts";
import { FUNCTIONS } from "./ops/functions.ts";
import { GATHERS } from "./ops/gather.ts";
import { LOGIC } from "./ops/logic.ts";
import { MATRIX } from "./ops/matmul.ts";
import { NORMALISATIONS } from "./ops/normalise.ts";
import { ORDERINGS } from "./ops/order.ts";
import { REDUCTIONS } from "./ops/reduce.ts";
import { SCATTERS } from "./ops/scatter.ts";
import { SHAPES } from "./ops/shape.ts";
import { SOFTMAXES } from "./ops/softmax.ts";

/** Every operator of the reference, by its ONNX name. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    ...[ARITHMETIC, FUNCTIONS, LOGIC, MATRIX, EINSUM, REDUCTIONS, SOFTMAXES, NORMALISATIONS],
    ...[GATHERS, SCATTERS, SHAPES, ARRANGEMENTS, CREATIONS, ORDERINGS, CONVOLUTIONS],
  ].flatMap((family) => Object.entries(family)),
);
