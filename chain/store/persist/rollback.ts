import { StoreError } from "../errors.ts";
import { deleteCheckpoint } from "./checkpointer.ts";
import { type DiskOp, type DiskRead, del, put } from "./disk.ts";
import { changesetKey, META_KEY, manifestKey } from "./layout.ts";
import { readManifests, readMeta } from "./load.ts";
import { encodeMeta, NO_CHECKPOINT } from "./records.ts";

/**
 * The batch after which the disk ends at `version`; the state must be loaded anew. Throws `nothing_to_roll_back`
 * when the version is ahead of the disk or older than its oldest checkpoint.
 */
export function* rollbackState(version: number): DiskRead<DiskOp[]> {
  const meta = yield* readMeta();
  const oldest = meta ? Math.max(meta.prunedTo, meta.firstVersion) : 0;
  if (!meta || version > meta.version || version < oldest) {
    const covered = meta ? `versions ${oldest} to ${meta.version}` : "nothing";
    throw new StoreError("nothing_to_roll_back", `version ${version} cannot be restored, the disk covers ${covered}`);
  }
  const ops = deleteCheckpoint(meta.pending.version, meta.pending.chunks);
  for (const manifest of yield* readManifests(meta.version)) {
    if (manifest.version <= version) continue;
    ops.push(...deleteCheckpoint(manifest.version, manifest.chunks), del(manifestKey(manifest.version)));
  }
  for (let v = version + 1; v <= meta.version; v++) ops.push(del(changesetKey(v)));
  ops.push(put(META_KEY, encodeMeta({ ...meta, version, pending: NO_CHECKPOINT })));
  return ops;
}
