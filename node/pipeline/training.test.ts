import { describe, expect, test } from "vitest";
import { toBech32 } from "../../chain/crypto/bech32.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { heldOutCounts } from "../../modules/datanet/held-out.ts";
import { itemId } from "../../modules/datanet/ids.ts";
import { Item, Snapshot, SnapshotEntry } from "../../proto/gen/openledger/datanet/v1.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { builtInEncoder } from "../influence/encoders/built-in.ts";
import { decodeModel, weightsHash } from "../influence/model-format.ts";
import { indexModel } from "./index-model.ts";
import {
  DEFAULT_ENCODER,
  defaultLambdaGrid,
  gateBytes,
  gateFromBytes,
  heldOutSet,
  type TrainingPlan,
  trainModel,
  usedLabels,
} from "./training.ts";
import { isDrawn, type SnapshotSource, splitRows, trainingRows } from "./training-rows.ts";

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
  const snapshot = Snapshot.fromPartial({ id, contributions, root, items: 12, clusters });
  return { snapshot, table: { entries }, items };
}

/** Two contributors of 25 owners each, one of which contributes twice, and one of 9, as the chain has them after the draw. */
function drawnSource(changes: Partial<Snapshot> = {}): SnapshotSource {
  const sizes = [15, 25, 10, 9];
  const names = ["ann", "bob", "ann", "cat"];
  const items = sizes.map((size, c) =>
    Array.from(
      { length: size },
      (_, i): Item => ({
        text: `${WORDS[(c + i) % 6]} ${WORDS[(2 * c + 5 * i + 1) % 6]} of ${names[c]} ${100 * c + i}`,
        label: i % 2 === 0 ? "stop" : "go",
      }),
    ),
  );
  const contributions = sizes.map((accepted, c) => ({
    ...{ contribution: `part-${c}`, accepted },
    contributor: address(names[c]!),
  }));
  const entries = items
    .flatMap((list, contribution) => list.map((value, item) => ({ contribution, item, value })))
    .map(({ contribution, item, value }, owner): SnapshotEntry => {
      const own = itemId(contributions[contribution]!.contribution, item, encodeBytes(Item, value));
      return { contribution, item, itemId: own, owner };
    });
  const root = merkleRoot(entries.map((entry) => encodeBytes(SnapshotEntry, entry)));
  const snapshot = Snapshot.fromPartial({
    ...{ id: "drawn/1", contributions, root, items: entries.length, clusters: entries.length },
    ...{ owners: sizes, heldOutSeed: new Uint8Array(32).fill(7) },
    ...changes,
  });
  const heldOut = [...heldOutCounts(snapshot).values()].reduce((sum, count) => sum + count, 0);
  return { snapshot: { ...snapshot, heldOut, ...changes }, table: { entries }, items };
}

function planOf(sources: readonly SnapshotSource[]): TrainingPlan {
  const { training: rows, heldOut } = splitRows(sources);
  const snapshots = sources.map(({ snapshot: { id, root } }) => ({ id, root }));
  return {
    snapshots,
    rows,
    heldOut,
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

describe("held-out rows", () => {
  test("default: one in ten of a contributor's cluster owners, over all of its contributions; the others are trained on", () => {
    const source = drawnSource();
    const { training, heldOut } = splitRows([source]);
    const of = (name: string) => heldOut.filter(({ contributor }) => contributor === address(name)).length;
    const counts = heldOutCounts(source.snapshot);
    for (const name of ["ann", "bob", "cat"]) expect(of(name)).toBe(counts.get(address(name)) ?? 0);
    expect(of("ann") + of("bob")).toBeGreaterThan(3);
    const ids = [...training, ...heldOut].map(({ itemId: id }) => toHex(id));
    expect(new Set(ids).size).toBe(59);
    expect(training.map(({ itemId: id }) => toHex(id))).toEqual(training.map(({ itemId: id }) => toHex(id)).sort());
    expect(trainingRows([drawnSource()])).toEqual(training);
  });

  test("behavior: another seed holds out others", () => {
    const other = splitRows([drawnSource({ heldOutSeed: new Uint8Array(32).fill(8) })]).heldOut;
    expect(other.map(({ itemId: id }) => toHex(id))).not.toEqual(
      splitRows([drawnSource()]).heldOut.map(({ itemId: id }) => toHex(id)),
    );
  });

  test("behavior: without a draw nobody can train; without owners nothing is held out", () => {
    const undrawn = drawnSource({ heldOutSeed: new Uint8Array(0) });
    expect(isDrawn(undrawn.snapshot)).toBe(false);
    expect(() => splitRows([undrawn])).toThrow("not drawn yet");
    const former = drawnSource({ owners: [], heldOutSeed: new Uint8Array(0), heldOut: 0 });
    expect(isDrawn(former.snapshot)).toBe(true);
    expect(splitRows([former])).toMatchObject({ heldOut: [], training: { length: 59 } });
  });

  test("behavior: a chain that counts other numbers is not believed", () => {
    expect(() => splitRows([drawnSource({ heldOut: 9 })])).toThrow("the chain counts 9");
  });

  test("behavior: they judge head and index, and a label without training rows cannot judge", async () => {
    const plan = planOf([drawnSource()]);
    const trained = await trainModel(plan, { workers: 1 });
    const [rows, held] = [plan.rows.length, plan.heldOut.length];
    expect([rows + held, decodeStrict(TrainingManifest, trained.manifest).rows]).toEqual([59, rows]);
    expect([trained.heldOut.rows, trained.crossFitted.rows]).toEqual([held, rows]);
    const index = await indexModel(plan, trained, { workers: 1 });
    expect(index.header).toMatchObject({ rows, trainedRows: rows, heldOutRows: held });
    const stray = plan.heldOut.map((row, i) => (i === 0 ? { ...row, label: "unused" } : row));
    expect((await heldOutSet({ ...plan, heldOut: stray }, builtInEncoder(plan.encoder)))?.labels).toHaveLength(
      held - 1,
    );
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

  test("behavior: gates survive their bytes", () => {
    const gate = Uint16Array.from([0, 1, 258, 65535]);
    expect(gateFromBytes(gateBytes(gate))).toEqual(gate);
  });
});
