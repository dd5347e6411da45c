import { expect, test } from "vitest";
import { fromHex } from "../../chain/crypto/bytes.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import { contributionRoot } from "../../modules/datanet/ids.ts";
import { Contribution, ContributionItems, ContributionStatus, Item } from "../../proto/gen/openledger/datanet/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { Ask } from "../attest/ask.ts";
import { BlobError, blobIdOf } from "../blobs/index.ts";
import { buildSnapshot, snapshotFacts } from "./snapshot.ts";

const blobs = new Map<string, Uint8Array>();
const WINDOW = { datanet: "net", window: 1 };

function contribution(seq: number, status: ContributionStatus): Contribution {
  const items = [1, 2].map((n): Item => ({ text: `text ${n} number ${seq} of these`, label: "label" }));
  const blob = encodeBytes(ContributionItems, { items });
  blobs.set(blobIdOf(blob), blob);
  return Contribution.fromPartial({
    ...{ id: `id-${seq}`, contributor: `open1${seq}`, seq, status, items: 2, acceptedCount: 2 },
    ...{ root: contributionRoot(items.map((item) => encodeBytes(Item, item))), blob: fromHex(blobIdOf(blob)) },
    accepted: BitArray.of(2, [0, 1]).toBytes(),
  });
}

const CURATED = ContributionStatus.CONTRIBUTION_STATUS_CURATED;
const ALL = [
  contribution(0, CURATED),
  contribution(1, ContributionStatus.CONTRIBUTION_STATUS_EXPIRED),
  contribution(2, CURATED),
];

/** One contribution a page. */
const ask = (async (_: unknown, { startSeq }: { startSeq: number }) => ({
  contributions: ALL.filter(({ seq }) => seq >= startSeq).slice(0, 1),
})) as unknown as Ask;

const source = {
  blob: async (id: string) => {
    const bytes = blobs.get(id);
    if (!bytes) throw new BlobError("missing", `blob ${id} is missing`);
    return bytes;
  },
};

test("curated contributions of all pages make the snapshot; a thread computes the same facts", async () => {
  const built = await buildSnapshot(WINDOW, { ask, blobs: source });
  expect(built.contributions.map((entry) => entry.contribution)).toEqual(["id-0", "id-2"]);
  expect(built.items).toBe(4);
  const { root, items, clusters, owners, blobId, witness, contributions } = built;
  expect(owners).toEqual([1, 0]);
  expect(await snapshotFacts(WINDOW, { ask, blobs: source })).toEqual({
    ...{ root, items, clusters, owners, blobId, witness, contributions },
  });
});

test("a missing blob, a wrong blob and an empty window are told apart", async () => {
  const codeOf = (run: Promise<unknown>) =>
    run.then(
      () => "none",
      ({ code }) => code,
    );
  const missing = { blob: () => Promise.reject(new BlobError("missing", "nobody has it")) };
  expect(await codeOf(snapshotFacts(WINDOW, { ask, blobs: missing }))).toBe("missing_blob");
  const wrong = { blob: () => Promise.resolve(new Uint8Array([1, 2])) };
  expect(await codeOf(snapshotFacts(WINDOW, { ask, blobs: wrong }))).toBe("bad_blob");
  const nothing = (async () => ({ contributions: [] })) as unknown as Ask;
  expect(await codeOf(snapshotFacts(WINDOW, { ask: nothing, blobs: source }))).toBe("unknown_window");
});
