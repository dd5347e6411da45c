import { beforeAll, describe, expect, test } from "vitest";
import { indexedModel } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { answer, attribute } from "./attribute.ts";
import { encodeText } from "./encoder.ts";
import { decodeRow, rowBytes, triangleSize } from "./index-format.ts";
import { decodeModel } from "./model-format.ts";
import { int8Exponent, int8Mantissas } from "./quantise.ts";
import { largestClasses } from "./query.ts";
import { loadModel, type ResidentModel } from "./resident.ts";
import { rowScore, scoreRows } from "./score.ts";
import { explainSettlement } from "./settle.ts";
import type { ModelBlobs } from "./types.ts";

const data = syntheticData(240, "attribute", 4);
let blobs: ModelBlobs;
let resident: ResidentModel;
beforeAll(async () => {
  blobs = (await indexedModel(data.train, data.labels, { lambda: 1e-3 })).blobs;
  resident = loadModel(blobs);
});

describe("attribute", () => {
  test("behavior: the kernel's scores equal plain integer arithmetic over the row bytes", () => {
    for (const { text } of data.test.slice(0, 5)) {
      const { query, scores } = attribute(resident, text);
      for (let i = 0; i < resident.header.rows; i++) {
        const row = decodeRow(resident.header, rowBytes(blobs.rows, resident.header, i));
        expect(scores[i]).toBe(rowScore(resident.header, row, query).score);
      }
    }
  });

  test("behavior: query vectors are the gridded inverse times the features, in one order of sums", () => {
    const text = data.test[0]!.text;
    const { query } = attribute(resident, text);
    const { dims, inverseExponents } = resident.header;
    const h = encodeText(text);
    const view = new DataView(blobs.inverse.buffer, blobs.inverse.byteOffset);
    const entry = (c: number, a: number, b: number) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      const at = c * triangleSize(dims) + low * dims - (low * (low - 1)) / 2 + (high - low);
      return view.getInt32(4 * at, true);
    };
    const solved = query.classes.flatMap((c) =>
      Array.from({ length: dims }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < dims; j++) sum += h[j]! * entry(c, j, i);
        return sum * 2 ** inverseExponents[c]!;
      }),
    );
    const values = Float64Array.from(solved);
    expect(query.vExponent).toBe(int8Exponent(values));
    expect(query.v).toEqual(int8Mantissas(values, query.vExponent));
  });

  test("behavior: the same text gives the same integers; another text other ones", () => {
    const [a, b] = [data.test[1]!.text, data.test[2]!.text];
    expect(attribute(resident, a)).toEqual(attribute(resident, a));
    expect(attribute(resident, a).query).not.toEqual(attribute(resident, b).query);
  });

  test("behavior: rows of the answer's label speak for it more than others", () => {
    const { answer: given, scores } = attribute(resident, data.test[3]!.text);
    const sums = new Map<boolean, number>();
    for (const [i, { label }] of data.train.entries()) {
      sums.set(label === given.label, (sums.get(label === given.label) ?? 0) + scores[i]!);
    }
    expect(sums.get(true)!).toBeGreaterThan(sums.get(false)!);
  });

  test("behavior: the settlement is that of the scores and the index's own columns", () => {
    const { scores, settlement } = attribute(resident, data.test[4]!.text);
    expect(explainSettlement(scores, resident.columns).settlement).toEqual(settlement);
    const paid = settlement.entries[0]!;
    expect(paid.contribution).toBe(paid.item % 12);
  });

  test("behavior: text without any letter attributes nothing", () => {
    expect(attribute(resident, "?!").settlement.unattributed).toBe(10n ** 18n);
  });

  test("answer: the model alone says the same as the resident one", () => {
    const text = data.test[5]!.text;
    expect(answer(decodeModel(blobs.model), text)).toEqual(attribute(resident, text).answer);
  });

  test("behavior: most held-out texts are answered rightly", () => {
    const right = data.test.filter(({ text, label }) => attribute(resident, text).answer.label === label).length;
    expect(right / data.test.length).toBeGreaterThan(0.85);
  });
});

describe("query vectors", () => {
  test("behavior: vectors of another shape are refused", () => {
    const { query } = attribute(resident, data.test[0]!.text);
    expect(() => scoreRows(resident, { ...query, classes: [0, 1, 9] })).toThrow("do not fit");
    expect(() => scoreRows(resident, { ...query, v: query.v.subarray(1) })).toThrow("do not fit");
  });

  test("largestClasses: by magnitude, ties to the lower class", () => {
    expect(largestClasses(Int32Array.of(3, -9, 9, 1), 3)).toEqual([1, 2, 0]);
  });
});
