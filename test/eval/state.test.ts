import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { keyOf, StateFolder } from "./state.ts";

const dir = mkdtempSync(join(tmpdir(), "eval-state-"));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("keep: computes once, then reads", async () => {
  const state = new StateFolder(dir);
  const key = keyOf(["a", 1]);
  let computed = 0;
  const compute = async () => {
    computed++;
    return Float64Array.of(1.5, -2);
  };
  await state.keep(key, "values", 2, compute);
  expect([...(await new StateFolder(dir).keep(key, "values", 2, compute))]).toEqual([1.5, -2]);
  expect(computed).toBe(1);
});

test("keys: parts are told apart, and so are arrays of other content", () => {
  const keys = [["ab", "c"], ["a", "bc"], [Float64Array.of(1)], [Float64Array.of(2)], ["ab", "c", ""]];
  expect(new Set(keys.map(keyOf)).size).toBe(keys.length);
});

test("a file of a wrong length is refused with its path; nothing half-written is left behind", () => {
  const state = new StateFolder(dir);
  const key = keyOf(["b"]);
  state.write(key, "values", Float64Array.of(1));
  const folder = join(dir, key.slice(0, 32));
  expect(readdirSync(folder)).toEqual(["values"]);
  writeFileSync(join(folder, "values"), "x");
  expect(() => state.doubles(key, "values", 1)).toThrow(/values has 1 bytes instead of 8: delete it/);
});
