export { adapterQuery, adapterQueryOf, answerWitness, attributeAnswer, attributeGradients } from "./attribute.ts";
export { type AdapterIndexInput, type AdapterIndexOptions, buildAdapterIndex } from "./build.ts";
export { adapterIndexRoot, adapterRowBytes, decodeAdapterHeader, decodeAdapterRow } from "./format.ts";
export { type GradientOptions, openAdapterSession } from "./gradients.ts";
export { openAdapterJob } from "./job.ts";
export { MOST_COORDINATES, MOST_VIEWS } from "./limits.ts";
export { loadAdapter, openAdapter, shareAdapter } from "./resident.ts";
export { adapterRowProofs, adapterRowsRoot } from "./row-root.ts";
export { adapterRowScore, scoreAdapterRows } from "./score.ts";
export { type DampingInput, type DampingOptions, type SelectedDamping, selectDamping } from "./select-damping.ts";
export type {
  AdapterBlobs,
  AdapterHeader,
  AdapterQuery,
  AdapterRow,
  AdapterSession,
  AnswerAttribution,
  BuiltAdapterIndex,
  ResidentAdapter,
  SharedAdapter,
  TokenRow,
  ViewCheckpoint,
} from "./types.ts";
export { type AdapterIndexClaim, type VerifyAdapterOptions, verifyAdapterIndex } from "./verify.ts";
export { readViews, viewCheckpoints } from "./views.ts";
export { shuffledTexts } from "./word-order.ts";
