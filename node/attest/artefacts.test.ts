import { expect, test } from "vitest";
import { BlobError, type BlobId, blobIdOf, encodeManifest } from "../blobs/index.ts";
import { type ArtefactSource, artefact } from "./artefacts.ts";

const CHUNK = new Uint8Array(4 * 1024 * 1024).fill(7);
const blobs = new Map<BlobId, Uint8Array>([[blobIdOf(CHUNK), CHUNK]]);

/** An artefact that names one chunk several times. */
function repeated(times: number): BlobId {
  const manifest = encodeManifest({ size: CHUNK.length * times, chunks: Array(times).fill(blobIdOf(CHUNK)) });
  blobs.set(blobIdOf(manifest), manifest);
  return blobIdOf(manifest);
}

function source(mostBytes?: number): ArtefactSource & { readonly asked: BlobId[] } {
  const asked: BlobId[] = [];
  const blob = async (id: BlobId) => {
    asked.push(id);
    const bytes = blobs.get(id);
    if (!bytes) throw new BlobError("missing", `nobody has ${id}`);
    return bytes;
  };
  return { blob, mostBytes, asked };
}

test("default: chunks are joined in order, a plain blob is itself", async () => {
  expect((await artefact(source(), repeated(3))).length).toBe(3 * CHUNK.length);
  expect(await artefact(source(1), blobIdOf(CHUNK))).toBe(CHUNK);
});

test("behavior: what is longer than the bound is refused before a chunk of it is fetched", async () => {
  const id = repeated(200);
  const from = source(100 * CHUNK.length);
  await expect(artefact(from, id)).rejects.toMatchObject({ code: "too-large" });
  expect(from.asked).toEqual([id]);
});
