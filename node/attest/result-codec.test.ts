import { beforeAll, describe, expect, test } from "vitest";
import { RESULT_ALGORITHM } from "../../modules/inference/ids.ts";
import { readResultOpening } from "../../modules/inference/result-opening.ts";
import { InferenceOutput } from "../../proto/gen/openledger/inference/v1.ts";
import { indexedModel } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { plainQueryVectors } from "../explain/plain-query.ts";
import { attribute } from "../influence/attribute.ts";
import { decodeIndexHeader } from "../influence/index-format.ts";
import { loadModel, type ResidentModel } from "../influence/resident.ts";
import type { ModelBlobs, Settlement } from "../influence/types.ts";
import { countTokensIn, encodeOutput, encodeResultOpening, fromWireQuery, toWireSettlement } from "./result-codec.ts";

const DATA = syntheticData(90, "codec", 3);
let blobs: ModelBlobs;
let resident: ResidentModel;
beforeAll(async () => {
  blobs = (await indexedModel(DATA.train, DATA.labels)).blobs;
  resident = loadModel(blobs);
});

describe("an opening of the engine's vectors", () => {
  test("has the form that the chain demands, and the vectors come back from it", () => {
    for (const { text } of DATA.test) {
      const attribution = attribute(resident, text);
      const { query, settlement } = readResultOpening(encodeResultOpening(attribution), RESULT_ALGORITHM);
      expect(fromWireQuery(query, attribution.answer.label)).toEqual(attribution.query);
      const paid = settlement.entries.reduce((sum, { weight }) => sum + weight, 0n);
      expect(paid + settlement.unattributed + settlement.capExcess).toBe(10n ** 18n);
    }
  });

  test("is the same when the query vectors are computed without kernels, straight from the inverse's bytes", () => {
    const header = decodeIndexHeader(blobs.indexHeader);
    for (const { text } of DATA.test) {
      const { answer, query } = attribute(resident, text);
      const features = resident.encoder.encode(text);
      expect(plainQueryVectors(header, blobs.inverse, { features, answer })).toEqual(query);
    }
  });
});

test("entries are sorted by weight, then place; those without weight are left out", () => {
  const entry = (contribution: number, item: number, weight: bigint) => ({ contribution, item, weight });
  const settlement: Settlement = {
    entries: [entry(2, 1, 5n), entry(0, 9, 7n), entry(0, 3, 5n), entry(2, 0, 5n), entry(1, 1, 0n)],
    ...{ unattributed: 0n, capExcess: 0n, eligibleClusters: 5 },
  };
  expect(toWireSettlement(settlement).entries).toEqual([
    entry(0, 9, 7n),
    entry(0, 3, 5n),
    entry(2, 0, 5n),
    entry(2, 1, 5n),
  ]);
});

test("an output names its label and cuts its probability to 2^-20", () => {
  const answer = { label: 1, probabilities: Int32Array.of(2 ** 23, 2 ** 24 - 2 ** 23 + 15) };
  expect(InferenceOutput.decode(encodeOutput(answer, ["a", "b"]))).toEqual({
    labelIndex: 1,
    label: "b",
    confidence: 2 ** 19,
    tokens: [],
    text: "",
  });
});

test("tokens are runs of anything but white space", () => {
  expect(["", " \n\t", "one", " a  b\nc ", "ist das\u00a0gut?"].map(countTokensIn)).toEqual([0, 0, 1, 3, 3]);
});
