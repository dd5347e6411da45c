import { expect, test } from "vitest";
import { DISTANCE_ONE } from "../types.ts";
import { textLikeness } from "./text-likeness.ts";

const TEXTS = [
  "the river is wide and the boat is small",
  "nobody counts the copper coins in his hat",
  "a broken wheel lies under the painted door",
  "seven grey birds follow the plough at dawn",
];
const cosines = (texts: readonly string[]) => [...textLikeness(texts)].map((x) => x / DISTANCE_ONE);

test("the first text is like none, a copy wholly like its source, whatever its case and spaces", () => {
  const found = cosines([...TEXTS, `  ${TEXTS[1]!.toUpperCase()} `]);
  expect(found[0]).toBe(0);
  expect(found[4]).toBeGreaterThan(0.9999);
});

test("a text with two words replaced stands out from texts that share words, and only the later one does", () => {
  const found = cosines([...TEXTS, "nobody counts the silver coins in my hat"]);
  expect(found[4]).toBeGreaterThan(0.4);
  expect(Math.max(...found.slice(0, 4))).toBeLessThan(0.2);
});

test("what all texts share says nothing: frames around different words don't make them alike", () => {
  const frame = (text: string) => `dear sir or madam, ${text}, yours faithfully`;
  const [bare, framed] = [cosines(TEXTS), cosines(TEXTS.map(frame))];
  expect(Math.max(...framed)).toBeLessThan(Math.max(...bare) + 0.1);
});

test("empty texts and one text alone are like nothing", () => {
  expect(cosines(["", "", "a"])).toEqual([0, 0, 0]);
  expect(cosines([TEXTS[0]!])).toEqual([0]);
  expect(cosines([])).toEqual([]);
});
