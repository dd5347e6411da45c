import { leafHash, verifyProof } from "../../chain/crypto/merkle.ts";
import type { Dispute } from "../../proto/gen/openledger/dispute/v1.ts";
import { Checkpoint, LogHead } from "../../proto/gen/openledger/factory/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { checkpointCount, type Geometry } from "./bisect.ts";
import type { Trace } from "./types.ts";

// The log root of a training (openledger.factory.v1): merkle root over its head and its checkpoints, each as canonical
// bytes. The head binds the number of steps, and so the number of leaves, to the root.

/** True when the log's head, leaf 0, says so many steps in checkpoints so far apart, of this start and this result. */
export function provesHead(trace: Trace, geometry: Geometry, aunts: readonly Uint8Array[]): boolean {
  const { start: manifestHash, result: weightsHash, logRoot } = trace;
  const { steps, every } = geometry;
  const leaf = encodeBytes(LogHead, { manifestHash, steps: BigInt(steps), every, weightsHash });
  return proves(logRoot, leaf, { index: 0, total: totalOf(geometry), aunts });
}

/** True when checkpoint `index` of the dispute's log is this state. */
export function provesCheckpoint(
  { logRoot, ...dispute }: Pick<Dispute, "logRoot" | "steps" | "every">,
  index: number,
  state: {
    readonly step: number;
    readonly root: Uint8Array;
    readonly roundingHash: Uint8Array;
    readonly aunts: readonly Uint8Array[];
  },
): boolean {
  const { step, root: stateRoot, roundingHash, aunts } = state;
  const leaf = encodeBytes(Checkpoint, { step: BigInt(step), stateRoot, roundingHash });
  return proves(logRoot, leaf, { index: index + 1, total: totalOf(geometryOf(dispute)), aunts });
}

export function geometryOf({ steps, every }: Pick<Dispute, "steps" | "every">): Geometry {
  return { steps: Number(steps), every: Number(every) };
}

function totalOf(geometry: Geometry): number {
  return checkpointCount(geometry) + 1;
}

function proves(
  root: Uint8Array,
  leaf: Uint8Array,
  path: { readonly index: number; readonly total: number; readonly aunts: readonly Uint8Array[] },
): boolean {
  return verifyProof(root, leaf, { ...path, leafHash: leafHash(leaf) });
}
