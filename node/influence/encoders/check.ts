import { closeSync, openSync, readSync, statSync } from "node:fs";
import { sha256 } from "../../../chain/crypto/hash.ts";
import type { Provider } from "../session.ts";
import { EncoderError } from "./errors.ts";
import { unitFeatures } from "./features.ts";
import { type EncoderShape, inspectGraph, type Pooling } from "./inspect.ts";
import { DEFAULT_MAX_TOKENS, MAX_GRAPH_BYTES, MAX_TOKENIZER_BYTES, MAX_TOKENS } from "./limits.ts";
import { checkFit, encoderGraph } from "./open.ts";
import { type EncoderSession, openEncoderSession } from "./session.ts";
import { type CheckedSpec, checkDims, decodeSpec, encodeSpec } from "./spec.ts";
import { loadTokenizer, type TextTokenizer } from "./tokenizer.ts";
import type { EncoderFiles } from "./types.ts";

/** An encoder that was found usable. */
export interface CheckedEncoder {
  readonly files: EncoderFiles;
  readonly spec: CheckedSpec;
  readonly provider: Provider;
  /** Ids of the tokenizer, and rows of the graph's embedding where it is a plain lookup: far apart, they are no pair. */
  readonly vocabulary: { readonly tokens: number; readonly embeddings: number | undefined };
  /** Of the probe texts, one at a time, after a first run. */
  readonly millisecondsPerText: number;
}

export interface EncoderChoice {
  readonly output?: string;
  readonly pooling?: Pooling;
  readonly maxTokens?: number;
  readonly provider?: Provider;
}

