/** What a validator's attestor and its pool of openings need: pure functions, no state. */

export { hashTimes, isReveal, nextBeacon } from "./beacon.ts";
export { type BeaconSecret, makeBeaconChain, revealFor } from "./beacon-secret.ts";
export { challengedChunks } from "./challenge.ts";
export { peerCount, peersOf } from "./committee.ts";
export { decodeEnvelope, encodeEnvelope } from "./envelope.ts";
export { decodeExtension, encodeExtension, isExtension } from "./extension.ts";
export { subsetSeed } from "./fidelity.ts";
export { AVAILABILITY_ALGORITHM, claimId, FIDELITY_ALGORITHM, openingHash, statementHash } from "./ids.ts";
export { batchLeaves, type LeafFields, type LeafPath, leafOf, SALT_LENGTH } from "./leaf.ts";
export {
  BEACON_CHAIN_LENGTH,
  MAX_CLAIM_BLOCKS,
  MAX_ENVELOPE_BYTES,
  MAX_EXTENSION_BYTES,
  MAX_PEER_COMMITTEE,
} from "./limits.ts";
export {
  checkOpeningFields,
  checkOpeningPath,
  isOpeningHeight,
  isRootHeight,
  leafOfOpening,
} from "./opening.ts";
export { type SketchValue, sameSketch, sketchOf, sketchSeed, ZERO_SKETCH } from "./sketch.ts";
