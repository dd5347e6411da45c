import { sha256 } from "../../../chain/crypto/hash.ts";
import { DecoderError } from "../../factory/decoder/errors.ts";
import { JobError } from "../../factory/job/errors.ts";
import { type TrainingGraph, trainingGraph } from "../../factory/job/graph.ts";
import { DataForm, decodeManifest, type JobManifest, Method } from "../../factory/job/manifest.ts";
import { InfluenceError } from "../errors.ts";
import { blocksOf } from "./blocks.ts";
import type { Block } from "./types.ts";

/** An adapter's job: what its gradients are computed with. */
export interface AdapterJob {
  readonly manifest: JobManifest;
  readonly manifestHash: Uint8Array;
  readonly graph: TrainingGraph;
  readonly blocks: readonly Block[];
}

/** Errors of jobs and decoders as this domain's. */
export function asInfluenceError(error: unknown): unknown {
  if (error instanceof DecoderError) return new InfluenceError("bad-shape", error.message);
  if (!(error instanceof JobError)) return error;
  if (error.code === "worker-lost" || error.code === "aborted") return new InfluenceError(error.code, error.message);
  if (error.code === "lineage") return new InfluenceError("hash-mismatch", error.message);
  return new InfluenceError("bad-bytes", error.message);
}

/**
 * The job of an adapter on language. Throws InfluenceError: bad-bytes for a manifest or graph that is none, bad-shape for
 * another kind of job, hash-mismatch where the graph is not the manifest's.
 */
export function openAdapterJob(manifestBytes: Uint8Array, graphBytes: Uint8Array): AdapterJob {
  try {
    const manifest = decodeManifest(manifestBytes);
    if (manifest.method !== Method.METHOD_LORA || manifest.form !== DataForm.DATA_FORM_LANGUAGE) {
      throw new InfluenceError("bad-shape", "only low-rank adapters on language have an adapter index");
    }
    const graph = trainingGraph(manifest, { sources: [], graph: graphBytes });
    return { manifest, manifestHash: sha256(manifestBytes), graph, blocks: blocksOf(graph.parameters) };
  } catch (error) {
    throw asInfluenceError(error);
  }
}

/** Weights on the job's grid as numbers. */
export function realWeights({ gridBits }: Pick<JobManifest, "gridBits">, weights: Int32Array): Float64Array {
  const scale = 2 ** gridBits;
  return Float64Array.from(weights, (w) => w / scale);
}
