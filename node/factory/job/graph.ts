import {
  differentiate,
  type Graph,
  GraphError,
  injectLora,
  loadGraph,
  type Parameter,
  sizeOf,
  toFloat64,
  withParameters,
} from "../../influence/graph/index.ts";
import { checkedBlob, type JobData } from "./data.ts";
import { JobError } from "./errors.ts";
import { MOST_WEIGHTS } from "./limits.ts";
import { baseOf, DataForm, fromReal, type JobManifest, Method } from "./manifest.ts";
import { jobSeed, words } from "./order.ts";

/** A graph made ready for a job. */
export interface TrainingGraph {
  /** Inputs of the form and the parameters; output loss [batch] and, where the graph has it, logits. */
  readonly forward: Graph;
  /** The same with the gradients of the summed losses. */
  readonly backward: Graph;
  readonly parameters: readonly Parameter[];
  /** Weights at the start, parameter after parameter, as integers on the job's grid. */
  readonly initial: Int32Array;
}

const LOSS = "loss";

const INPUTS: Readonly<Record<number, readonly string[]>> = {
  [DataForm.DATA_FORM_FEATURES]: ["features", "labels"],
  [DataForm.DATA_FORM_LANGUAGE]: ["tokens", "targets", "mask"],
  [DataForm.DATA_FORM_SEQUENCE]: ["input_ids", "attention_mask", "labels"],
};

/** The graph of a job's manifest with its trainable parts. Throws JobError: lineage, bad-graph. */
export function trainingGraph(manifest: JobManifest, data: JobData): TrainingGraph {
  const bytes = checkedBlob("graph", data.graph, baseOf(manifest).graphHash);
  try {
    return prepare(manifest, toFloat64(loadGraph(bytes)));
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new JobError("bad-graph", `graph: ${error.message}`);
  }
}

function prepare(manifest: JobManifest, base: Graph): TrainingGraph {
  checkInterface(manifest, base);
  const { graph, parameters } =
    manifest.method === Method.METHOD_LORA ? adapted(manifest, base) : opened(manifest, base);
  const size = parameters.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  if (size > MOST_WEIGHTS)
    throw new JobError("bad-graph", `${size} weights are trained, at most ${MOST_WEIGHTS} can be`);
  const backward = differentiate(graph, { loss: LOSS, wrt: parameters.map(({ name }) => name) });
  const initial =
    manifest.method === Method.METHOD_LORA ? loraStart(manifest, parameters) : weightsOf(manifest, base, parameters);
  return { forward: graph, backward, parameters, initial };
}

function checkInterface(manifest: JobManifest, base: Graph): void {
  const wanted = INPUTS[manifest.form] ?? [];
  const given = base.inputs.map(({ name }) => name);
  const missing = wanted.find((name) => !given.includes(name));
  const extra = given.find((name) => !wanted.includes(name));
  if (missing !== undefined || extra !== undefined) {
    throw new JobError("bad-graph", `graph: its inputs are ${given.join(", ")}; the form has ${wanted.join(", ")}`);
  }
  const loss = base.outputs.find(({ name }) => name === LOSS);
  if (loss?.dims.length !== 1)
    throw new JobError("bad-graph", "graph: it has no output loss [batch], one loss a sample");
}

function adapted(manifest: JobManifest, base: Graph): { graph: Graph; parameters: Parameter[] } {
  const { rank, alpha } = manifest.lora!;
  return injectLora(base, { targets: manifest.targets, rank, alpha: fromReal(alpha) });
}

function opened(manifest: JobManifest, base: Graph): { graph: Graph; parameters: Parameter[] } {
  const graph = withParameters(base, manifest.targets);
  const parameters = manifest.targets.map((name) => ({ name, dims: base.initializers.get(name)!.dims }));
  const wrong = manifest.targets.find((name) => base.initializers.get(name)!.dtype !== "double");
  if (wrong !== undefined) throw new JobError("bad-graph", `graph: ${wrong} holds integers and cannot be trained`);
  return { graph, parameters };
}

/** Weights of the graph, rounded half up to the job's grid. */
function weightsOf(manifest: JobManifest, base: Graph, parameters: readonly Parameter[]): Int32Array {
  const scale = 2 ** manifest.gridBits;
  const all = parameters.flatMap(({ name }) => [...(base.initializers.get(name)!.data as Float64Array)]);
  const far = all.findIndex((value) => Math.abs(value * scale) >= 2 ** 31 - 1);
  if (far >= 0)
    throw new JobError("bad-graph", `graph: the weight ${all[far]} is beyond the grid of ${manifest.gridBits} bits`);
  return Int32Array.from(all, (value) => Math.floor(value * scale + 0.5));
}

/** A: uniform on [-b, b), b = floor(2^grid / sqrt(inputs)), from the seed's words one after the other; B: zero. */
function loraStart(manifest: JobManifest, parameters: readonly Parameter[]): Int32Array {
  const drawn = words(jobSeed(manifest.seed, "lora"));
  const start: number[] = [];
  for (const { name, dims } of parameters) {
    const bound = Math.floor(2 ** manifest.gridBits / Math.sqrt(dims[0]!));
    for (let i = 0; i < sizeOf(dims); i++) {
      start.push(name.endsWith(".B") ? 0 : Math.floor((drawn.next().value * 2 * bound) / 2 ** 32) - bound);
    }
  }
  return Int32Array.from(start);
}
