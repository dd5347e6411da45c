import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { syntheticIndex, syntheticQuery } from "../../test/bench/synthetic-index.ts";
import { decodeRow, rowBytes } from "./index-format.ts";
import { dotForms } from "./kernel/row-dots.ts";
import { openModel, type ResidentModel, shareModel } from "./resident.ts";
import { placeQuery, rowScore, scoreRows } from "./score.ts";
import { finishParts, openBoard, workParts } from "./score-board.ts";

const room = (rows: number) => new Float64Array(new SharedArrayBuffer(8 * rows));

/** The same index in several threads' scratch, one a form that this machine has and one more. */
function threads(rows: number, blocks: number): readonly ResidentModel[] {
  const shared = shareModel(syntheticIndex(rows, { dims: 20, blocks }));
  return [...dotForms(), "wide" as const].map((form, thread) => openModel(shared, { thread, form }));
}

describe("score board", () => {
  test("behavior: scores are those of plain integers, whatever the number of rows, blocks, the parts and the form", () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 61 }),
      blocks: fc.integer({ min: 1, max: 8 }),
      partRows: fc.integer({ min: 1, max: 70 }),
      seed: fc.integer({ min: 1, max: 2 ** 30 }),
    });
    fc.assert(
      fc.property(sizes, ({ rows, blocks, partRows, seed }) => {
        const blobs = syntheticIndex(rows, { dims: 20, blocks });
        const shared = shareModel(blobs);
        const query = syntheticQuery(shared.header, seed);
        const plain = Array.from(
          { length: rows },
          (_, i) =>
            rowScore(shared.header, decodeRow(shared.header, rowBytes(blobs.rows, shared.header, i)), query).score,
        );
        for (const form of dotForms()) {
          const resident = openModel(shared, { form });
          const task = { query, board: openBoard(rows, partRows), scores: room(rows) };
          placeQuery(resident, query);
          workParts(resident, task);
          finishParts(resident, task);
          expect([...task.scores]).toEqual(plain);
          expect([...scoreRows(resident, query)]).toEqual(plain);
        }
      }),
      { seed: 21, numRuns: 60 },
    );
  });

  test("behavior: beyond one pass, in parts of any size, taken in turn or by a thread that died, the scores are the same", () => {
    const all = threads(5003, 3);
    const [first] = all as [ResidentModel];
    const query = syntheticQuery(first.header, 5);
    const expected = [...scoreRows(first, query)];
    for (const partRows of [999, 2048, 2500, 5003]) {
      for (const dead of [0, 1, 2]) {
        const task = { query, board: openBoard(5003, partRows), scores: room(5003) };
        Atomics.add(task.board, 0, dead);
        for (const resident of all) placeQuery(resident, query);
        workParts(all.at(-1)!, task);
        finishParts(first, task);
        expect([...task.scores]).toEqual(expected);
      }
    }
  });

  test("behavior: vectors of another shape, or beyond 7 bits and sign, are refused", () => {
    const [resident] = threads(3, 2) as [ResidentModel];
    const query = syntheticQuery(resident.header, 9);
    expect(() => placeQuery(resident, { ...query, v: query.v.slice(1) })).toThrow("do not fit");
    expect(() => placeQuery(resident, { ...query, v: query.v.slice().fill(-128) })).toThrow("do not fit");
  });
});
