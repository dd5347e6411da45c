import {
  type Feeds,
  type Graph,
  gradientName,
  type Parameter,
  sizeOf,
  type Tensor,
} from "../../influence/graph/index.ts";
import { evaluate } from "../../influence/graph/reference/index.ts";
import { JobError } from "./errors.ts";
import type { TrainingGraph } from "./graph.ts";

/** What one execution of the graph gives for a micro batch. */
export interface MicroResult {
  /** One a sample. */
  readonly losses: Float64Array;
  /** d (sum of losses) / d weights, parameter after parameter; empty where none was asked for. */
  readonly gradient: Float64Array;
  /** Index of the largest logit of every sample, where the graph has logits [batch, classes]. */
  readonly answers: readonly number[] | undefined;
}

/** Executes a job's graph at given weights: by ONNX Runtime in threads, or by the exact reference in line. */
export interface Gradients {
  /** Gradients at one point, for every micro batch in order. */
  gradients(weights: Float64Array, batches: readonly Feeds[]): Promise<readonly MicroResult[]>;
  /** Losses alone. */
  losses(weights: Float64Array, batches: readonly Feeds[]): Promise<readonly MicroResult[]>;
  close(): Promise<void>;
}

/** Weights as tensors by the parameters' names. */
export function parameterFeeds(parameters: readonly Parameter[], weights: Float64Array): Feeds {
  let at = 0;
  const entries = parameters.map(({ name, dims }): [string, Tensor] => {
    const data = weights.slice(at, (at += sizeOf(dims)));
    return [name, { dtype: "double", dims, data }];
  });
  return Object.fromEntries(entries);
}

/** Outputs to ask for. */
export function wantedOutputs(graph: Graph, parameters: readonly Parameter[], isBackward: boolean): string[] {
  if (isBackward) return ["loss", ...parameters.map(({ name }) => gradientName(name))];
  return graph.outputs.filter(({ name }) => name === "loss" || isClassLogits(name, graph)).map(({ name }) => name);
}

function isClassLogits(name: string, graph: Graph): boolean {
  return name === "logits" && graph.outputs.find((output) => output.name === name)?.dims.length === 2;
}

/** Reads the outputs of an execution. */
export function microResult(outputs: Readonly<Record<string, Tensor>>, parameters: readonly Parameter[]): MicroResult {
  const { loss, logits } = outputs;
  if (!(loss?.data instanceof Float64Array)) throw new JobError("bad-graph", "graph: its loss is no double");
  const parts = parameters.flatMap(({ name }) => {
    const tensor = outputs[gradientName(name)];
    return tensor ? [tensor.data as Float64Array] : [];
  });
  const gradient = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    gradient.set(part, at);
    at += part.length;
  }
  return { losses: loss.data, gradient, answers: logits && largest(logits) };
}

function largest({ data, dims }: Tensor): number[] {
  const [rows, classes] = dims as [number, number];
  const values = data as Float64Array;
  return Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (values[row * classes + c]! > values[row * classes + best]!) best = c;
    return best;
  });
}

/** The exact reference: slow, the same bits everywhere; referees a disputed step. */
export function referenceGradients({ forward, backward, parameters }: TrainingGraph): Gradients {
  const run = (graph: Graph, isBackward: boolean, weights: Float64Array, batches: readonly Feeds[]) =>
    batches.map((feeds) => {
      const all = { ...feeds, ...parameterFeeds(parameters, weights) };
      return microResult(evaluate(graph, all, wantedOutputs(graph, parameters, isBackward)), parameters);
    });
  return {
    gradients: async (weights, batches) => run(backward, true, weights, batches),
    losses: async (weights, batches) => run(forward, false, weights, batches),
    close: async () => undefined,
  };
}
