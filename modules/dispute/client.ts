/** What the two sides of a dispute and its referees need: pure functions, no state. */

export {
  checkpointAt,
  checkpointCount,
  checkpointPosition,
  type Geometry,
  lastPosition,
  midpoint,
  mostQuestions,
} from "./bisect.ts";
export { disputeId, STEP_ALGORITHM } from "./ids.ts";
