import { existsSync } from "node:fs";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { encodeManifest, headOf, type JobFolder, type JobManifest, stateRoot } from "../../node/factory/job/index.ts";
import type { TrainingLog } from "../../node/factory/job/log.ts";
import { weightsHash } from "../../node/influence/grid.ts";

/**
 * What in a job's folder is not what its log and manifest name: states, weights, canonical manifest. Executing a job
 * again reads little of them, but they are what is uploaded or gone on from. Undefined when all of it fits.
 */
export function wrongArtefact(folder: JobFolder, manifest: JobManifest, log: TrainingLog): string | undefined {
  const canonical = folder.read("manifest");
  if (canonical && !equalBytes(canonical, encodeManifest(manifest))) {
    return `${folder.path("manifest")} is not the manifest of ${folder.path("json")}`;
  }
  for (const [index, checkpoint] of log.checkpoints.entries()) {
    if (!existsSync(folder.statePath(index))) continue;
    if (!equalBytes(stateRoot(folder.state(index)), checkpoint.stateRoot)) {
      return `${folder.statePath(index)} is not the state that the log has`;
    }
  }
  const weights = folder.read("log") && folder.weights();
  if (weights && !equalBytes(weightsHash(weights), headOf(log).weightsHash)) {
    return `${folder.path("weights")} are not the weights that the log has`;
  }
  return undefined;
}
