import { expect, test } from "vitest";
import { CHUNK_ROWS, chunksOf, layoutOf, placeRow, placeWeights } from "./layout.ts";

test("areas do not overlap and are aligned for the kernel", () => {
  const layout = layoutOf(301, 8, 5, 2);
  const places = [
    layout.rowPanels,
    layout.featurePanels,
    layout.probabilities,
    layout.residuals,
    layout.losses,
    layout.labels / 2,
  ];
  places.push(layout.weights, layout.gradient, layout.scratch, layout.end);
  for (const [i, place] of places.entries()) {
    expect(place % 2).toBe(0);
    if (i > 0) expect(place).toBeGreaterThan(places[i - 1]!);
  }
  expect([layout.paddedRows, layout.paddedClasses]).toEqual([304, 8]);
});

test("chunks cover the padded rows in depths the kernel takes", () => {
  const chunks = chunksOf(layoutOf(CHUNK_ROWS + 3, 8, 2, 0));
  expect(chunks).toEqual([
    { start: 0, depth: CHUNK_ROWS },
    { start: CHUNK_ROWS, depth: 4 },
  ]);
});

test("behavior: a row is found in both panel forms, also in the last, shorter chunk", () => {
  const layout = layoutOf(CHUNK_ROWS + 3, 8, 2, 0);
  const doubles = new Float64Array(layout.end);
  const row = CHUNK_ROWS + 2;
  placeRow(
    doubles,
    layout,
    row,
    Float64Array.from({ length: 8 }, (_, k) => k + 1),
  );
  for (let k = 0; k < 8; k++) {
    expect(doubles[layout.rowPanels + Math.floor(row / 4) * 32 + k * 4 + (row % 4)]).toBe(k + 1);
    const chunk = layout.featurePanels + CHUNK_ROWS * 8;
    expect(doubles[chunk + Math.floor(k / 4) * 16 + 2 * 4 + (k % 4)]).toBe(k + 1);
  }
});

test("weights lie by class panels", () => {
  const layout = layoutOf(4, 4, 5, 0);
  const doubles = new Float64Array(layout.end);
  placeWeights(
    doubles,
    layout,
    Float64Array.from({ length: 20 }, (_, i) => i),
  );
  expect(doubles[layout.weights + 16 + 2 * 4]).toBe(4 * 4 + 2);
});
