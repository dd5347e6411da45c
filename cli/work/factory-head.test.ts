import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { toBech32 } from "../../chain/crypto/bech32.ts";
import { dataFields, JobFolder, type JobManifest, toReal } from "../../node/factory/job/index.ts";
import { headJob, sourceRows } from "../../node/factory/testing/jobs.ts";
import { trainModel } from "../../node/pipeline/training.ts";
import { keepRows } from "./factory-folder.ts";
import { trainFolder } from "./factory-run.ts";
import { SILENT } from "./progress.ts";

const dir = mkdtempSync(join(tmpdir(), "openledger-head-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const LAMBDA_GRID = 5_000_000_000;

test("a head on snapshots is the model, manifest and gates of `model train`, bit for bit", async () => {
  const sources = ["x/1", "y/1"].map((snapshot) => {
    const source = sourceRows(snapshot, 30);
    const rows = source.rows.map((row, i) => ({ ...row, contributor: new Uint8Array(20).fill(i % 6) }));
    return { ...source, rows };
  });
  const placed = sources.flatMap(({ rows }, contribution) =>
    rows.map(({ contributor, ...row }, item) => ({
      ...row,
      ...{ contribution, item, entry: item },
      contributor: toBech32("open", contributor),
    })),
  );
  const { manifest: base } = headJob();
  const manifest: JobManifest = {
    ...base,
    ...dataFields(sources, base.seed, 0),
    optimiser: {
      ...base.optimiser!,
      ...{ lambda: BigInt(LAMBDA_GRID), tolerance: toReal(1e-6), foldTolerance: toReal(1e-4) },
    },
  };
  const folder = JobFolder.create(join(dir, "job"), manifest);
  const origin = { kind: "snapshots", ids: ["x/1", "y/1"] } as const;
  keepRows(folder, { origin, rows: { sources, labels: manifest.labels, placed } });
  const flags = { dir: folder.dir, workers: 1, signal: new AbortController().signal, isResumed: false, test: [] };
  const done = await trainFolder(flags, SILENT);

  const snapshots = sources.map(({ snapshot, root }) => ({ id: snapshot, root }));
  const plan = {
    snapshots,
    rows: placed,
    heldOut: [],
    labels: manifest.labels,
    encoder: base.base!.encoder,
    lambdaGrid: LAMBDA_GRID,
  };
  const trained = await trainModel(plan, { workers: 1 });
  const file = (name: string) => new Uint8Array(readFileSync(join(done.model!, name)));
  expect(done.weightsHash).toBe(Buffer.from(trained.head.hash).toString("hex"));
  expect(file("manifest.bin")).toEqual(trained.manifest);
  expect(file("model.bin")).toEqual(trained.model);
  expect(new Uint16Array(file("gate.bin").buffer)).toEqual(trained.gate);
});
