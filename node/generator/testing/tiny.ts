import { sha256 } from "../../../chain/crypto/hash.ts";
import { merkleRoot } from "../../../chain/crypto/merkle.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { decoderGraph, initialWeights, trainBpe, withWeights } from "../../factory/decoder/index.ts";
import {
  DataForm,
  dataFields,
  encodeManifest,
  type JobData,
  type JobManifest,
  type JobResult,
  Method,
  OptimiserKind,
  runJob,
  type SourceRows,
  toReal,
  trainedGraph,
} from "../../factory/job/index.ts";
import {
  type BuiltAdapterIndex,
  buildAdapterIndex,
  openAdapterJob,
  readViews,
  shuffledTexts,
} from "../../influence/adapter/index.ts";
import { encodeGraph, linearLayers, loadGraph } from "../../influence/graph/index.ts";
import { int32Bytes } from "../../influence/grid.ts";
import { openTokenizer } from "../../tokens/tokenizer.ts";
import type { GeneratorBlobs, GeneratorRow } from "../types.ts";

// A generator of a few thousand weights that has learned its texts by heart: what it says can be cited.

const SEED = sha256(utf8Bytes("a tiny generator"));
const SHAPE = { layers: 1, width: 32, heads: 2, context: 40 };
const VOCAB = 320;
const NONE = { weightDecay: 0n, clip: 0n, lambda: 0n, tolerance: 0n, foldTolerance: 0n, maxIterations: 0 };

const SUBJECTS = ["baker", "miller", "weaver", "tanner", "cooper", "potter"];
const THINGS = ["seven loaves", "grey flour", "red cloth", "old hides", "oak barrels", "blue bowls"];
const PLACES = ["by the north gate", "under the bridge", "near the chapel", "behind the mill"];

/** Texts whose beginnings tell them apart. */
export const TEXTS: readonly string[] = SUBJECTS.map(
  (subject, i) => `The ${subject} of the village keeps ${THINGS[i]} ${PLACES[i % PLACES.length]} until winter.`,
);

/** The base of an adapter: a decoder that knows the texts, and its tokenizer. */
export interface TinyBase {
  readonly graph: Uint8Array;
  readonly tokenizer: Uint8Array;
}

const LANGUAGE = {
  ...{ algorithm: "factory-1", labels: [], form: DataForm.DATA_FORM_LANGUAGE, context: SHAPE.context },
  ...{ seed: SEED, gridBits: 24, folds: 0 },
};
const NO_ENCODER = { encoder: "", encoderHash: new Uint8Array(0) };

function adam(rate: number): JobManifest["optimiser"] {
  return {
    ...NONE,
    ...{ kind: OptimiserKind.OPTIMISER_ADAM, rate: toReal(rate), beta1: toReal(0.9), beta2: toReal(0.99) },
    ...{ epsilon: toReal(1e-8), warmup: 4, decays: true },
  };
}

/** Rows of a snapshot that is on no chain. */
export function sourceOf(texts: readonly string[]): SourceRows {
  const rows = texts.map((text, i) => ({
    ...{ itemId: sha256(utf8Bytes(`tiny/${i}`)), text, label: "", contributor: utf8Bytes(`contributor ${i % 3}`) },
  }));
  rows.sort((a, b) => Buffer.compare(a.itemId, b.itemId));
  return { snapshot: "tiny/1", root: merkleRoot(rows.map(({ itemId }) => itemId)), rows };
}

