import type { BlobId, BlobTransfer } from "../blobs/index.ts";
import { BlobError, decodeManifest, looksLikeManifest } from "../blobs/index.ts";
import { joinChunks } from "../blobs/manifest.ts";

/** Where blobs come from: this node's store and its peers, or an RPC server. Bytes match their id. */
export interface ArtefactSource {
  /** One blob. Throws BlobError, `missing` when nobody has it. */
  blob(id: BlobId): Promise<Uint8Array>;
  /** Bytes of the longest artefact that is joined from chunks: few chunks can be named as a gigabyte. */
  readonly mostBytes?: number | undefined;
}

/** Blobs by way of the node's exchange, each attempt bounded in time. */
export function artefactsOf(transfer: Pick<BlobTransfer, "ensure">, timeoutMs: number): ArtefactSource {
  return { blob: (id) => transfer.ensure(id, { timeoutMs }) };
}

/** An artefact: the blob itself, or the joined chunks when it is a manifest. Throws BlobError; too-large beyond the source's bound. */
export async function artefact(source: ArtefactSource, id: BlobId): Promise<Uint8Array> {
  const bytes = await source.blob(id);
  if (!looksLikeManifest(bytes)) return bytes;
  const manifest = decodeManifest(bytes);
  const { mostBytes = Number.POSITIVE_INFINITY } = source;
  if (manifest.size > mostBytes) {
    throw new BlobError(
      "too-large",
      `artefact ${id} has ${manifest.size} bytes, more than the ${mostBytes} allowed here`,
    );
  }
  const chunks: Uint8Array[] = [];
  // A few at a time: a large artefact must not take every slot of the exchange.
  for (let at = 0; at < manifest.chunks.length; at += PARALLEL_CHUNKS) {
    const some = manifest.chunks.slice(at, at + PARALLEL_CHUNKS);
    chunks.push(...(await Promise.all(some.map((chunk) => source.blob(chunk)))));
  }
  return joinChunks(manifest, chunks);
}

const PARALLEL_CHUNKS = 4;
