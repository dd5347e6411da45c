import { createHash } from "node:crypto";
import { merkleRoot } from "../../../chain/crypto/merkle.ts";
import { dataFields, type JobData, type JobRow, type SourceRows } from "../../../node/factory/job/data.ts";
import { DataForm, type JobManifest, Method, OptimiserKind, toReal } from "../../../node/factory/job/manifest.ts";

const sha256 = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** Rows in the order of their item ids, which are those of the texts' places: stable under subsets. */
export function sourceOf(
  name: string,
  texts: readonly { readonly place: number; readonly text: string }[],
): SourceRows {
  const rows = texts.map(({ place, text }): JobRow => {
    return { itemId: sha256(`${name}/${place}`), text, label: "", contributor: sha256("one") };
  });
  rows.sort((a, b) => Buffer.compare(a.itemId, b.itemId));
  return { snapshot: `${name}/1`, root: merkleRoot(rows.map(({ itemId }) => itemId)), rows };
}

/** The order in which `sourceOf` puts places. */
export function orderOf(name: string, places: readonly number[]): number[] {
  const ids = new Map(places.map((place) => [place, sha256(`${name}/${place}`)]));
  return [...places].sort((a, b) => Buffer.compare(ids.get(a)!, ids.get(b)!));
}

export interface LanguageJob {
  readonly graph: Uint8Array;
  readonly tokenizer: Uint8Array;
  readonly source: SourceRows;
  readonly context: number;
  readonly targets: readonly string[];
  /** Low-rank factors beside the targets; absent: the targets themselves are trained. */
  readonly rank?: number;
  readonly rate: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: string;
}

/** A training job of the factory, by Adam with a falling rate. */
export function languageJob(job: LanguageJob): { manifest: JobManifest; data: JobData } {
  const { graph, tokenizer, source, context, targets, rank, batch, epochs } = job;
  const seed = sha256(job.seed);
  const none = { weightDecay: 0n, clip: 0n, lambda: 0n, tolerance: 0n, foldTolerance: 0n, maxIterations: 0 };
  const adam = {
    beta1: toReal(0.9),
    beta2: toReal(0.99),
    epsilon: toReal(1e-8),
    warmup: Math.min(4, epochs),
    decays: true,
  };
  const manifest: JobManifest = {
    algorithm: "factory-1",
    method: rank === undefined ? Method.METHOD_FULL : Method.METHOD_LORA,
    base: { encoder: "", encoderHash: new Uint8Array(0), graphHash: sha256(graph), tokenizerHash: sha256(tokenizer) },
    ...dataFields([source], seed, 0),
    labels: [],
    form: DataForm.DATA_FORM_LANGUAGE,
    context,
    optimiser: { kind: OptimiserKind.OPTIMISER_ADAM, rate: toReal(job.rate), ...adam, ...none },
    lora: rank === undefined ? undefined : { rank, alpha: toReal(2 * rank) },
    ...{ batch, microBatch: Math.ceil(batch / 2), epochs, seed, gridBits: 24, folds: 0 },
    checkpointEvery: 1_000_000,
    targets: [...targets],
  };
  return { manifest, data: { sources: [source], graph, tokenizer } };
}
