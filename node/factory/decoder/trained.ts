import { injectLora, loadGraph, sizeOf, toFloat64 } from "../../influence/graph/index.ts";
import type { Feeds, Graph, Tensor } from "../../influence/graph/types.ts";
import { fromReal, type JobManifest, Method } from "../job/manifest.ts";
import { DecoderError } from "./errors.ts";

/** What a job trained, ready to be run: the graph, and the adapter's factors when there is one. */
export interface TrainedGenerator {
  readonly graph: Graph;
  readonly feeds: Feeds;
}

/**
 * Puts a job's weights where they were trained: in place of the graph's own (FULL), or as factors beside them (LORA).
 * Throws DecoderError bad-bytes, bad-config; GraphError.
 */
export function trainedGenerator(manifest: JobManifest, graphBytes: Uint8Array, weights: Int32Array): TrainedGenerator {
  const base = toFloat64(loadGraph(graphBytes));
  if (manifest.method === Method.METHOD_FULL) return replaced(manifest, base, weights);
  if (manifest.method === Method.METHOD_LORA) return adapted(manifest, base, weights);
  throw new DecoderError("bad-config", "a job of method HEAD trains no generator");
}

function replaced(manifest: JobManifest, base: Graph, weights: Int32Array): TrainedGenerator {
  const parameters = manifest.targets.map((name) => {
    const initial = base.initializers.get(name);
    if (!initial) throw new DecoderError("bad-bytes", `the graph has no weight ${name}`);
    return { name, dims: initial.dims };
  });
  const tensors = split(manifest, parameters, weights);
  return { graph: { ...base, initializers: new Map([...base.initializers, ...Object.entries(tensors)]) }, feeds: {} };
}

function adapted(manifest: JobManifest, base: Graph, weights: Int32Array): TrainedGenerator {
  const { rank, alpha } = manifest.lora!;
  const { graph, parameters } = injectLora(base, { targets: manifest.targets, rank, alpha: fromReal(alpha) });
  return { graph, feeds: split(manifest, parameters, weights) };
}

function split(
  { gridBits }: JobManifest,
  parameters: readonly { readonly name: string; readonly dims: readonly number[] }[],
  weights: Int32Array,
): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  let at = 0;
  for (const { name, dims } of parameters) {
    const end = at + sizeOf(dims);
    tensors[name] = {
      dtype: "double",
      dims,
      data: Float64Array.from(weights.subarray(at, end), (x) => x / 2 ** gridBits),
    };
    at = end;
  }
  if (at === weights.length) return tensors;
  throw new DecoderError("bad-bytes", `${weights.length} weights, the job's parameters have ${at}`);
}
