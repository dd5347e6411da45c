import { describe, expect, test } from "vitest";
import { toBech32 } from "../../chain/crypto/bech32.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { itemId } from "../../modules/datanet/ids.ts";
import { Item, type Snapshot, SnapshotEntry } from "../../proto/gen/openledger/datanet/v1.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { decodeModel, weightsHash } from "../influence/model-format.ts";
import { indexModel } from "./index-model.ts";
import {
  DEFAULT_ENCODER,
  defaultLambdaGrid,
  gateBytes,
  gateFromBytes,
  heldOutRows,
  type TrainingPlan,
  trainModel,
  usedLabels,
} from "./training.ts";
import { type SnapshotSource, trainingRows } from "./training-rows.ts";

const WORDS = ["brake", "wheel", "lamp", "chain", "saddle", "bell"];
const LABELS = ["unused", "stop", "go"];

function address(name: string): string {
  return toBech32("open", sha256(new TextEncoder().encode(name)).subarray(0, 20));
}

function source(id: string, owners: (entry: number) => number = (entry) => entry): SnapshotSource {
  const items = [0, 1, 2].map((c) =>
    [0, 1, 2, 3].map(
      (i): Item => ({
        text: `${WORDS[(c + i) % 6]} ${WORDS[(2 * c + 3 * i) % 6]} number ${4 * c + i}`,
        label: (c + i) % 2 === 0 ? "stop" : "go",
      }),
    ),
  );
  const contributions = ["a1", "b2", "c3"].map((name) => ({
    contribution: `${name}-${id}`,
    contributor: address(name),
    accepted: 4,
  }));
  const entries = items.flatMap((list, contribution) =>
    list.map((item, i): SnapshotEntry => {
      const index = 4 * contribution + i;
      const own = itemId(contributions[contribution]!.contribution, i, encodeBytes(Item, item));
      return { contribution, item: i, itemId: own, owner: owners(index) };
    }),
  );
  const root = merkleRoot(entries.map((entry) => encodeBytes(SnapshotEntry, entry)));
  const clusters = entries.filter(({ owner }, index) => owner === index).length;
  const snapshot = { id, contributions, root, items: 12, clusters } as unknown as Snapshot;
  return { snapshot, table: { entries }, items };
}

function planOf(sources: readonly SnapshotSource[]): TrainingPlan {
  const rows = trainingRows(sources);
  const snapshots = sources.map(({ snapshot: { id, root } }) => ({ id, root }));
  return {
    snapshots,
    rows,
    labels: usedLabels(LABELS, rows),
    encoder: DEFAULT_ENCODER,
    lambdaGrid: defaultLambdaGrid(rows.length),
  };
}

describe("rows of a training", () => {
  test("default: cluster owners only, by item id, one snapshot after the other", () => {
    const rows = trainingRows([source("x/1"), source("y/1", (entry) => (entry === 5 ? 2 : entry))]);
    expect(rows).toHaveLength(23);
    for (const part of [rows.slice(0, 12), rows.slice(12)]) {
      const ids = part.map((row) => toHex(row.itemId));
      expect(ids).toEqual([...ids].sort());
    }
    expect(rows.slice(12).map(({ entry }) => entry - 12)).not.toContain(5);
    expect(new Set(rows.slice(12).map(({ contribution }) => contribution))).toEqual(new Set([3, 4, 5]));
  });

  test("behavior: another text than the one accepted is refused", () => {
    const { items, ...rest } = source("x/1");
    const changed = items.map((list, c) =>
      list!.map((item, i) => (c === 1 && i === 2 ? { ...item, text: "swapped" } : item)),
    );
    expect(() => trainingRows([{ ...rest, items: changed }])).toThrow("entry 6 is not item 2 of contribution b2-x/1");
  });

  test("behavior: a table that does not lead to the snapshot's root is refused", () => {
    const given = source("x/1");
    const entries = given.table.entries.map((entry, i) => (i === 3 ? { ...entry, owner: 0 } : entry));
    expect(() => trainingRows([{ ...given, table: { entries } }])).toThrow("its table does not lead to its root");
  });
});

describe("a training", () => {
  test("default: manifest, model and index name each other by hash, and two runs agree", async () => {
    const plan = planOf([source("x/1")]);
    const [one, two] = [await trainModel(plan, { workers: 1 }), await trainModel(plan, { workers: 2 })];
    expect(toHex(two.manifest)).toBe(toHex(one.manifest));
    expect(toHex(two.model)).toBe(toHex(one.model));
    const manifest = decodeStrict(TrainingManifest, one.manifest);
    expect(manifest).toMatchObject({
      algorithm: "softmax-head-1",
      snapshots: ["x/1"],
      labels: ["stop", "go"],
      rows: 12,
    });
    expect(manifest.weightsHash).toEqual(weightsHash(decodeModel(one.model).weights));
    expect(manifest.gateHash).toEqual(sha256(gateBytes(one.gate)));
    const index = await indexModel(plan, one);
    expect(index.header).toMatchObject({ rows: 12, classes: 2, lambdaGrid: defaultLambdaGrid(12) });
    expect(index.header.weightsHash).toEqual(manifest.weightsHash);
  });

  test("behavior: held-out rows depend on root and item ids only", () => {
    const plan = planOf([source("x/1"), source("y/1")]);
    const chosen = heldOutRows(plan);
    expect(chosen).toHaveLength(2);
    const reversed = heldOutRows({ ...plan, rows: [...plan.rows].reverse() });
    const names = (rows: readonly number[], from: TrainingPlan["rows"]) =>
      rows.map((row) => toHex(from[row]!.itemId)).sort();
    expect(names(reversed, [...plan.rows].reverse())).toEqual(names(chosen, plan.rows));
  });

  test("behavior: gates survive their bytes", () => {
    const gate = Uint16Array.from([0, 1, 258, 65535]);
    expect(gateFromBytes(gateBytes(gate))).toEqual(gate);
  });
});
