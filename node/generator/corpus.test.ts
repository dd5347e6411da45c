import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { attributeTokens } from "../influence/spans/index.ts";
import { buildCorpus } from "./corpus.ts";
import type { GeneratorRow } from "./types.ts";

const folder = mkdtempSync(join(tmpdir(), "corpus-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tokenizer = { size: 256, encode: (text: string) => Array.from(text, (character) => character.charCodeAt(0)) };
const SAID = "a quick brown fox";

/** The later entry comes first in the training's order. */
const ROWS: readonly GeneratorRow[] = [
  { text: `he repeats ${SAID} without leave`, entry: 9, contribution: 1, item: 4 },
  { text: `it was I who wrote ${SAID}, once`, entry: 2, contribution: 0, item: 7 },
  { text: "something else entirely stands here", entry: 5, contribution: 2, item: 0 },
];

test("documents stand in the order of the table: who came first owns what others repeat", () => {
  const { segments, owners } = buildCorpus(ROWS, tokenizer, { folder });
  expect(owners).toEqual([
    { contribution: 0, item: 7 },
    { contribution: 2, item: 0 },
    { contribution: 1, item: 4 },
  ]);
  const { spans, settlement } = attributeTokens(segments, owners, tokenizer.encode(`zz${SAID}zz`));
  expect(spans[0]?.documents).toEqual([0, 2]);
  expect(settlement.entries).toEqual([{ contribution: 0, item: 7, weight: 10n ** 18n }]);
});

test("a corpus that is too large for memory is read from files, and says the same", () => {
  const inMemory = buildCorpus(ROWS, tokenizer, { folder });
  const onDisk = buildCorpus(ROWS, tokenizer, { folder, memoryCharacters: 10 });
  expect(readdirSync(folder)).toEqual(["0.spans"]);
  const answer = tokenizer.encode(`so ${SAID} said`);
  expect(attributeTokens(onDisk.segments, onDisk.owners, answer)).toEqual(
    attributeTokens(inMemory.segments, inMemory.owners, answer),
  );
  onDisk.close();
});
