import { expect, test } from "vitest";
import { decodeManifest } from "../../factory/job/manifest.ts";
import { DAMPING_GRIDS } from "./limits.ts";
import { selectDamping } from "./select-damping.ts";
import { TINY_TEXTS, tinyAdapter } from "./testing/tiny-adapter.ts";

test("dampings are measured against retraining, and the best is chosen", async () => {
  const tiny = await tinyAdapter(TINY_TEXTS.slice(0, 8));
  const { graph, tokenizer, sources } = tiny.data;
  const input = {
    manifest: decodeManifest(tiny.claim.manifest),
    data: { sources, graph: graph!, tokenizer: tokenizer! },
    questions: ["Ann counts the grey doors", "Finn sings", ""].map(tiny.encode),
  };
  const options = { subsets: 3, reference: true };
  const first = await selectDamping(input, options);
  expect(first.measured.map(({ dampingGrid }) => dampingGrid)).toEqual(DAMPING_GRIDS);
  expect(Math.max(...first.measured.map(({ lds }) => lds))).toBe(
    first.measured.find(({ dampingGrid }) => dampingGrid === first.dampingGrid)!.lds,
  );
  expect(first.selection).toMatchObject({ candidates: DAMPING_GRIDS.length, queries: 2, subsets: 3 });
  await expect(selectDamping({ ...input, questions: [] })).rejects.toMatchObject({ code: "bad-shape" });
});
