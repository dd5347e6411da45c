import { compareBytes, equalBytes, toHex } from "../../../chain/crypto/bytes.ts";
import { sha256Concat } from "../../../chain/crypto/hash.ts";
import { merkleRoot } from "../../../chain/crypto/merkle.ts";
import type { AsyncEncoder } from "../../influence/encoders/index.ts";
import { JobError } from "./errors.ts";
import type { JobManifest } from "./manifest.ts";
import { jobSeed } from "./order.ts";

/** A cluster owner: one row to train on or to hold out. */
export interface JobRow {
  readonly itemId: Uint8Array;
  readonly text: string;
  readonly label: string;
  /** Whoever contributed it; rows of one contributor share a fold. */
  readonly contributor: Uint8Array;
}

/** The rows of one snapshot in the order of their item ids. */
export interface SourceRows {
  readonly snapshot: string;
  readonly root: Uint8Array;
  readonly rows: readonly JobRow[];
}

/** What a manifest refers to. */
export interface JobData {
  readonly sources: readonly SourceRows[];
  /** ONNX model, for LORA and FULL. */
  readonly graph?: Uint8Array;
  /** tokenizer.json, for forms of tokens. */
  readonly tokenizer?: Uint8Array;
  /** For the form of features. */
  readonly encoder?: AsyncEncoder;
}

/** The rows of a job by their part in it. */
export interface Split {
  readonly training: readonly JobRow[];
  readonly heldOut: readonly JobRow[];
}

/**
 * Rows whose sha256(tag and seed, snapshot roots, item id) is lowest are held out: floor(rows / part) of them. Nobody
 * can steer it once snapshots and seed stand.
 */
export function splitRows(sources: readonly SourceRows[], seed: Uint8Array, part: number): Split {
  const rows = sources.flatMap((source) => source.rows);
  if (part === 0) return { training: rows, heldOut: [] };
  const purpose = jobSeed(seed, "held-out");
  const roots = sources.map(({ root }) => root);
  const keys = rows.map(({ itemId }) => sha256Concat(purpose, ...roots, itemId));
  const order = keys.map((_, i) => i).sort((a, b) => compareBytes(keys[a]!, keys[b]!));
  const out = new Set(order.slice(0, Math.floor(rows.length / part)));
  return { training: rows.filter((_, i) => !out.has(i)), heldOut: rows.filter((_, i) => out.has(i)) };
}

/** The fields of a manifest that follow from its data. */
export function dataFields(sources: readonly SourceRows[], seed: Uint8Array, heldOutPart: number) {
  const { training, heldOut } = splitRows(sources, seed, heldOutPart);
  return {
    sources: sources.map(({ snapshot, root, rows }) => ({ snapshot, root, rows: rows.length })),
    rows: training.length,
    rowsRoot: rowsRoot(training),
    heldOutPart,
    heldOutRows: heldOut.length,
    heldOutRoot: heldOut.length > 0 ? rowsRoot(heldOut) : new Uint8Array(0),
  };
}

export function rowsRoot(rows: readonly JobRow[]): Uint8Array {
  return merkleRoot(rows.map(({ itemId }) => itemId));
}

/** One thing that a manifest says of its data, and whether the data agrees. */
export interface LineageFinding {
  readonly what: string;
  readonly claimed: string;
  readonly found: string;
  readonly agrees: boolean;
}

/**
 * Compares what a manifest says of its rows with rows that were taken from the snapshots themselves. A DataNet that is
 * named but was left out of the rows root, or is in it but not named, shows in the root.
 */
export function lineageOf(manifest: JobManifest, sources: readonly SourceRows[]): LineageFinding[] {
  const found = dataFields(sources, manifest.seed, manifest.heldOutPart);
  const findings: LineageFinding[] = [];
  const compare = (what: string, claimed: string | number, actual: string | number) =>
    findings.push({ what, claimed: String(claimed), found: String(actual), agrees: claimed === actual });
  compare(
    "snapshots",
    manifest.sources.map((s) => s.snapshot).join(", "),
    found.sources.map((s) => s.snapshot).join(", "),
  );
  for (const [i, source] of manifest.sources.entries()) {
    const there = found.sources[i];
    if (!there || there.snapshot !== source.snapshot) continue;
    compare(`root of ${source.snapshot}`, toHex(source.root), toHex(there.root));
    compare(`rows of ${source.snapshot}`, source.rows, there.rows);
  }
  compare("rows trained on", manifest.rows, found.rows);
  compare("root of rows trained on", toHex(manifest.rowsRoot), toHex(found.rowsRoot));
  compare("rows held out", manifest.heldOutRows, found.heldOutRows);
  compare("root of rows held out", toHex(manifest.heldOutRoot), toHex(found.heldOutRoot));
  return findings;
}

/** The rows of a job, which must be those that its manifest names. Throws JobError lineage. */
export function checkedSplit(manifest: JobManifest, sources: readonly SourceRows[]): Split {
  const wrong = lineageOf(manifest, sources).find(({ agrees }) => !agrees);
  if (wrong) {
    const { what, claimed, found } = wrong;
    throw new JobError("lineage", `${what}: the manifest says ${claimed}, the snapshots give ${found}`);
  }
  checkOrder(sources);
  return splitRows(sources, manifest.seed, manifest.heldOutPart);
}

function checkOrder(sources: readonly SourceRows[]): void {
  for (const { snapshot, rows } of sources) {
    for (let i = 1; i < rows.length; i++) {
      if (compareBytes(rows[i - 1]!.itemId, rows[i]!.itemId) < 0) continue;
      throw new JobError("lineage", `rows of ${snapshot}: row ${i} is not in the order of item ids`);
    }
  }
}

/** A blob that a manifest names. Throws JobError lineage. */
export function checkedBlob(what: string, bytes: Uint8Array | undefined, hash: Uint8Array): Uint8Array {
  if (!bytes) throw new JobError("lineage", `the ${what} that the manifest names is missing`);
  if (!equalBytes(sha256Concat(bytes), hash)) {
    throw new JobError("lineage", `the ${what} has another sha256 than the manifest's ${toHex(hash)}`);
  }
  return bytes;
}
