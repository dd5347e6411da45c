import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Contribution, Item } from "../../proto/gen/openledger/datanet/v1.ts";
import { bitmapOf, loadVerdict, removeVerdict, saveVerdict, verdictsFromFile } from "./verdicts.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "openledger-verdicts-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const ITEMS: Item[] = ["a", "b", "c"].map((text) => ({ text, label: "x" }));
const contribution = (id: string) => ({ id }) as Contribution;

function judged(json: string): readonly boolean[] {
  const file = join(dir, "verdicts.json");
  writeFileSync(file, json);
  return verdictsFromFile(file)(contribution("c1"), ITEMS);
}

describe("verdicts of a file", () => {
  test("default: one for all items, or one an item", () => {
    expect(judged('{"c1": true}')).toEqual([true, true, true]);
    expect(judged('{"c1": [true, false, true]}')).toEqual([true, false, true]);
  });

  test.each([
    ["[", "is not JSON"],
    ["[]", "is no object"],
    ["{}", "contribution c1 has no verdict"],
    ['{"c1": "yes"}', "contribution c1 is no verdict"],
    ['{"c1": [true, 1, true]}', "contribution c1 is no verdict"],
    ['{"c1": [true]}', "contribution c1 has 1 verdicts for 3 items"],
  ])("behavior: %s is refused", (json, message) => {
    expect(() => judged(json)).toThrow(message);
  });
});

describe("a verdict on disk", () => {
  test("default: bitmap and salt come back, and are gone once revealed", () => {
    const saved = {
      bitmap: bitmapOf([true, false, false, false, false, false, false, false, true]),
      salt: new Uint8Array(32).fill(3),
    };
    expect([...saved.bitmap]).toEqual([1, 1]);
    saveVerdict(dir, "c2", saved);
    expect(loadVerdict(dir, "c2")).toEqual(saved);
    removeVerdict(dir, "c2");
    expect(() => loadVerdict(dir, "c2")).toThrow("can't be revealed");
  });
});
