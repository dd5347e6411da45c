import type { Tensor as OrtTensor } from "onnxruntime-node";
import { nativeCall } from "../native-threads.ts";
import { createSession, type Ort, type Provider } from "../ort.ts";
import { encodeGraph } from "./encode.ts";
import { GraphError } from "./errors.ts";
import { toFloat64 } from "./float64.ts";
import { loadGraph } from "./load.ts";
import type { DType, Feeds, Graph, Tensor } from "./types.ts";

export type { Provider };

/** An ONNX Runtime session of a graph in float64. `run` blocks its thread: outside tests and tools use a worker. */
export interface GraphSession {
  readonly provider: Provider;
  /** Runs with one tensor for every input; `wanted` names the outputs to return, all by default. */
  run(feeds: Feeds, wanted?: readonly string[]): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

const ORT_TYPES: Readonly<Record<DType, string>> = {
  float: "float32",
  double: "float64",
  int8: "int8",
  uint8: "uint8",
  int32: "int32",
  int64: "int64",
  bool: "bool",
};

/** A tensor over a copy: the runtime may keep the memory it is given, and inputs must not alias outputs. */
function toOrt(ort: Ort, tensor: Tensor): OrtTensor {
  const data = tensor.dtype === "float" ? Float32Array.from(tensor.data as Float64Array) : tensor.data.slice();
  return new ort.Tensor(ORT_TYPES[tensor.dtype] as "float64", data as Float64Array, tensor.dims);
}

function fromOrt(tensor: OrtTensor): Tensor {
  const dtype = (Object.keys(ORT_TYPES) as DType[]).find((name) => ORT_TYPES[name] === tensor.type);
  if (!dtype) throw new GraphError("unsupported-type", `the runtime returned ${tensor.type}`);
  const raw = tensor.data as Tensor["data"];
  const data = dtype === "float" ? Float64Array.from(raw as Float64Array) : raw.slice();
  return { dtype, dims: [...tensor.dims], data };
}

/** Opens a graph, or the bytes of a model, in float64: floats are widened and what the runtime lacks is composed. */
export async function openGraph(graph: Graph | Uint8Array, wanted: Provider = "cpu"): Promise<GraphSession> {
  const wide = toFloat64(graph instanceof Uint8Array ? loadGraph(graph) : graph);
  const { ort, session, provider } = await createSession(encodeGraph(wide), wanted);
  // The session has its own copy of the weights: only the inputs are kept here.
  const needed = wide.inputs;
  return {
    provider,
    async run(feeds, names) {
      const inputs: Record<string, OrtTensor> = {};
      for (const { name, dtype } of needed) {
        const tensor = feeds[name];
        if (!tensor) throw new GraphError("no-such-value", `no tensor is fed to the input ${name}`);
        if (tensor.dtype !== dtype)
          throw new GraphError("unsupported-type", `${name} takes ${dtype}, got ${tensor.dtype}`);
        inputs[name] = toOrt(ort, tensor);
      }
      const wanted = names ?? session.outputNames;
      const other = wanted.find((name) => !session.outputNames.includes(name));
      if (other !== undefined) throw new GraphError("no-such-value", `the graph has no output ${other}`);
      const results = await nativeCall(() => session.run(inputs, [...wanted]));
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value as OrtTensor)]));
    },
    release: () => nativeCall(() => session.release()),
  };
}
