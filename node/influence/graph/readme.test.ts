import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as limits from "./limits.ts";
import { ATTRIBUTES } from "./ops/attributes.ts";
import { MACROS } from "./ops/macros.ts";
import { OPERATORS } from "./ops/table.ts";

const README = readFileSync(join(import.meta.dirname, "README.md"), "utf8");

function section(title: string): string {
  return README.split("\n## ").find((part) => part.startsWith(title)) ?? "";
}

test("the README's operators, their gradients and their float64 forms are the code's", () => {
  const rows = [...section("Operators").matchAll(/^\| ([A-Z]\w+) \| ([^|]+) \| (native|composed) \|/gm)];
  const code = [...OPERATORS.values()].map((o) => [o.name, o.gradients, o.composed ? "composed" : "native"]);
  expect(rows.map((row) => row.slice(1, 4))).toEqual(code);
});

test("the README's replaced operators are the code's", () => {
  const sentence = /Replaced by operators of the table[^:]*: ([\s\S]*?)\.\n/.exec(section("Operators"))![1]!;
  const names = sentence
    .replaceAll(/\([^)]*\)/g, "")
    .split(",")
    .map((name) => name.trim());
  expect(names).toEqual([...MACROS.keys()]);
});

test("what says it has a gradient has a rule or a composition, and nothing else has", () => {
  const wrong = [...OPERATORS.values()].filter(
    (o) => o.gradients.startsWith("none") !== (!o.gradient && (!o.compose || o.name === "OneHot")),
  );
  expect(wrong.map((o) => o.name)).toEqual([]);
});

test("attributes are listed for operators that exist", () => {
  expect(Object.keys(ATTRIBUTES).filter((name) => !OPERATORS.has(name) && !MACROS.has(name))).toEqual([]);
});

test("the README's limits are the code's", () => {
  const text = section("Limits");
  for (const row of [
    `| model file | 2^${Math.log2(limits.MAX_MODEL_BYTES)} bytes |`,
    `| elements of one value, as far as known | 2^${Math.log2(limits.MAX_ELEMENTS)} |`,
    `| terms of a symbolic dimension | ${limits.MAX_TERMS} |`,
    `| nodes; values | ${limits.MAX_NODES.toLocaleString("en-US")} each |`,
    `| name | ${limits.MAX_NAME_BYTES} bytes |`,
    `| inputs or outputs of a node | ${limits.MAX_ARITY.toLocaleString("en-US")} |`,
    `| rank | ${limits.MAX_RANK} |`,
  ]) {
    expect(text).toContain(row);
  }
  expect(text).toContain("| weights after decoding | 2^31 - 2^24 bytes |");
  expect(limits.MAX_INITIALIZER_BYTES).toBe(2 ** 31 - 2 ** 24);
  expect(limits.MAX_VALUES).toBe(limits.MAX_NODES);
});
