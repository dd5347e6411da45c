import {
  decoderGraph,
  decoderParameters,
  initialWeights,
  trainBpe,
  withWeights,
} from "../../../node/factory/decoder/index.ts";
import { runJob, trainedGraph } from "../../../node/factory/job/index.ts";
import { encodeGraph } from "../../../node/influence/graph/index.ts";
import { openTokenizer, type TextTokenizer } from "../../../node/tokens/tokenizer.ts";
import { seededOrder } from "../../bench/random.ts";
import type { EvalOptions } from "../evaluation.ts";
import { EvaluationError } from "../evaluation.ts";
import { keyOf } from "../state.ts";
import { languageJob, orderOf, sourceOf } from "./jobs.ts";

export interface DecoderSizes {
  readonly n: number;
  readonly queries: number;
  readonly contributors: number;
  readonly layers: number;
  readonly width: number;
  readonly context: number;
  readonly vocab: number;
  readonly baseTexts: number;
  readonly baseEpochs: number;
  readonly rank: number;
  readonly epochs: number;
  readonly batch: number;
}

/** A base decoder, passages to adapt it with, and passages that are asked about. */
export interface DecoderProblem {
  readonly sizes: DecoderSizes;
  /** Graph with the loss head and the base's weights, and the tokenizer: bytes of ONNX and of tokenizer.json. */
  readonly graph: Uint8Array;
  readonly tokenizer: Uint8Array;
  readonly encode: TextTokenizer["encode"];
  /** Rows in the order in which the factory trains on them. */
  readonly texts: readonly string[];
  readonly contributor: Int32Array;
  readonly queries: readonly string[];
  /** Everything that a retraining depends on but the subset. */
  readonly key: string;
}

export const HEADS = 4;
const BASE_RATE = 0.006;
export const ADAPTER_RATE = 0.01;
/** Layers that carry low-rank factors: all of them inside the blocks. */
const LINEAR = ["attention.query", "attention.key", "attention.value", "attention.output", "mlp.up", "mlp.down"];

export function adapterTargets({ layers }: DecoderSizes): string[] {
  return Array.from({ length: layers }, (_, i) => LINEAR.map((name) => `blocks.${i}.${name}`)).flat();
}

/** A line's words in pieces of at most `most` tokens; a word that is longer alone is left out. */
function pieces(line: string, length: (text: string) => number, most: number): string[] {
  const found: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (length(longer) <= most) {
      current = longer;
      continue;
    }
    if (current !== "") found.push(current);
    current = length(word) <= most ? word : "";
  }
  return current === "" ? found : [...found, current];
}

/**
 * Lines joined to passages of about as many tokens as a window holds, by the given count. A longer line is left out,
 * or cut at its spaces.
 */
export function passages(text: string, length: (text: string) => number, most: number, cutsLines = false): string[] {
  const found: string[] = [];
  let current = "";
  const lines = text.split("\n");
  for (const line of cutsLines ? lines.flatMap((line) => pieces(line, length, most)) : lines) {
    const longer = current === "" ? line : `${current}\n${line}`;
    if (length(longer) <= most) {
      current = longer;
      continue;
    }
    if (current.trim() !== "") found.push(current);
    current = length(line) <= most ? line : "";
  }
  if (current.trim() !== "") found.push(current);
  return found;
}

/** The base is trained on the first part of the text; rows and queries come from the last part. */
export async function decoderProblem(text: string, sizes: DecoderSizes, options: EvalOptions): Promise<DecoderProblem> {
  const { progress, state, seed } = options;
  const cut = Math.floor(text.length * 0.7);
  const tokenizer = new TextEncoder().encode(JSON.stringify(trainBpe([text.slice(0, cut)], { vocab: sizes.vocab })));
  const { encode } = openTokenizer(tokenizer);
  // A row is one window: its end token takes a place.
  const cutUp = (part: string) =>
    passages(part, (piece) => encode(piece).length, sizes.context - 1, options.data !== undefined);
  const before = cutUp(text.slice(0, Math.min(cut, sizes.baseTexts * 6 * sizes.context))).slice(0, sizes.baseTexts);
  const after = cutUp(text.slice(cut, cut + (sizes.n + sizes.queries) * 16 * sizes.context));
  const wanted = sizes.n + sizes.queries;
  if (after.length < wanted) {
    throw new EvaluationError(
      "bad-data",
      `the last three tenths of the text give ${after.length} passages of ${sizes.context - 1} tokens, ${wanted} are needed: more text, or less --n`,
    );
  }
  // Queries lie among the rows' scenes, so that some rows speak of what they speak of.
  const chosen = after.slice(0, wanted);
  const asked = new Set(seededOrder(wanted, `queries-${seed}`).slice(0, sizes.queries));
  const places = chosen.map((_, place) => place).filter((place) => !asked.has(place));
  const order = orderOf("rows", places);
  const stretch = new Map(places.map((place, i) => [place, Math.floor((i * sizes.contributors) / places.length)]));
  const baseKey = keyOf(["decoder-base", 1, JSON.stringify(sizes), ...before]);
  const graph = await baseGraph(before, tokenizer, sizes, { state, progress, key: baseKey });
  return {
    ...{ sizes, graph, tokenizer, encode },
    texts: order.map((place) => chosen[place]!),
    contributor: Int32Array.from(order, (place) => stretch.get(place)!),
    queries: [...asked].sort((a, b) => a - b).map((place) => chosen[place]!),
    key: keyOf(["decoder", 1, graph, JSON.stringify(sizes), ADAPTER_RATE, ...order.map((p) => chosen[p]!), ...asked]),
  };
}

async function baseGraph(
  texts: readonly string[],
  tokenizer: Uint8Array,
  sizes: DecoderSizes,
  { state, progress, key }: Pick<EvalOptions, "state" | "progress"> & { readonly key: string },
): Promise<Uint8Array> {
  const config = { layers: sizes.layers, width: sizes.width, heads: HEADS, context: sizes.context, vocab: sizes.vocab };
  const parameters = decoderParameters(config);
  const start = initialWeights(config, new Uint8Array(32).fill(1));
  const graph = encodeGraph(withWeights(decoderGraph(config, "loss"), config, start));
  const source = sourceOf(
    "base",
    texts.map((text, place) => ({ place, text })),
  );
  const training = { rate: BASE_RATE, batch: 32, epochs: sizes.baseEpochs, seed: "base" };
  const targets = parameters.map(({ name }) => name);
  const job = languageJob({ ...{ graph, tokenizer, source, targets, context: sizes.context }, ...training });
  const weights = await state.keep(key, "base", start.length, async () => {
    const { weights } = await runJob(job.manifest, job.data, {
      onEvent: (event) => {
        if (event.kind === "step")
          progress.step(`training the base, loss ${event.loss.toFixed(3)}`, event.step, event.steps!);
      },
    });
    return Float64Array.from(weights);
  });
  return encodeGraph(trainedGraph(job.manifest, graph, Int32Array.from(weights)));
}
