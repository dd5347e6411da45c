import type { Evaluation } from "./evaluation.ts";

/** Every evaluation, loaded when asked for. A new one is one file that exports `evaluation` and one line here. */
export const EVALUATIONS: Readonly<Record<string, () => Promise<{ readonly evaluation: Evaluation }>>> = {
  "lds-head": () => import("./lds-head.ts"),
  "lds-decoder": () => import("./lds-decoder.ts"),
  attacks: () => import("./attacks.ts"),
  "attacks-decoder": () => import("./attacks-decoder.ts"),
  mislabel: () => import("./mislabel.ts"),
  agreement: () => import("./agreement.ts"),
  speed: () => import("./speed.ts"),
  report: () => import("./report.ts"),
};
