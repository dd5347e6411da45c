import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { classificationData } from "./data.ts";
import type { EvalOptions, Evaluation } from "./evaluation.ts";
import { featureSpace } from "./features.ts";
import { parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";

const dir = mkdtempSync(join(tmpdir(), "eval-data-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const evaluation: Evaluation = { name: "x", describe: "", options: { n: { type: "string" } }, run: async () => ({}) };

function file(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

function options(...args: string[]): EvalOptions {
  return parseCommand(evaluation, args, SILENT).options;
}

const TABLE = "a,b,kind\n1,2,x\n3,2,y\n";

test("text: labels are the training file's in alphabetical order", () => {
  const train = file("train.csv", "text,category\nhello there,b\nbye,a\n");
  const data = classificationData(options("--data", train, "--test", train));
  expect(data.labels).toEqual(["a", "b"]);
  expect(data.train).toEqual([
    { text: "hello there", label: 1 },
    { text: "bye", label: 0 },
  ]);
});

test("numbers: named columns, or all but the label, become unit features with a constant", () => {
  const train = file("table.csv", TABLE);
  const common = ["--data", train, "--test", train, "--label-column", "kind"];
  const all = classificationData(options(...common, "--features"));
  expect(all.columns).toEqual(["a", "b"]);
  expect(classificationData(options(...common, "--feature-columns", "b")).columns).toEqual(["b"]);
  const space = featureSpace(all);
  const features = space.of(all.train);
  expect(space.dims).toBe(4);
  const [a, b, constant] = [-1, 0, Math.SQRT2].map((x) => x / Math.sqrt(3));
  expect([...features.subarray(0, 4)].map((x) => x.toFixed(12))).toEqual(
    [a!, b!, constant!, 0].map((x) => x.toFixed(12)),
  );
});

test.each([
  ["a missing column", "text,kind\nx,y\n", /has no column category; it has text, kind/],
  ["no rows", "text,category\n", /has no rows/],
  ["one label", "text,category\nx,y\nz,y\n", /at least two labels/],
  ["a ragged row", "text,category\nx,y,z\n", /cannot read/],
])("unusable data: %s is a sentence that names the file", (_, text, message) => {
  const train = file("bad.csv", text);
  expect(() => classificationData(options("--data", train, "--test", train))).toThrow(message);
});

test("unusable data: a word among numbers is named by row and column; an unknown test label by row", () => {
  const train = file("table.csv", TABLE);
  const common = ["--data", train, "--label-column", "kind", "--features"];
  const words = file("words.csv", "a,b,kind\n1,two,x\n");
  expect(() => classificationData(options(...common, "--test", words))).toThrow(/row 1: b is "two", not a number/);
  const stranger = file("stranger.csv", "a,b,kind\n1,2,z\n");
  expect(() => classificationData(options(...common, "--test", stranger))).toThrow(/row 1: label "z" is not in/);
});

test("options: data without test, an unknown flag, a wrong number are refused", () => {
  expect(() => options("--data", "x.csv")).toThrow(/--data and --test come together/);
  expect(() => options("--colour", "red")).toThrow(/colour/);
  expect(() => options("--seed", "-1")).toThrow(/--seed/);
  expect(() => options("--output", "xml")).toThrow(/--output is json or text/);
  expect(options("--n", "5").own).toEqual({ n: "5" });
});
