import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { trainBpe } from "../../node/factory/decoder/index.ts";
import { openTokenizer } from "../../node/tokens/tokenizer.ts";
import { citeAnswer, citeDocuments, placedDocuments } from "./cite.ts";
import { citedText } from "./cite-text.ts";
import { type InitOptions, initJob } from "./factory-init.ts";
import { SILENT } from "./progress.ts";

const folder = mkdtempSync(join(tmpdir(), "cite-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXTS = [
  "The quick brown fox jumps over the lazy dog",
  "Pack my box with five dozen liquor jugs",
  "He said: pack my box with five dozen liquor jugs",
  "Sphinx of black quartz, judge my vow",
];
const file = join(folder, "texts.csv");
writeFileSync(file, ["id,text", ...TEXTS.map((text, i) => `${i},${JSON.stringify(text)}`)].join("\n"));
const tokenizer = openTokenizer(new TextEncoder().encode(JSON.stringify(trainBpe(TEXTS, { vocab: 280 }))));
const documents = () => citeDocuments({ kind: "csv", file, textColumn: "text" }, SILENT);
const ANSWER = tokenizer.encode("zzz box with five dozen liquor jugs zzz");

describe("an answer that copies a row of a file", () => {
  test("default: quotes it, names its line, and pays the first", async () => {
    const cited = citeAnswer(await documents(), tokenizer, ANSWER);
    expect(cited.marked).toContain("‹ box with five dozen liquor jugs›[1]");
    expect(cited.spans[0]?.places).toEqual(["texts.csv:3", "texts.csv:4"]);
    expect(cited.credits).toMatchObject([{ place: "texts.csv:3", contribution: 0, item: 3, share: 10n ** 18n }]);
    expect(cited.settlement.entries).toHaveLength(1);
    expect(citedText(cited)).toMatch(/texts\.csv:3.*texts\.csv:3, texts\.csv:4.*2/);
  });

  test("behavior: the same from files, which are removed", async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("openledger-cite-"));
    const before = left();
    const onDisk = citeAnswer(await documents(), tokenizer, ANSWER, { memoryCharacters: 10 });
    expect(onDisk).toEqual(citeAnswer(await documents(), tokenizer, ANSWER));
    expect(left()).toEqual(before);
  });

  test("behavior: an answer that copies nothing says so", async () => {
    const cited = citeAnswer(await documents(), tokenizer, tokenizer.encode("0123456789"));
    expect(cited.spans).toEqual([]);
    expect(cited.settlement.unattributed).toBe(10n ** 18n);
    expect(citedText(cited)).toContain("nothing rare in it is copied");
  });
});

test("a job cites what it was trained on, in the order of its file; without the file by its own order", async () => {
  const dir = join(folder, "job");
  const many = join(folder, "many.csv");
  const texts = Array.from({ length: 24 }, (_, i) => `${TEXTS[i % 4]} and ${i} more`);
  writeFileSync(many, ["text", ...texts.map((text) => JSON.stringify(text))].join("\n"));
  const origin = { kind: "csv" as const, file: many, textColumn: "text", keepDuplicates: true };
  const options: InitOptions = {
    ...{ dir, method: "full", seed: "s", decoder: "1,8,2", context: 16, vocab: 280, heldOut: 4, rank: 4, batch: 2 },
    ...{ rate: 0.01, weightDecay: 0, clip: 1, warmup: 0, decays: true, gridBits: 24, optimiser: "adam", epochs: 1 },
  };
  await initJob(options, origin, "", SILENT);
  const trained = await citeDocuments({ kind: "job", dir }, SILENT);
  expect(trained.length).toBeGreaterThan(4);
  expect(trained.length).toBeLessThan(texts.length);
  expect(trained.map(({ text }) => text)).toEqual(texts.filter((text) => trained.some((row) => row.text === text)));
  rmSync(many);
  const kept = await citeDocuments({ kind: "job", dir }, SILENT);
  expect(kept.map(({ text }) => text).sort()).toEqual(trained.map(({ text }) => text).sort());
  expect(kept.map(({ place }) => place)).toEqual(kept.map((_, i) => `row ${i}`));
});

test("rows of a snapshot stand in the order of its table, not of their ids", () => {
  const row = (entry: number, contribution: number, item: number) => ({
    ...{ itemId: new Uint8Array([9 - entry]), text: `text ${entry}`, label: "", contributor: "open1" },
    ...{ entry, contribution, item },
  });
  expect(placedDocuments([row(4, 2, 0), row(0, 0, 1), row(1, 0, 3)])).toEqual([
    { contribution: 0, item: 1, place: "0/1", text: "text 0" },
    { contribution: 0, item: 3, place: "0/3", text: "text 1" },
    { contribution: 2, item: 0, place: "2/0", text: "text 4" },
  ]);
});