/** Reads a file after its size was found to be within the limit. Throws EncoderError: missing, too-large. */
export function readEncoderFile(path: string, kind: "graph" | "tokenizer"): Uint8Array {
  const limit = kind === "graph" ? MAX_GRAPH_BYTES : MAX_TOKENIZER_BYTES;
  const size = sizeOf(path);
  if (size > limit) {
    const next = kind === "graph" ? "use a smaller encoder, or export it in float16" : "is this the tokenizer.json?";
    throw new EncoderError("too-large", `${path} has ${size} bytes, at most ${limit} are read`, next);
  }
  const bytes = new Uint8Array(size);
  const file = openSync(path, "r");
  try {
    for (let at = 0; at < size; ) {
      const read = readSync(file, bytes, at, size - at, at);
      if (read === 0) throw new EncoderError("missing", `${path} became shorter while it was read`, "try again");
      at += read;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return found.size;
  throw new EncoderError("missing", `${path} is no file`, "give the path of the exported file");
}

/** A graph that takes no more than this reads no sentences. */
const FEWEST_TOKENS = 8;

/** Texts that any encoder of sentences tells apart. */
const PROBES = ["Where is my new card?", "the weather is fine today", "a", "Seven boats left the harbour before dawn."];

/**
 * Finds out how to use a graph as an encoder and tries it: on plain texts, and on one of the full length. Without a
 * chosen length that is what tokenizer.json or the default says, or as much of it as the graph has positions for.
 * Throws EncoderError with what to do next.
 */
export async function checkEncoder(
  { graph: graphBytes, tokenizer: tokenizerBytes }: { readonly graph: Uint8Array; readonly tokenizer: Uint8Array },
  choice: EncoderChoice = {},
): Promise<CheckedEncoder> {
  const graph = encoderGraph(graphBytes);
  const tokenizer = loadTokenizer(tokenizerBytes);
  const shape = inspectGraph(graph, choice);
  checkFit(tokenizer.maxId, shape.embeddingRows);
  const session = await openEncoderSession(graph, shape, { ...choice, padId: tokenizer.padId });
  try {
    const wanted = tokensOf(choice, shape, tokenizer);
    const { dims, milliseconds } = await tryTexts(session, tokenizer, wanted);
    const longest = { session, tokenizer };
    const maxTokens =
      choice.maxTokens === undefined ? await findLongest(longest, wanted) : await tryLongest(longest, wanted);
    checkDims(dims);
    const { output, pooling } = shape;
    const hashes = { graphHash: sha256(graphBytes), tokenizerHash: sha256(tokenizerBytes) };
    const spec = encodeSpec({ ...hashes, output, pooling, maxTokens, dims });
    return {
      files: { spec, graph: graphBytes, tokenizer: tokenizerBytes },
      spec: decodeSpec(spec),
      provider: session.provider,
      vocabulary: { tokens: tokenizer.maxId + 1, embeddings: shape.embeddingRows },
      millisecondsPerText: milliseconds / PROBES.length,
    };
  } finally {
    await session.release();
  }
}

function tokensOf(choice: EncoderChoice, shape: EncoderShape, tokenizer: TextTokenizer): number {
  const wanted = choice.maxTokens ?? tokenizer.ownMaxTokens ?? DEFAULT_MAX_TOKENS;
  if (choice.maxTokens !== undefined && choice.maxTokens > MAX_TOKENS) {
    throw new EncoderError("too-many-tokens", `${wanted} tokens, at most ${MAX_TOKENS}`, "lower --max-tokens");
  }
  return Math.max(1, Math.min(wanted, MAX_TOKENS, shape.sequence ?? MAX_TOKENS));
}

async function tryTexts(session: EncoderSession, tokenizer: TextTokenizer, maxTokens: number) {
  const ids = PROBES.map((text) => tokenizer.encode(text, maxTokens)).filter(({ length }) => length > 0);
  const vectors: Float64Array[] = [];
  let started = 0;
  for (const [i, one] of [ids[0]!, ...ids].entries()) {
    if (i === 1) started = performance.now();
    const vector = (await run(session, one))[0]!;
    if (i > 0) vectors.push(vector);
  }
  const milliseconds = performance.now() - started;
  checkVectors(vectors);
  return { dims: vectors[0]!.length, milliseconds };
}

function checkVectors(vectors: readonly Float64Array[]): void {
  const units = vectors.map(unitFeatures);
  const next = "choose another --graph-output or --pooling, and check the export: the weights may be missing or broken";
  if (units.some((unit) => unit === undefined)) {
    throw new EncoderError("degenerate", "the encoder gives vectors that are not finite", next);
  }
  if (units.some((unit) => unit!.every((x) => x === 0))) {
    throw new EncoderError("degenerate", "the encoder gives the zero vector for a plain text", next);
  }
  const distinct = new Set(units.map((unit) => unit!.join()));
  if (distinct.size < units.length) {
    throw new EncoderError("degenerate", "the encoder gives different texts the same vector", next);
  }
}

interface Runs {
  readonly session: EncoderSession;
  readonly tokenizer: TextTokenizer;
}

/** Positions end somewhere: a text of the full length shows whether they reach. Throws EncoderError too-many-tokens. */
async function tryLongest({ session, tokenizer }: Runs, maxTokens: number): Promise<number> {
  const ids = tokenizer.encode("the card is new and ".repeat(maxTokens), maxTokens);
  try {
    await session.vectors([ids]);
  } catch (cause) {
    const next = "lower --max-tokens to the number of positions that the model was trained with";
    const message = `the graph fails at a text of ${ids.length} tokens: ${firstLine(cause)}`;
    throw new EncoderError("too-many-tokens", message, next, { cause });
  }
  return maxTokens;
}

/** The most tokens up to `wanted` that the graph takes. Throws EncoderError too-many-tokens when that is next to none. */
async function findLongest(runs: Runs, wanted: number): Promise<number> {
  const takes = (tokens: number) =>
    tryLongest(runs, tokens).then(
      () => true,
      () => false,
    );
  let low = Math.min(FEWEST_TOKENS, wanted);
  if ((await takes(wanted)) || !(await takes(low))) return tryLongest(runs, wanted);
  for (let high = wanted; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if (await takes(middle)) low = middle;
    else high = middle;
  }
  return low;
}

async function run(session: EncoderSession, ids: readonly number[]): Promise<Float64Array[]> {
  try {
    return await session.vectors([ids]);
  } catch (cause) {
    if (cause instanceof EncoderError) throw cause;
    const next = "does the tokenizer belong to this graph, and does ONNX Runtime run the graph by itself?";
    throw new EncoderError("bad-graph", `the graph fails on a plain text: ${firstLine(cause)}`, next, { cause });
  }
}

function firstLine(error: unknown): string {
  return String((error as Error).message ?? error).split("\n")[0]!;
}
