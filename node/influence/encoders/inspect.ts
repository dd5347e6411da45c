import { inferShapes } from "../graph/index.ts";
import type { Dim, DType, Graph } from "../graph/types.ts";
import { EncoderError } from "./errors.ts";

/** How one vector comes of a graph's output: mean of the tokens, the first token, or it is one vector already. */
export type Pooling = "mean" | "cls" | "none";

export type TextInput = "input_ids" | "attention_mask" | "token_type_ids";

/** What running a graph as an encoder needs to know of it. */
export interface EncoderShape {
  readonly inputs: readonly { readonly name: TextInput; readonly dtype: DType }[];
  readonly output: string;
  readonly pooling: Pooling;
  /** Undefined when only a run can tell. */
  readonly dims: number | undefined;
  /** Length of every text, padding included, when the graph fixes it. */
  readonly sequence: number | undefined;
  /** The graph takes one text at a time. */
  readonly single: boolean;
  /** Rows of the token embedding: ids lie below. Undefined when it is not a plain lookup. */
  readonly embeddingRows: number | undefined;
}

const INPUTS: readonly string[] = ["input_ids", "attention_mask", "token_type_ids"];
const PREFERRED = ["sentence_embedding", "last_hidden_state"];

/** Throws EncoderError: bad-input, bad-output. GraphError as inferShapes does. */
export function inspectGraph(
  graph: Graph,
  wanted: { readonly output?: string; readonly pooling?: Pooling } = {},
): EncoderShape {
  const inputs = checkInputs(graph);
  const [batch, sequence] = graph.inputs.find(({ name }) => name === "input_ids")?.dims ?? [];
  if (typeof batch === "number" && batch !== 1) {
    const next = "export the graph with a dynamic batch dimension, or with 1";
    throw new EncoderError("bad-input", `the graph takes exactly ${batch} texts at a time`, next);
  }
  const { output, dims } = chooseOutput(graph, wanted.output);
  const pooling = wanted.pooling ?? (dims.length === 2 ? "none" : "mean");
  checkPooling(output, dims, pooling);
  const last = dims.at(-1);
  return {
    inputs,
    output,
    pooling,
    dims: typeof last === "number" ? last : undefined,
    sequence: typeof sequence === "number" ? sequence : undefined,
    single: batch === 1,
    embeddingRows: embeddingRows(graph),
  };
}

function checkInputs(graph: Graph): EncoderShape["inputs"] {
  const next = `a text encoder takes input_ids and optionally attention_mask and token_type_ids, [batch, sequence] of integers`;
  const inputs = graph.inputs.map(({ name, dtype, dims }) => {
    if (!INPUTS.includes(name)) throw new EncoderError("bad-input", `the graph wants the input "${name}"`, next);
    if ((dtype !== "int64" && dtype !== "int32") || dims.length !== 2) {
      throw new EncoderError("bad-input", `the input "${name}" is ${dtype} of rank ${dims.length}`, next);
    }
    return { name: name as TextInput, dtype };
  });
  if (inputs.some(({ name }) => name === "input_ids")) return inputs;
  throw new EncoderError("bad-input", "the graph has no input input_ids", next);
}

function chooseOutput(graph: Graph, wanted: string | undefined): { output: string; dims: readonly Dim[] } {
  const names = graph.outputs.map(({ name }) => name);
  const output = wanted ?? PREFERRED.find((name) => names.includes(name)) ?? names[0];
  if (output === undefined || !names.includes(output)) {
    const next = `choose one with --graph-output: ${names.join(", ")}`;
    throw new EncoderError("bad-output", `the graph has no output ${JSON.stringify(output)}`, next);
  }
  const value = inferShapes(graph).get(output) ?? graph.outputs.find(({ name }) => name === output)!;
  if (value.dtype !== "double" && value.dtype !== "float") {
    throw new EncoderError(
      "bad-output",
      `the output ${output} is ${value.dtype}`,
      "choose a real one with --graph-output",
    );
  }
  return { output, dims: value.dims };
}

function checkPooling(output: string, dims: readonly Dim[], pooling: Pooling): void {
  const rank = pooling === "none" ? 2 : 3;
  if (dims.length === rank) return;
  const next =
    dims.length === 3
      ? "it is one vector a token: use --pooling mean or --pooling cls"
      : "--pooling none takes [batch, dims], mean and cls take [batch, sequence, dims]; see --graph-output";
  throw new EncoderError("bad-output", `the output ${output} has rank ${dims.length}, pooling ${pooling}`, next);
}

/** The table of the first Gather whose indices are the ids, casts in between or not. */
function embeddingRows(graph: Graph): number | undefined {
  const ids = new Set(["input_ids"]);
  for (const { op, inputs, outputs } of graph.nodes) {
    const [first = "", second = ""] = inputs;
    if ((op === "Cast" || op === "Identity") && ids.has(first)) ids.add(outputs[0]!);
    if (op === "Gather" && ids.has(second)) return graph.initializers.get(first)?.dims[0];
  }
  return undefined;
}
