import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Batch } from "./batches.ts";
import { loadPending, removePending, savePending } from "./pending.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "openledger-pending-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const bytes = (value: number) => new Uint8Array(32).fill(value);
const BATCH: Batch = {
  id: "c1",
  commitment: bytes(1),
  salt: bytes(2),
  root: bytes(3),
  bytes: bytes(4),
  blob: bytes(5),
  items: 6,
};
const ORIGIN = { licence: "CC0-1.0", source: "own", synthetic: false, parents: [] };

describe("commitments that wait for their reveal", () => {
  test("default: everything that the reveal needs comes back, until it is removed", () => {
    savePending(dir, "bikes", BATCH, ORIGIN);
    const { salt, root, items } = BATCH;
    expect(loadPending(dir)).toEqual([
      { contribution: "c1", datanet: "bikes", salt, root, items, bytes: bytes(4), ...ORIGIN },
    ]);
    removePending(dir, "c1");
    expect(loadPending(dir)).toEqual([]);
  });

  test("behavior: a damaged file is an error that says what to do", () => {
    writeFileSync(join(dir, "c2.json"), "{");
    expect(() => loadPending(dir)).toThrow("c2.json");
    rmSync(join(dir, "c2.json"));
  });

  test("behavior: no folder, nothing pending", () => {
    expect(loadPending(join(dir, "absent"))).toEqual([]);
  });
});