/** Trains all weights of a decoder on the texts until it knows them. */
export async function tinyBase(texts: readonly string[] = TEXTS, epochs = 60): Promise<TinyBase> {
  const json = trainBpe(texts, { vocab: VOCAB });
  const tokenizer = utf8Bytes(JSON.stringify(json));
  const config = { ...SHAPE, vocab: Object.keys(json.model.vocab).length };
  const bare = withWeights(decoderGraph(config, "loss"), config, initialWeights(config, SEED));
  const graph = encodeGraph(bare);
  const sources = [sourceOf(texts)];
  const manifest: JobManifest = {
    ...LANGUAGE,
    ...dataFields(sources, SEED, 0),
    ...{ method: Method.METHOD_FULL, optimiser: adam(0.02), lora: undefined },
    base: { ...NO_ENCODER, graphHash: sha256(graph), tokenizerHash: sha256(tokenizer) },
    targets: [...loadGraph(graph).initializers.keys()].filter((name) => !/^[cC]onstant/.test(name)),
    ...{ batch: 6, microBatch: 6, epochs, checkpointEvery: 1_000 },
  };
  const { weights } = await runJob(manifest, { sources, graph, tokenizer }, { workers: 1 });
  return { graph: encodeGraph(trainedGraph(manifest, graph, weights)), tokenizer };
}

/** An adapter of rank 2 on the base, for these rows. */
export function tinyJob(
  { graph, tokenizer }: TinyBase,
  sources: readonly SourceRows[],
  heldOutPart = 0,
): { manifest: JobManifest; data: JobData } {
  const manifest: JobManifest = {
    ...LANGUAGE,
    ...dataFields(sources, SEED, heldOutPart),
    ...{ method: Method.METHOD_LORA, optimiser: adam(0.01), lora: { rank: 2, alpha: toReal(4) } },
    base: { ...NO_ENCODER, graphHash: sha256(graph), tokenizerHash: sha256(tokenizer) },
    targets: linearLayers(loadGraph(graph))
      .map(({ name }) => name)
      .filter((name) => name.startsWith("blocks.")),
    ...{ batch: 3, microBatch: 3, epochs: 3, checkpointEvery: 2 },
  };
  return { manifest, data: { sources, graph, tokenizer } };
}

export interface TinyGenerator {
  readonly manifest: JobManifest;
  readonly result: JobResult;
  /** Of every checkpoint. */
  readonly states: readonly Uint8Array[];
  readonly index: BuiltAdapterIndex;
  readonly blobs: GeneratorBlobs;
}

/** Trains the adapter and builds its index; `rows` name the places of the rows that it is trained on, in its order; held-out texts judge them. */
export async function tinyGenerator(
  base: TinyBase,
  sources: readonly SourceRows[],
  rows: readonly GeneratorRow[],
  heldOut: readonly string[] = [],
): Promise<TinyGenerator> {
  const { manifest, data } = tinyJob(base, sources);
  const states: Uint8Array[] = [];
  const result = await runJob(manifest, data, {
    workers: 1,
    onEvent: (event) => void (event.kind === "checkpoint" && states.push(event.progress.state)),
  });
  const { graph, tokenizer } = base;
  const bytes = encodeManifest(manifest);
  const job = openAdapterJob(bytes, graph);
  const { encode } = openTokenizer(tokenizer);
  const tokens = (text: string) => Int32Array.from(encode(text));
  const index = await buildAdapterIndex(
    {
      job: { manifest: bytes, graph },
      checkpoints: await readViews(job, result.log, async (checkpoint) => states[checkpoint]!),
      rows: rows.map(({ text, ...place }) => ({ ...place, tokens: tokens(text) })),
      texts: rows.map(({ text }) => text),
      heldOut: heldOut.map((text) => ({ tokens: tokens(text) })),
      versions: (i) => [rows[i]!.text, ...shuffledTexts(rows[i]!.text, manifest.seed)].map(tokens),
    },
    { workers: 1 },
  );
  const blobs = {
    ...{ manifest: bytes, graph, tokenizer, weights: int32Bytes(result.weights), rows },
    index: { header: index.headerBytes, rows: index.rows, basis: index.basis },
  };
  return { manifest, result, states, index, blobs };
}

/** Rows of `sourceOf` in the training's order, as if they stood in a snapshot's table in the order of the texts. */
export function placedRows(texts: readonly string[] = TEXTS): GeneratorRow[] {
  return sourceOf(texts).rows.map(({ text }) => {
    const entry = texts.indexOf(text);
    return { text, entry, contribution: entry % 3, item: Math.floor(entry / 3) };
  });
}
