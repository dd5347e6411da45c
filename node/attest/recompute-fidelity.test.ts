import { beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { trainFolds } from "../factory/train-folds.ts";
import { trainHead } from "../factory/train-head.ts";
import { encodeEvidence, type Fidelity } from "../fidelity/measure.ts";
import { HASHED_NGRAM_512 } from "../influence/encoder.ts";
import { builtInEncoder } from "../influence/encoders/index.ts";
import { buildIndex } from "../influence/index-build.ts";
import { encodeModel } from "../influence/model-format.ts";
import { type FidelityExamination, measurementOf, recomputeFidelity } from "./recompute-fidelity.ts";

const ROWS = 60;
const LAMBDA = 2 ** -7;
const DESIGN = { subsets: 5, shareBps: 5_000, queries: 8 };
const SEED = new Uint8Array(32).fill(4);

let base: Omit<FidelityExamination, "ldsPpm" | "errorPpm" | "evidence">;
let outputs: readonly (readonly number[])[];
let found: Fidelity;

beforeAll(async () => {
  const { train, labels: names } = syntheticData(ROWS, "fidelity", 2);
  const encoder = builtInEncoder(HASHED_NGRAM_512.id);
  const rows = train.map(({ text, label }, i) => {
    const itemId = sha256(new Uint8Array([i]));
    return { itemId, text, label: names[label] as string, contributor: new Uint8Array([i % 5]) };
  });
  const features = await encoder.encodeAll(rows.map(({ text }) => text));
  const labels = Int32Array.from(train, ({ label }) => label);
  const set = { features, dims: encoder.dims, classes: 2, labels };
  const { weights } = await trainHead(set, { lambda: LAMBDA, workers: 1 });
  const { gate } = await trainFolds({ ...set, folds: rows.map((_, i) => i % 5) }, { lambda: LAMBDA, workers: 1 });
  const item = rows.map((_, i) => i);
  const columns = { gate, contribution: item, item, entry: item };
  const index = await buildIndex({ set, weights, lambda: LAMBDA, ...columns }, { workers: 1 });
  const model = encodeModel({ encoderId: encoder.id, dims: set.dims, labels: names, weights });
  base = {
    ...{ seed: SEED, subsetSeed: SEED, design: DESIGN, rows, workers: 1 },
    blobs: { model, indexHeader: index.headerBytes, rows: index.rows, inverse: index.inverse },
    lambdaGrid: LAMBDA * 2 ** 40,
  };
  const measurement = await measurementOf(base);
  outputs = (await measurement.retrain([0, 1, 2, 3, 4])).map((each) => each.outputs);
  found = measurement.fidelity(outputs);
}, 60_000);

const verdictOf = (change: Partial<FidelityExamination> = {}) =>
  recomputeFidelity({ ...base, ...found, evidence: encodeEvidence(outputs), ...change });

describe("recomputeFidelity", () => {
  test("default: what was measured is accepted, with the weights of the drawn retrainings as witness", async () => {
    const { verdict, witness } = await verdictOf();
    expect(verdict).toBe("accept");
    expect(witness).toHaveLength(2 * 2 * 512);
    expect(found.ldsPpm).toBeGreaterThan(300_000);
  });

  test("behavior: another seed draws other retrainings", async () => {
    const other = await verdictOf({ seed: new Uint8Array(32).fill(5) });
    expect(other.verdict).toBe("accept");
    expect(other.witness).not.toEqual((await verdictOf()).witness);
  });

  test("behavior: another LDS, another error, false outputs and evidence of another size are rejected", async () => {
    expect((await verdictOf({ ldsPpm: found.ldsPpm + 1 })).reason).toMatch(/^the LDS is \d+ ppm/);
    expect((await verdictOf({ errorPpm: found.errorPpm + 1 })).verdict).toBe("reject");
    const nudged = outputs.map((of) => of.map((value) => value + 1));
    expect((await verdictOf({ evidence: encodeEvidence(nudged) })).reason).toMatch(/^subset \d gives other outputs/);
    const short = encodeEvidence(outputs.slice(1));
    expect((await verdictOf({ evidence: short })).reason).toBe("the evidence has another size");
  });

  test("behavior: a design that takes too long is not judged", async () => {
    const evidence = encodeEvidence(Array.from({ length: 5 }, () => Array.from({ length: 40 }, () => 1)));
    await expect(verdictOf({ design: { ...DESIGN, queries: 40 }, evidence })).rejects.toThrow("leave too few");
  });
});
