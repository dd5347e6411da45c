import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WalFile } from "./wal-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (...values: number[]) => new Uint8Array(values);

test("appends after what is there, cuts, and replaces", () => {
  const path = join(folder, "data", "consensus.wal");
  const first = new WalFile(path);
  expect(first.read()).toEqual(bytes());
  first.append(bytes(1, 2, 3));
  first.sync();
  first.close();

  const second = new WalFile(path);
  expect(second.read()).toEqual(bytes(1, 2, 3));
  second.truncate(2);
  second.append(bytes(9));
  second.sync();
  expect([...readFileSync(path)]).toEqual([1, 2, 9]);
  expect(() => second.truncate(4)).toThrow(RangeError);
  second.reset(bytes(7, 7));
  second.append(bytes(8));
  second.sync();
  second.close();
  expect([...readFileSync(path)]).toEqual([7, 7, 8]);
});
