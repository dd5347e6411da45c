import { beforeAll, expect, test } from "vitest";
import { TINY_TEXTS, type TinyAdapter, tinyAdapter } from "../influence/adapter/testing/tiny-adapter.ts";
import { type AdapterModel, adapterItems, buildAdapterIndexOf, verifyAdapterIndexOf } from "./adapter-index.ts";

let tiny: TinyAdapter;
let model: AdapterModel;

beforeAll(async () => {
  tiny = await tinyAdapter(TINY_TEXTS.slice(0, 10));
  const { manifest, graph, log, readState } = tiny.claim;
  const { data } = tiny;
  model = {
    ...{ manifest, graph, log, readState, tokenizer: data.tokenizer!, sources: data.sources },
    places: data.sources[0]!.rows.map(({ itemId }, i) => ({ itemId, contribution: i % 3, item: i, entry: i })),
    heldOut: [{ text: "Ann counts the grey doors" }],
  };
});

test("rows are the job's, in its order, with their places; held-out texts judge", () => {
  const { rows, texts, heldOut } = adapterItems(model);
  expect(texts).toEqual(tiny.claim.texts);
  expect(rows).toEqual(tiny.claim.items);
  expect(heldOut.map(({ tokens }) => tokens)).toEqual([tiny.encode("Ann counts the grey doors")]);
});

test("the index of a finished job is accepted by whoever recomputes it, and no other rows are", async () => {
  const { headerBytes: header, rows, basis } = await buildAdapterIndexOf(model, { reference: true });
  const index = { header, rows, basis, weights: tiny.weights, logRoot: tiny.claim.logRoot };
  const seed = new Uint8Array(32);
  const options = { reference: true };
  expect((await verifyAdapterIndexOf(model, index, seed, options)).verdict).toBe("accept");
  const places = model.places.map((place) => ({ ...place, contribution: 0 }));
  expect(await verifyAdapterIndexOf({ ...model, places }, index, seed, options)).toMatchObject({
    verdict: "reject",
    reason: expect.stringMatching(/names another item/),
  });
  const judged = { ...model, heldOut: [] };
  expect(await verifyAdapterIndexOf(judged, index, seed, options)).toMatchObject({ verdict: "reject" });
});

test("rows, places and tokenizer that are not the manifest's are refused", () => {
  const other = { snapshot: "tiny/2", root: new Uint8Array(32), rows: [] };
  const cases = [
    [{ sources: [other] }, "hash-mismatch"],
    [{ sources: [{ ...model.sources[0]!, rows: model.sources[0]!.rows.slice(1) }] }, "hash-mismatch"],
    [{ places: model.places.toReversed() }, "hash-mismatch"],
    [{ tokenizer: new Uint8Array(3) }, "hash-mismatch"],
    [{ manifest: new Uint8Array(3) }, "bad-bytes"],
  ] as const;
  for (const [change, code] of cases) {
    expect(() => adapterItems({ ...model, ...change })).toThrow(expect.objectContaining({ code }));
  }
});
