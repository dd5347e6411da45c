import { sha256 } from "../../../../chain/crypto/hash.ts";
import { merkleRoot } from "../../../../chain/crypto/merkle.ts";
import { utf8Bytes } from "../../../../chain/crypto/tagged.ts";
import {
  decoderGraph,
  decoderParameters,
  END_ID,
  initialWeights,
  trainBpe,
  withWeights,
} from "../../../factory/decoder/index.ts";
import { dataFields, type JobData, type JobRow } from "../../../factory/job/data.ts";
import { encodeLog } from "../../../factory/job/log.ts";
import {
  DataForm,
  encodeManifest,
  JOB_ALGORITHM,
  type JobManifest,
  Method,
  OptimiserKind,
  toReal,
} from "../../../factory/job/manifest.ts";
import { runJob } from "../../../factory/job/run-job.ts";
import { openTokenizer } from "../../../tokens/tokenizer.ts";
import { encodeGraph } from "../../graph/index.ts";
import { int32Bytes } from "../../grid.ts";
import type { AdapterIndexInput } from "../build.ts";
import { openAdapterJob } from "../job.ts";
import type { TokenRow } from "../types.ts";
import type { AdapterIndexClaim } from "../verify.ts";
import { readViews } from "../views.ts";

// A finished low-rank job on a decoder of one block: small enough to be trained in every test file that needs one.

const PEOPLE = ["Ann", "Bob", "Cid", "Dora", "Eve", "Finn"];
const THINGS = ["sings of the grey sea", "counts seven copper coins", "mends a broken wheel", "paints the tall door"];

/** Texts of 4 kinds by 6 people, none alike to another by shingles. */
export const TINY_TEXTS: readonly string[] = THINGS.flatMap((thing, t) =>
  PEOPLE.map((name, p) => `${name} ${thing}, ${PEOPLE[(p + t + 1) % 6]} ${(p * 7 + t * 13) % 50}`),
);

const SEED = sha256(utf8Bytes("a seed for adapters"));

function rowsOf(texts: readonly string[]): JobRow[] {
  const rows = texts.map((text, i) => {
    return { itemId: sha256(utf8Bytes(`item ${i}`)), text, label: "", contributor: utf8Bytes(`${i % 5}`) };
  });
  return rows.sort((a, b) => Buffer.compare(a.itemId, b.itemId));
}

function manifestOf(data: JobData, targets: readonly string[]): JobManifest {
  const none = { weightDecay: 0n, clip: 0n, lambda: 0n, tolerance: 0n, foldTolerance: 0n, maxIterations: 0 };
  const betas = { beta1: toReal(0.9), beta2: toReal(0.99), epsilon: toReal(1e-8), warmup: 1, decays: true };
  const hash = (bytes: Uint8Array | undefined) => sha256(bytes ?? new Uint8Array(0));
  return {
    algorithm: JOB_ALGORITHM,
    method: Method.METHOD_LORA,
    base: {
      ...{ encoder: "", encoderHash: new Uint8Array(0) },
      ...{ graphHash: hash(data.graph), tokenizerHash: hash(data.tokenizer) },
    },
    ...dataFields(data.sources, SEED, 0),
    labels: [],
    form: DataForm.DATA_FORM_LANGUAGE,
    context: 24,
    optimiser: { kind: OptimiserKind.OPTIMISER_ADAM, rate: toReal(0.02), ...betas, ...none },
    lora: { rank: 2, alpha: toReal(4) },
    ...{ batch: 8, microBatch: 4, epochs: 4, seed: SEED, gridBits: 24, folds: 0, checkpointEvery: 2 },
    targets: [...targets],
  };
}

export interface TinyAdapter {
  readonly input: AdapterIndexInput;
  readonly weights: Uint8Array;
  readonly claim: Omit<AdapterIndexClaim, "headerBytes" | "rows" | "basis">;
  /** What the job was trained on. */
  readonly data: JobData;
  encode(text: string): Int32Array;
}

/** Trains the adapter on one thread: about a second. */
export async function tinyAdapter(texts: readonly string[] = TINY_TEXTS): Promise<TinyAdapter> {
  const tokenizer = utf8Bytes(JSON.stringify(trainBpe(texts, { vocab: 300 })));
  const library = openTokenizer(tokenizer);
  const config = { layers: 1, width: 12, heads: 2, context: 24, vocab: library.size };
  const start = initialWeights(config, new Uint8Array(32).fill(1));
  const graph = encodeGraph(withWeights(decoderGraph(config, "loss"), config, start));
  const rows = rowsOf(texts);
  const data = {
    sources: [{ snapshot: "tiny/1", root: merkleRoot(rows.map((r) => r.itemId)), rows }],
    graph,
    tokenizer,
  };
  const names = decoderParameters(config).map(({ name }) => name);
  const linear = names.filter((name) => /attention\.\w+\.weight$|mlp\.\w+\.weight$/.test(name));
  const manifest = manifestOf(
    data,
    linear.map((name) => name.replace(/\.weight$/, "")),
  );
  const states: Uint8Array[] = [];
  const { weights, log, logRoot } = await runJob(manifest, data, {
    workers: 1,
    onEvent(event) {
      if (event.kind === "checkpoint") states[event.index] = event.progress.state;
    },
  });
  const encode = (text: string) => Int32Array.from(library.encode(text));
  const items = rows.map(({ text }, i): TokenRow => ({ tokens: encode(text), contribution: i % 3, item: i, entry: i }));
  const [bytes, readState] = [encodeManifest(manifest), async (checkpoint: number) => states[checkpoint]!];
  const checkpoints = await readViews(openAdapterJob(bytes, graph), log, readState);
  const sorted = rows.map(({ text }) => text);
  return {
    input: { job: { manifest: bytes, graph }, checkpoints, rows: items, texts: sorted },
    weights: int32Bytes(weights),
    claim: {
      ...{ manifest: bytes, graph, weights: int32Bytes(weights), log: encodeLog(log), logRoot, readState },
      ...{ items, texts: sorted },
    },
    ...{ data, encode },
  };
}

/** A prompt that says nothing, and a text as the answer to it. */
export function asAnswer(tokens: Int32Array): { readonly prompt: Int32Array; readonly answer: Int32Array } {
  return { prompt: Int32Array.of(END_ID), answer: Int32Array.of(...tokens, END_ID) };
}
