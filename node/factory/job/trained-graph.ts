import { type Graph, injectLora, loadGraph, sizeOf, type Tensor, toFloat64 } from "../../influence/graph/index.ts";
import { JobError } from "./errors.ts";
import { fromReal, type JobManifest, Method } from "./manifest.ts";

/** The graph of a finished job with its weights as constants: what serves, and what a later job can start from. */
export function trainedGraph(manifest: JobManifest, graph: Uint8Array, weights: Int32Array): Graph {
  const base = toFloat64(loadGraph(graph));
  if (manifest.method === Method.METHOD_FULL) {
    const dims = (name: string) => base.initializers.get(name)?.dims ?? [];
    return {
      ...base,
      initializers: withTensors(
        manifest,
        base,
        manifest.targets.map((name) => ({ name, dims: dims(name) })),
        weights,
      ),
    };
  }
  const { rank, alpha } = manifest.lora ?? { rank: 0, alpha: 0n };
  const adapted = injectLora(base, { targets: manifest.targets, rank, alpha: fromReal(alpha) });
  const names = new Set(adapted.parameters.map(({ name }) => name));
  const initializers = withTensors(manifest, adapted.graph, adapted.parameters, weights);
  return { ...adapted.graph, inputs: adapted.graph.inputs.filter(({ name }) => !names.has(name)), initializers };
}

function withTensors(
  manifest: JobManifest,
  graph: Graph,
  parameters: readonly { readonly name: string; readonly dims: readonly number[] }[],
  weights: Int32Array,
): Map<string, Tensor> {
  const scale = 2 ** manifest.gridBits;
  const initializers = new Map(graph.initializers);
  let at = 0;
  for (const { name, dims } of parameters) {
    const data = Float64Array.from(weights.subarray(at, at + sizeOf(dims)), (w) => w / scale);
    initializers.set(name, { dtype: "double", dims, data });
    at += sizeOf(dims);
  }
  if (at !== weights.length) throw new JobError("bad-bytes", `${weights.length} weights, the job trains ${at}`);
  return initializers;
}
