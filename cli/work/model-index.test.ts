import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toBech32 } from "../../chain/crypto/bech32.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { type TrainingPlan, trainModel } from "../../node/pipeline/training.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { saveTrained } from "./model-folder.ts";
import { indexFolder } from "./model-index.ts";
import { SILENT } from "./progress.ts";

const root = mkdtempSync(join(tmpdir(), "openledger-index-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const { train, labels } = syntheticData(36, "model-index", 2);
const all = train.map(({ text, label }, entry) => ({
  ...{ itemId: sha256(utf8Bytes(text)), text, label: labels[label] as string, contribution: 0, item: entry, entry },
  contributor: toBech32("open", sha256(Uint8Array.of(entry % 4)).subarray(0, 20)),
}));

function plan(heldOut: number): TrainingPlan {
  return {
    ...{ snapshots: [], labels, encoder: "hashed-ngram-512", lambdaGrid: 5_000_000_000 },
    ...{ rows: all.slice(heldOut), heldOut: all.slice(0, heldOut) },
  };
}

async function folder(name: string, heldOut: number): Promise<string> {
  const dir = join(root, name);
  saveTrained(dir, plan(heldOut), await trainModel(plan(heldOut), { workers: 1 }));
  return dir;
}

let judged = "";
let former = "";
beforeAll(async () => {
  judged = await folder("judged", 5);
  former = await folder("former", 0);
});

test("default: a small index is chosen by measurement on held-out rows, and its inverse is used again", async () => {
  const first = await indexFolder({ dir: judged }, SILENT);
  expect(first).toMatchObject({ rows: all.length - 5, heldOutRows: 5, reused: false });
  expect(first.lds).not.toBeNull();
  expect(await indexFolder({ dir: judged }, SILENT)).toEqual({ ...first, reused: true });
});

test("behavior: without held-out rows, or when it is told so, nothing is measured", async () => {
  expect(await indexFolder({ dir: former, select: true }, SILENT)).toMatchObject({ lds: null, heldOutRows: 0 });
  const plain = await indexFolder({ dir: judged, select: false, fresh: true }, SILENT);
  expect(plain).toMatchObject({ lds: null, heldOutRows: 5 });
});

test("behavior: another folder's inverse serves the same weights only; a file that is no index serves none", async () => {
  const copy = await folder("copy", 5);
  const first = await indexFolder({ dir: judged }, SILENT);
  expect(await indexFolder({ dir: copy, extend: judged }, SILENT)).toEqual({ ...first, reused: true });
  await expect(indexFolder({ dir: former, extend: judged }, SILENT)).rejects.toThrow("no index whose inverse fits");
  copyFileSync(join(judged, "model.bin"), join(judged, "index-header.bin"));
  expect(await indexFolder({ dir: judged, select: false }, SILENT)).toMatchObject({ reused: false });
});
