export {
  checkedSplit,
  dataFields,
  type JobData,
  type JobRow,
  type LineageFinding,
  lineageOf,
  type SourceRows,
  splitRows,
} from "./data.ts";
export { JobError, type JobErrorCode } from "./errors.ts";
export { JOB_FILES, JobFolder } from "./folder.ts";
export { trainingGraph } from "./graph.ts";
export { HeadTrainer } from "./head-trainer.ts";
export { decodeLog, encodeLog, headOf, logProofs, logRoot, type TrainingLog } from "./log.ts";
export {
  DataForm,
  decodeManifest,
  encodeManifest,
  fromReal,
  JOB_ALGORITHM,
  type JobManifest,
  Method,
  manifestHash,
  OptimiserKind,
  toReal,
} from "./manifest.ts";
export { manifestFromJson, manifestToJson, parseManifest } from "./manifest-json.ts";
export { plotSvg, plotText, seriesOf } from "./plot.ts";
export { type JobEvent, type JobProgress, type JobResult, type RunOptions, runJob } from "./run-job.ts";
export { stateRoot } from "./state.ts";
export { trainedGraph } from "./trained-graph.ts";
export { type JobVerdict, type Segment, type VerifyOptions, verifyJob } from "./verify-job.ts";
