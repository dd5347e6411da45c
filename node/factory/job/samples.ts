import { loadTokenizer } from "../../influence/encoders/tokenizer.ts";
import { double, type Feeds, int64 } from "../../influence/graph/index.ts";
import { openTokenizer } from "../../tokens/tokenizer.ts";
import { END_ID } from "../decoder/bpe.ts";
import { batchOf, windowsOf } from "../decoder/corpus.ts";
import { checkedBlob, type JobData, type JobRow } from "./data.ts";
import { JobError } from "./errors.ts";
import { baseOf, DataForm, type JobManifest } from "./manifest.ts";

/** What a step is taken on: rows, or windows of rows. */
export interface Samples {
  readonly count: number;
  /** Row of a sample. */
  rowOf(sample: number): number;
  /** Inputs of the graph for these samples, in this order. */
  feeds(samples: readonly number[]): Feeds;
  /** Class of a sample, where the form has labels. */
  labelOf?(sample: number): number;
}

/** Rows as the graph takes them. Throws JobError: lineage, bad-graph. */
export function openSamples(manifest: JobManifest, data: JobData, rows: readonly JobRow[]): Promise<Samples> | Samples {
  switch (manifest.form) {
    case DataForm.DATA_FORM_FEATURES:
      return featureSamples(manifest, data, rows);
    case DataForm.DATA_FORM_SEQUENCE:
      return sequenceSamples(manifest, data, rows);
    default:
      return languageSamples(manifest, data, rows);
  }
}

/** Class of every row. Throws JobError lineage for a label that the manifest does not have. */
export function classesOf(manifest: JobManifest, rows: readonly JobRow[]): Int32Array {
  const classes = new Map(manifest.labels.map((label, index) => [label, index]));
  return Int32Array.from(rows, ({ label }) => {
    const found = classes.get(label);
    if (found === undefined)
      throw new JobError("lineage", `a row has the label ${JSON.stringify(label)}, the manifest has not`);
    return found;
  });
}

/** Features of rows by the encoder that the manifest names. Throws JobError lineage. */
export async function featuresOf(manifest: JobManifest, data: JobData, rows: readonly JobRow[]): Promise<Float64Array> {
  const { encoder: id, encoderHash } = baseOf(manifest);
  const { encoder } = data;
  if (encoder?.id !== id || Buffer.compare(encoder.specHash, encoderHash) !== 0) {
    throw new JobError("lineage", `the encoder at hand is not ${id} with the specification that the manifest names`);
  }
  return encoder.encodeAll(rows.map(({ text }) => text));
}

async function featureSamples(manifest: JobManifest, data: JobData, rows: readonly JobRow[]): Promise<Samples> {
  const features = await featuresOf(manifest, data, rows);
  const labels = classesOf(manifest, rows);
  const dims = rows.length === 0 ? 0 : features.length / rows.length;
  return {
    count: rows.length,
    rowOf: (sample) => sample,
    labelOf: (sample) => labels[sample]!,
    feeds(samples) {
      const values = new Float64Array(samples.length * dims);
      for (const [i, s] of samples.entries()) values.set(features.subarray(s * dims, (s + 1) * dims), i * dims);
      return { features: double(values, [samples.length, dims]), labels: int64(samples.map((s) => labels[s]!)) };
    },
  };
}

function sequenceSamples(manifest: JobManifest, data: JobData, rows: readonly JobRow[]): Samples {
  const tokenizer = loadTokenizer(checkedBlob("tokenizer", data.tokenizer, baseOf(manifest).tokenizerHash));
  const ids = rows.map(({ text }) => tokenizer.encode(text, manifest.context));
  const labels = classesOf(manifest, rows);
  return {
    count: rows.length,
    rowOf: (sample) => sample,
    labelOf: (sample) => labels[sample]!,
    feeds(samples) {
      const length = samples.reduce((most, s) => Math.max(most, ids[s]!.length), 1);
      const dims = [samples.length, length];
      const tokens = samples.flatMap((s) => Array.from({ length }, (_, t) => ids[s]![t] ?? tokenizer.padId));
      const kept = samples.flatMap((s) => Array.from({ length }, (_, t) => (t < ids[s]!.length ? 1 : 0)));
      return {
        input_ids: int64(tokens, dims),
        attention_mask: int64(kept, dims),
        labels: int64(samples.map((s) => labels[s]!)),
      };
    },
  };
}

function languageSamples(manifest: JobManifest, data: JobData, rows: readonly JobRow[]): Samples {
  const tokenizer = openTokenizer(checkedBlob("tokenizer", data.tokenizer, baseOf(manifest).tokenizerHash));
  const items = rows.map(({ text }) => tokenizer.encode(text));
  const isEmpty = items.every((ids) => ids.length === 0);
  const windows = isEmpty ? [] : windowsOf(items, { context: manifest.context, end: END_ID });
  return {
    count: windows.length,
    rowOf: (sample) => windows[sample]!.item,
    feeds(samples) {
      const { length, tokens, targets, mask } = batchOf(samples.map((s) => windows[s]!));
      const dims = [samples.length, length];
      return {
        tokens: { dtype: "int64", dims, data: tokens },
        targets: { dtype: "int64", dims, data: targets },
        mask: double(mask, dims),
      };
    },
  };
}
