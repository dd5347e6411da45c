export { audit, type Difference } from "./audit.ts";
export { Challenger, challengeMessage } from "./challenger.ts";
export { DisputeError, type DisputeErrorCode } from "./errors.ts";
export { OwnTrace, type TraceOptions } from "./own-trace.ts";
export {
  type DisputeMessage,
  fetchDispute,
  isDue,
  makeMove,
  type Player,
  type PlayOptions,
  playDispute,
  type SidePorts,
} from "./play.ts";
export { Poster } from "./poster.ts";
export { adoptJobFolder, FolderStates, MemoryStates, type States } from "./states.ts";
export { type ClaimedTraining, claimedTraining, type DisputedTraining, disputedTraining } from "./training.ts";
