import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NodeError } from "../errors.ts";
import { lockHome } from "./lock.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  path = join(folder, "data", "LOCK");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a lock is taken, kept against others, and released", () => {
  const release = lockHome(path);
  expect(readFileSync(path, "utf8")).toMatch(new RegExp(`^${process.pid} `));
  release();
  expect(() => readFileSync(path)).toThrow();
});

test("a live holder refuses the home; one that is gone, or whose id another program has now, does not", () => {
  lockHome(path);
  const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  writeFileSync(path, `${process.ppid} ${start}\n`);
  expect(() => lockHome(path)).toThrow(NodeError);
  writeFileSync(path, `${process.ppid} ${Number(start) + 1}\n`);
  lockHome(path)();
  writeFileSync(path, "999999999 5\n");
  lockHome(path)();
  writeFileSync(path, "no process");
  lockHome(path)();
});
