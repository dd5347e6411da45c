import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askedQuestions, loadData, writeCsv } from "./data.ts";
import type { DemoOptions } from "./options.ts";

const OPTIONS: DemoOptions = {
  ...{ data: undefined, test: undefined, textColumn: "text", labelColumn: "category" },
  ...{ honestOnly: false, inferences: 50, validators: 4, seed: "1", home: undefined, keep: false },
};

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "openledger-data-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ text: `"text", ${i}`, label: i % 2 === 0 ? "a" : "b" }));

describe("data of a run", () => {
  test("default: the built-in questions, at least 600 of at least 6 labels, with a test set of their own", () => {
    const { rows: all, questions, labels } = loadData(OPTIONS);
    expect(all.length).toBeGreaterThanOrEqual(600);
    expect(labels.length).toBeGreaterThanOrEqual(6);
    const known = new Set(all.map(({ text }) => text));
    expect(questions.filter(({ text }) => known.has(text))).toEqual([]);
  });

  test("behavior: without a test file a tenth is held out, and what is written is read back", () => {
    const data = writeCsv(join(dir, "data.csv"), rows(200));
    const { rows: dealt, questions } = loadData({ ...OPTIONS, data });
    expect([dealt.length, questions.length]).toEqual([180, 20]);
    expect(new Set([...dealt, ...questions].map(({ text }) => text))).toEqual(
      new Set(rows(200).map(({ text }) => text)),
    );
  });

  test("behavior: too few rows, or one label, are refused", () => {
    const few = writeCsv(join(dir, "few.csv"), rows(50));
    expect(() => loadData({ ...OPTIONS, data: few })).toThrow("50 rows of data");
    const one = writeCsv(
      join(dir, "one.csv"),
      rows(200).map((row) => ({ ...row, label: "a" })),
    );
    expect(() => loadData({ ...OPTIONS, data: one })).toThrow("one label only");
  });

  test("behavior: questions are a seeded choice, repeated when there are too few", () => {
    const asked = askedQuestions(rows(30), OPTIONS).map(({ text }) => text);
    expect(asked).toHaveLength(50);
    expect(new Set(asked).size).toBe(30);
    expect(asked).toEqual(askedQuestions(rows(30), OPTIONS).map(({ text }) => text));
    expect(asked).not.toEqual(askedQuestions(rows(30), { ...OPTIONS, seed: "2" }).map(({ text }) => text));
  });
});
