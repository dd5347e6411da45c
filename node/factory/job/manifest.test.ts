import { describe, expect, test } from "vitest";
import { graphJob, headJob } from "../testing/jobs.ts";
import {
  decodeManifest,
  encodeManifest,
  type JobManifest,
  manifestFromJson,
  manifestHash,
  manifestToJson,
  parseManifest,
} from "./index.ts";

const head = headJob().manifest;
const lora = graphJob("lora").manifest;
const full = graphJob("full").manifest;

describe("a manifest", () => {
  test.each([head, lora, full])("default: survives its bytes and its JSON", (manifest) => {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
    const json = JSON.parse(JSON.stringify(manifestToJson(manifest)));
    expect(manifestHash(manifestFromJson(json))).toEqual(manifestHash(manifest));
  });

  test("behavior: real numbers are shown as numbers and kept on their grid", () => {
    expect(manifestToJson(full).optimiser).toMatchObject({
      kind: "adam",
      rate: 0.02,
      beta2: 0.999,
      epsilon: 1e-8,
      warmup: 2,
    });
  });

  const json = () => JSON.parse(JSON.stringify(manifestToJson(lora))) as Record<string, never>;
  const changed = (change: Record<string, unknown>) => () => manifestFromJson({ ...json(), ...change });

  test("behavior: errors of JSON name the field", () => {
    expect(() => parseManifest("{")).toThrow(/^manifest: not JSON/);
    expect(() => manifestFromJson([])).toThrow("manifest: as a whole must be an object");
    expect(changed({ rnak: 4 })).toThrow(/^manifest: rnak is not known; known here: algorithm, method/);
    expect(changed({ method: "dora" })).toThrow("manifest: method must be one of head, lora, full");
    expect(changed({ batch: -1 })).toThrow("manifest: batch must be a whole number from 0 to 2^32 - 1");
    expect(changed({ seed: "xyz" })).toThrow("manifest: seed must be lower-case hexadecimal digits");
    expect(changed({ optimiser: { kind: "adam", rate: "fast" } })).toThrow("manifest: optimiser.rate must be a number");
    expect(changed({ optimiser: { kind: "adam", rate: 1e-13 } })).toThrow(
      "manifest: optimiser.rate is 1e-13, less than half",
    );
    expect(changed({ sources: [{ snapshot: 3 }] })).toThrow("manifest: sources[0].snapshot must be a text");
  });

  const refusals: readonly (readonly [string, JobManifest, RegExp])[] = [
    [
      "an algorithm of another version",
      { ...full, algorithm: "factory-2" },
      /algorithm is "factory-2"; this is factory-1/,
    ],
    ["no snapshot", { ...full, sources: [] }, /sources names no snapshot/],
    ["a snapshot twice", { ...full, sources: [...full.sources, ...full.sources] }, /sources names "x\/1" twice/],
    ["a root that is none", { ...full, rowsRoot: new Uint8Array(3) }, /rows_root has 3 bytes; a sha256 has 32/],
    ["rows that the sources do not have", { ...full, rows: 39 }, /rows are 39 and 8 held out, the sources have 40/],
    ["everything held out", { ...full, heldOutPart: 1 }, /held_out_part is 1, which holds out every row/],
    ["one class", { ...full, labels: ["fruit"] }, /labels must name at least two classes/],
    ["a short seed", { ...full, seed: new Uint8Array(31) }, /seed has 31 bytes/],
    ["nothing to train", { ...full, targets: [] }, /targets names nothing to train/],
    ["no rank", { ...lora, lora: undefined }, /lora is missing/],
    ["rank 0", { ...lora, lora: { rank: 0, alpha: 1n } }, /lora.rank is 0; it must be a whole number from 1 to 1024/],
    ["a rank for full training", { ...full, lora: { rank: 1, alpha: 1n } }, /lora does not belong to this method/],
    [
      "a micro batch above the batch",
      { ...full, microBatch: 9 },
      /micro_batch is 9; it must be a whole number from 1 to 8/,
    ],
    [
      "a grid too fine for int32",
      { ...full, gridBits: 40 },
      /grid_bits is 40; it must be a whole number from 16 to 28/,
    ],
    [
      "a momentum of 1",
      { ...full, optimiser: { ...full.optimiser!, beta1: 2n ** 40n } },
      /optimiser.beta1 is 1; it must be from 0 to/,
    ],
    ["lbfgs on a graph", { ...full, optimiser: head.optimiser }, /optimiser.kind must be sgd, adam or adamw/],
    ["a batch for a head", { ...head, batch: 4 }, /batch does not belong to this method/],
    ["three folds", { ...head, folds: 3 }, /folds are 3; 0 or 5/],
    ["a context for features", { ...full, context: 8 }, /context does not belong to this method and form/],
    ["no graph", { ...full, base: { ...full.base!, graphHash: new Uint8Array(0) } }, /base.graph_hash has 0 bytes/],
  ];
  test.each(refusals)("behavior: %s is refused", (_what, manifest, message) => {
    expect(() => encodeManifest(manifest)).toThrow(message);
    try {
      encodeManifest(manifest);
    } catch (error) {
      expect(error).toMatchObject({ code: "bad-manifest" });
    }
  });

  test("behavior: bytes that are no manifest, or not canonical, are refused", () => {
    const bytes = encodeManifest(full);
    expect(() => decodeManifest(bytes.subarray(0, 40))).toThrow(/^manifest: /);
    expect(() => decodeManifest(Uint8Array.of(...bytes, 0xa8, 1, 0))).toThrow(/^manifest: /);
  });
});
