import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AsyncEncoder } from "../influence/encoders/types.ts";
import { FeatureFolder, featureKey, keptFeatures } from "./feature-folder.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "openledger-features-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const VALUES = Float64Array.of(0.5, -0.25, 1e-300, 0);

/** Features that count its calls. */
function encoder(spec = 1): AsyncEncoder & { readonly calls: string[][] } {
  const calls: string[][] = [];
  return {
    ...{ id: "lengths", dims: 2, specHash: new Uint8Array(32).fill(spec), calls },
    encodeAll: async (texts) => {
      calls.push([...texts]);
      return Float64Array.from(texts.flatMap(({ length }) => [length, 1 / length]));
    },
    close: async () => {},
  };
}

test("default: the same texts under the same specification are encoded once, also by another process", async () => {
  const one = encoder();
  const texts = ["a", "bcd"];
  const first = await keptFeatures(one, dir).encodeAll(texts);
  expect(await keptFeatures(one, dir).encodeAll(texts)).toEqual(first);
  expect(one.calls).toEqual([texts]);
  await keptFeatures(one, dir).encodeAll(["bcd", "a"]);
  const other = encoder(2);
  await keptFeatures(other, dir).encodeAll(texts);
  expect([one.calls.length, other.calls.length]).toEqual([2, 1]);
});

test("behavior: without a folder nothing is kept", async () => {
  const one = encoder();
  for (let i = 0; i < 2; i++) await keptFeatures(one, undefined).encodeAll(["a"]);
  expect(one.calls).toHaveLength(2);
});

test("behavior: a folder that cannot be made, read or written costs time and no examination", async () => {
  const file = join(dir, "file");
  writeFileSync(file, "");
  expect(await keptFeatures(encoder(), join(file, "below")).encodeAll(["ab"])).toEqual(Float64Array.of(2, 0.5));
  const gone = join(dir, "gone");
  const kept = keptFeatures(encoder(), gone);
  rmSync(gone, { recursive: true });
  expect(await kept.encodeAll(["ab"])).toEqual(Float64Array.of(2, 0.5));
});

test("behavior: a damaged file is as good as none", () => {
  const folder = new FeatureFolder(dir, 1000);
  folder.write("key", VALUES);
  expect(folder.read("key")).toEqual(VALUES);
  truncateSync(join(dir, "key.f64"), 40);
  expect(folder.read("key")).toBeUndefined();
  expect(readdirSync(dir)).toEqual([]);
});

test("behavior: what was not used for longest makes room, and nothing larger than the folder is written", () => {
  const folder = new FeatureFolder(dir, 200);
  const times = [30, 10, 20];
  for (const [i, age] of times.entries()) {
    folder.write(`key-${i}`, VALUES);
    utimesSync(join(dir, `key-${i}.f64`), 1000 - age, 1000 - age);
  }
  folder.read("key-0");
  folder.write("key-3", VALUES);
  expect(readdirSync(dir).sort()).toEqual(["key-0.f64", "key-1.f64", "key-3.f64"]);
  folder.write("key-4", new Float64Array(100));
  expect(folder.read("key-4")).toBeUndefined();
});

test("behavior: texts are told apart where they end", () => {
  const spec = new Uint8Array(32);
  expect(featureKey(spec, ["ab", "c"])).not.toBe(featureKey(spec, ["a", "bc"]));
});
