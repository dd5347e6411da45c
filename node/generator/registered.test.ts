import { expect, test } from "vitest";
import { fromHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { blobIdOf } from "../blobs/index.ts";
import { fetchGenerator, type GeneratorSource } from "./registered.ts";

test("a generator of more bytes than there is room for is not fetched to its end", async () => {
  const [manifest, weights, header] = [new Uint8Array(20), new Uint8Array(60).fill(1), new Uint8Array(30).fill(2)];
  const blobs = new Map([manifest, weights, header].map((bytes) => [blobIdOf(bytes), bytes]));
  const asked: string[] = [];
  const source = {
    blobs: {
      async blob(id: string) {
        asked.push(id);
        const bytes = blobs.get(id);
        if (!bytes) throw new Error(`nobody has ${id}`);
        return bytes;
      },
    },
  } as unknown as GeneratorSource;
  const id = (bytes: Uint8Array) => fromHex(blobIdOf(bytes));
  const model = Model.fromPartial({
    ...{ id: "g", manifestBlob: id(manifest), manifestHash: sha256(manifest) },
    ...{ weightsBlob: id(weights), weightsHash: sha256(weights) },
    index: { headerBlob: id(header), root: sha256(header) },
  });
  await expect(fetchGenerator(source, model, 79)).rejects.toMatchObject({ code: "too-large" });
  expect(asked).toEqual([blobIdOf(manifest), blobIdOf(weights)]);
  await expect(fetchGenerator(source, model, 109)).rejects.toMatchObject({ code: "too-large" });
  await expect(fetchGenerator(source, model, 110)).rejects.toThrow("nobody has");
});
