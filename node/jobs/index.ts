export { drawnSteps, FULL_STEPS, isLong, JOB_SEGMENTS, MOST_DRAWN_STEPS } from "./drawn.ts";
export { JobDataError, type JobDataErrorCode } from "./errors.ts";
export { type ClaimedResult, type ExamineReply, type ExamineRequest, examineResult } from "./examine.ts";
export { contradiction, type ManifestFacts, manifestFacts } from "./facts.ts";
export { type JobInputs, jobDataOf, jobInputs } from "./job-data.ts";
export { fetchBlob, type JobPorts, snapshotRows, snapshotSource, sourceRows } from "./snapshot-rows.ts";
