import { equalBytes } from "../../chain/crypto/bytes.ts";
import { checkedBlob, checkedSplit, type JobRow, type SourceRows } from "../factory/job/data.ts";
import { decodeLog } from "../factory/job/log.ts";
import { baseOf, decodeManifest } from "../factory/job/manifest.ts";
import type { ClaimVerdict } from "../factory/verify-claim.ts";
import {
  type AdapterIndexOptions,
  type BuiltAdapterIndex,
  buildAdapterIndex,
  openAdapterJob,
  readViews,
  selectDamping,
  shuffledTexts,
  type TokenRow,
  type VerifyAdapterOptions,
  verifyAdapterIndex,
} from "../influence/adapter/index.ts";
import { asInfluenceError } from "../influence/adapter/job.ts";
import { InfluenceError } from "../influence/errors.ts";
import { openTokenizer, TokenizerError } from "../tokens/tokenizer.ts";

/** Where a row stands in the model's snapshots. */
export interface RowPlace {
  readonly itemId: Uint8Array;
  readonly contribution: number;
  readonly item: number;
  readonly entry: number;
}

/** A finished low-rank job on language with everything that its manifest names. */
export interface AdapterModel {
  /** Canonical bytes of the JobManifest; ONNX bytes; tokenizer.json. */
  readonly manifest: Uint8Array;
  readonly graph: Uint8Array;
  readonly tokenizer: Uint8Array;
  /** Training log, and the states that its leaves name. */
  readonly log: Uint8Array;
  readonly readState: (checkpoint: number) => Promise<Uint8Array>;
  /** Rows that the job could see, by snapshot, and their places in the same order. */
  readonly sources: readonly SourceRows[];
  readonly places: readonly RowPlace[];
  /** Texts of cluster owners that the chain held out: with those that the job held out they judge the rows. */
  readonly heldOut: readonly { readonly text: string }[];
}

/** An index of such a model, as registered. */
export interface AdapterIndexBlobs {
  readonly header: Uint8Array;
  readonly rows: Uint8Array;
  readonly basis: Uint8Array;
  /** Registered weights, little-endian int32, and the registered root of the training log. */
  readonly weights: Uint8Array;
  readonly logRoot: Uint8Array;
}

/** Rows as the index takes them. */
export interface AdapterItems {
  readonly rows: readonly TokenRow[];
  readonly texts: readonly string[];
  readonly heldOut: readonly Pick<TokenRow, "tokens">[];
  /** A row's tokens and those of its shuffled texts. */
  readonly versions: (row: number) => readonly Int32Array[];
}

/**
 * Trained and judging rows of a model's job, cut into tokens. Throws InfluenceError hash-mismatch where rows, places or
 * tokenizer are not those of the manifest.
 */
export function adapterItems(
  model: Pick<AdapterModel, "manifest" | "tokenizer" | "sources" | "places" | "heldOut">,
): AdapterItems {
  try {
    const manifest = decodeManifest(model.manifest);
    const { training, heldOut } = checkedSplit(manifest, model.sources);
    const { encode } = openTokenizer(checkedBlob("tokenizer", model.tokenizer, baseOf(manifest).tokenizerHash));
    const tokens = (text: string) => Int32Array.from(encode(text));
    const places = placesOf(model);
    const rows = training.map((row): TokenRow => {
      const { contribution, item, entry } = places.get(row)!;
      return { tokens: tokens(row.text), contribution, item, entry };
    });
    const texts = training.map(({ text }) => text);
    return {
      ...{ rows, texts },
      versions: (i) => [rows[i]!.tokens, ...shuffledTexts(texts[i]!, manifest.seed).map(tokens)],
      heldOut: [...heldOut, ...model.heldOut].map(({ text }) => ({ tokens: tokens(text) })),
    };
  } catch (error) {
    throw error instanceof TokenizerError ? new InfluenceError("bad-bytes", error.message) : asInfluenceError(error);
  }
}

function placesOf({ sources, places }: Pick<AdapterModel, "sources" | "places">): Map<JobRow, RowPlace> {
  const rows = sources.flatMap((source) => source.rows);
  const isSame = rows.length === places.length && rows.every(({ itemId }, i) => equalBytes(itemId, places[i]!.itemId));
  if (!isSame) throw new InfluenceError("hash-mismatch", "the places are not those of the job's rows");
  return new Map(rows.map((row, i) => [row, places[i]!]));
}

export interface AdapterModelOptions extends AdapterIndexOptions {
  /** Measure dampings by retraining on halves of the rows; needs rows that were held out. */
  readonly select?: boolean | undefined;
  readonly onRetrained?: (done: number, retrainings: number) => void;
}

async function dampingOf(model: AdapterModel, items: AdapterItems, options: AdapterModelOptions) {
  const { sources, graph, tokenizer } = model;
  const questions = items.heldOut.map(({ tokens }) => tokens);
  const input = { manifest: decodeManifest(model.manifest), data: { sources, graph, tokenizer }, questions };
  const { workers, reference, onRetrained: onProgress } = options;
  const { dampingGrid, selection } = await selectDamping(input, {
    ...{ workers, reference },
    ...(onProgress ? { onProgress } : {}),
  });
  return { dampingGrid, selection };
}

/** The influence index of a finished low-rank job on language: header, rows and basis. Throws as buildAdapterIndex. */
export async function buildAdapterIndexOf(
  model: AdapterModel,
  options: AdapterModelOptions = {},
): Promise<BuiltAdapterIndex> {
  const items = adapterItems(model);
  const job = { manifest: model.manifest, graph: model.graph };
  try {
    const checkpoints = await readViews(openAdapterJob(job.manifest, job.graph), decodeLog(model.log), model.readState);
    const chosen = options.select ? await dampingOf(model, items, options) : {};
    return await buildAdapterIndex({ job, checkpoints, ...items }, { ...options, ...chosen });
  } catch (error) {
    throw asInfluenceError(error);
  }
}

/** What a validator says of such an index. Throws what cannot be judged, as verifyAdapterIndex. */
export async function verifyAdapterIndexOf(
  model: AdapterModel,
  index: AdapterIndexBlobs,
  seed: Uint8Array,
  options: VerifyAdapterOptions = {},
): Promise<ClaimVerdict> {
  const { rows: items, texts, heldOut, versions } = adapterItems(model);
  const { manifest, graph, log, readState } = model;
  const { header: headerBytes, rows, basis, weights, logRoot } = index;
  const training = { manifest, graph, weights, log, logRoot, readState };
  return verifyAdapterIndex({ ...training, headerBytes, rows, basis, items, texts, heldOut, versions }, seed, options);
}
