import type { Method } from "../method.ts";
import { dataInf } from "./datainf.ts";
import { ekfac } from "./ekfac.ts";
import { exactGaussNewton } from "./gauss-newton.ts";
import { logra } from "./logra.ts";
import { blocksFloat, blocksInt8, paidVector } from "./ours.ts";
import { gradCos, gradDot, sameLabelCosine } from "./similarity.ts";
import { tracIn } from "./tracin.ts";
import { trak1, trak10 } from "./trak.ts";

/** Every method of `lds-head`, cheapest first. */
export const HEAD_METHODS: readonly Method[] = [
  ...[sameLabelCosine, gradDot, gradCos, tracIn, dataInf, logra, trak1, trak10, ekfac, exactGaussNewton],
  ...[blocksFloat(3), blocksFloat(8)],
  ...[blocksInt8(1), blocksInt8(3), blocksInt8(5), blocksInt8(8)],
  paidVector(3),
];
