import { toHex } from "../../chain/crypto/bytes.ts";
import type { JobManifest } from "../../proto/gen/openledger/factory/v1.ts";
import type { Job } from "../../proto/gen/openledger/finetune/v1.ts";

/** What the chain is told of a manifest. */
export interface ManifestFacts {
  readonly base: string;
  readonly method: JobManifest["method"];
  readonly snapshots: readonly string[];
  readonly checkpointInterval: number;
}

/** Base, method, snapshots and interval as a job names them: a graph by its hash, an encoder by its id. */
export function manifestFacts(manifest: JobManifest): ManifestFacts {
  const { base, method, sources, checkpointEvery } = manifest;
  const graph = base && base.graphHash.length > 0 ? `graph:${toHex(base.graphHash)}` : "";
  return {
    base: graph || base?.encoder || "",
    method,
    snapshots: sources.map(({ snapshot }) => snapshot),
    checkpointInterval: checkpointEvery,
  };
}

/** In what a job differs from its manifest; undefined when in nothing. */
export function contradiction(job: Job, manifest: JobManifest): string | undefined {
  const facts = manifestFacts(manifest);
  const differs = (name: string, claimed: unknown, actual: unknown) =>
    String(claimed) === String(actual) ? undefined : `${name} is ${claimed} in the job, ${actual} in its manifest`;
  return (
    differs("base", job.base, facts.base) ??
    differs("method", job.method, facts.method) ??
    differs("the list of snapshots", job.snapshots.join(", "), facts.snapshots.join(", ")) ??
    differs("the checkpoint interval", job.checkpointInterval, facts.checkpointInterval)
  );
}
