import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { encodeGraph, type Feeds, type Graph, type Tensor, toFloat64 } from "../../../node/influence/graph/index.ts";
import type { Provider } from "../../../node/influence/graph/runtime.ts";

export const LEVELS = ["disabled", "basic", "extended", "all"] as const;

/** How ONNX Runtime is asked to compute. */
export interface Setting {
  readonly threads: number;
  readonly batch: number;
  readonly level: (typeof LEVELS)[number];
  readonly provider: Provider;
  /** Everything in float32: the contrast. */
  readonly isFloat32?: boolean;
}

export function settingName({ threads, batch, level, provider, isFloat32 }: Setting): string {
  return `${isFloat32 ? "float32 " : ""}${provider}, ${threads} threads, batch ${batch}, ${level}`;
}

/** The same graph in float32. */
function narrowed(graph: Graph): Graph {
  const info = <T extends { readonly dtype: string }>(value: T) =>
    value.dtype === "double" ? { ...value, dtype: "float" as const } : value;
  return {
    ...graph,
    inputs: graph.inputs.map(info) as Graph["inputs"],
    outputs: graph.outputs.map(info) as Graph["outputs"],
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, info(tensor) as Tensor])),
  };
}

function toOrt(tensor: Tensor, isFloat32: boolean): OrtTensor {
  if (tensor.dtype === "int64") return new OrtTensor("int64", tensor.data.slice() as BigInt64Array, tensor.dims);
  if (isFloat32) return new OrtTensor("float32", Float32Array.from(tensor.data as Float64Array), tensor.dims);
  return new OrtTensor("float64", (tensor.data as Float64Array).slice(), tensor.dims);
}

export interface OpenSetting {
  run(feeds: Feeds): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** The model as ONNX Runtime gets it: settings of one problem share it. */
export function modelOf(graph: Graph, isFloat32 = false): Uint8Array {
  return encodeGraph(isFloat32 ? narrowed(graph) : toFloat64(graph));
}

export async function openSetting(
  model: Uint8Array,
  outputs: readonly string[],
  setting: Setting,
): Promise<OpenSetting> {
  const isFloat32 = setting.isFloat32 === true;
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: setting.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: setting.level,
    executionProviders: [setting.provider],
    logSeverityLevel: 4,
  });
  return {
    async run(feeds) {
      const inputs = Object.entries(feeds).map(([name, tensor]) => [name, toOrt(tensor, isFloat32)] as const);
      const values = await session.run(Object.fromEntries(inputs), [...outputs]);
      return Object.fromEntries(
        outputs.map((name): [string, Tensor] => {
          const { data, dims } = values[name]!;
          return [name, { dtype: "double", dims: [...dims], data: Float64Array.from(data as Float64Array) }];
        }),
      );
    },
    release: () => session.release(),
  };
}
