import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { classificationData, withClassesOf } from "./data.ts";
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

test("rows without a text or a label are left out aloud, rows keep their places, texts keep quotes and lines", () => {
  const notes: string[] = [];
  const progress = { ...SILENT, note: (text: string) => notes.push(text) };
  const train = file("gaps.csv", 'text,category\n"say ""hi"",\nthere",a\n,a\nbye,b\nwhat, \n');
  const { options: given } = parseCommand(evaluation, ["--data", train, "--test", train], progress);
  const data = classificationData(given);
  expect(data.train.map(({ text }) => text)).toEqual(['say "hi",\nthere', "bye"]);
  expect(notes[0]).toMatch(/gaps.csv: 2 of 4 rows without a text or a label are left out/);
  const empty = file("gone.csv", "text,category\n,a\nx,\n");
  expect(() => classificationData(options("--data", empty, "--test", train))).toThrow(/every row is without/);
  const later = file("later.csv", "a,b,kind\n1,2,\n1,2,z\n");
  const table = ["--data", file("table.csv", TABLE), "--test", later, "--label-column", "kind", "--features"];
  expect(() => classificationData(options(...table))).toThrow(/later.csv row 2: label "z"/);
});

test("a file in another encoding is named", () => {
  writeFileSync(join(dir, "latin.csv"), Buffer.from("text,category\ncaf\u00e9,a\n", "latin1"));
  const path = join(dir, "latin.csv");
  expect(() => classificationData(options("--data", path, "--test", path))).toThrow(/latin.csv: it is not UTF-8/);
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

test("classes without sampled rows are left out everywhere, the others renamed in their order", () => {
  const row = (text: string, label: number) => ({ text, label });
  const train = [row("a", 0), row("b", 1), row("c", 2), row("d", 2)];
  const data = { name: "letters", labels: ["x", "y", "z"], train, test: [row("p", 1), row("q", 2)] };
  expect(withClassesOf(data, train).data).toBe(data);
  const { data: fewer, renamed } = withClassesOf(data, [train[0]!, train[3]!]);
  expect(fewer).toMatchObject({
    labels: ["x", "z"],
    train: [row("a", 0), row("c", 1), row("d", 1)],
    test: [row("q", 1)],
  });
  expect(renamed(train)).toEqual(fewer.train);
  expect(() => withClassesOf(data, [train[2]!])).toThrow("letters: the sampled rows leave fewer than two classes");
});
