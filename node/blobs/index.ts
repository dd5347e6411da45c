export { downloadBlob, downloadLarge, type UploadSigner, uploadBlob, uploadLarge } from "./client.ts";
export { BlobError, type BlobErrorCode } from "./errors.ts";
export { type BlobId, blobIdOf, hashOfId, parseBlobId, toBlobId } from "./id.ts";
export { MAX_BLOB_BYTES } from "./limits.ts";
export { decodeManifest, encodeManifest, looksLikeManifest, type Manifest } from "./manifest.ts";
export { type BlobInfo, BlobStore, type BlobStoreOptions, type IsReferenced } from "./store.ts";
export { BlobTransfer, type EnsureOptions } from "./transfer.ts";
export { BlobHttp, type BlobHttpRequest, type BlobHttpResponse, MAX_BODY_BYTES } from "./upload.ts";
export { UPLOAD_HEADERS, uploadDigest } from "./upload-auth.ts";
