import {
  type BlobId,
  downloadBlob,
  downloadLarge,
  looksLikeManifest,
  MAX_BLOB_BYTES,
  type UploadSigner,
  uploadBlob,
  uploadLarge,
} from "../../node/blobs/index.ts";

/** Uploads an artefact of any size; returns the id that goes on chain: the blob's, or its manifest's when it is large. */
export function uploadArtefact(url: string, signer: UploadSigner, bytes: Uint8Array): Promise<BlobId> {
  return bytes.length > MAX_BLOB_BYTES ? uploadLarge(url, signer, bytes) : uploadBlob(url, signer, bytes);
}

/** Inverse of `uploadArtefact`. */
export async function downloadArtefact(url: string, id: BlobId): Promise<Uint8Array> {
  const first = await downloadBlob(url, id);
  return looksLikeManifest(first) ? downloadLarge(url, id) : first;
}
