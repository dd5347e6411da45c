import { BlobError, type BlobErrorCode } from "./errors.ts";
import { type BlobId, blobIdOf, parseBlobId } from "./id.ts";
import { MAX_BLOB_BYTES } from "./limits.ts";
import { chunkSize, decodeManifest, encodeManifest, intoChunks, joinChunks } from "./manifest.ts";
import { UPLOAD_HEADERS, uploadDigest } from "./upload-auth.ts";

/** Who signs uploads: an account of the chain. */
export interface UploadSigner {
  readonly chainId: string;
  readonly account: string;
  /** Compressed secp256k1 key, 33 bytes. */
  readonly pubKey: Uint8Array;
  /** R||S with low S over a 32-byte digest. */
  readonly sign: (digest: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

export interface ClientOptions {
  readonly timeoutMs?: number;
  /** Validity of each signature. */
  readonly expirySeconds?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_EXPIRY_SECONDS = 300;

/** Uploads one blob (at most 4 MiB) to a node and returns its id. Throws the node's `BlobError`. */
export async function uploadBlob(
  rpcUrl: string,
  signer: UploadSigner,
  bytes: Uint8Array,
  options: ClientOptions = {},
): Promise<BlobId> {
  if (bytes.length > MAX_BLOB_BYTES) {
    throw new BlobError("too-large", `${bytes.length} bytes do not fit one blob`, { nextStep: "Use uploadLarge" });
  }
  const id = blobIdOf(bytes);
  const expiry = Math.floor(Date.now() / 1000) + (options.expirySeconds ?? DEFAULT_EXPIRY_SECONDS);
  const signature = await signer.sign(uploadDigest(signer.chainId, id, expiry));
  const headers = {
    "content-type": "application/octet-stream",
    [UPLOAD_HEADERS.account]: signer.account,
    [UPLOAD_HEADERS.pubKey]: Buffer.from(signer.pubKey).toString("base64"),
    [UPLOAD_HEADERS.signature]: Buffer.from(signature).toString("base64"),
    [UPLOAD_HEADERS.expiry]: String(expiry),
  };
  const response = await call(rpcUrl, "/blobs", { method: "POST", headers, body: new Uint8Array(bytes) }, options);
  if (!response.ok) throw await errorOf(response);
  return id;
}

/** Uploads an artefact of any size as chunks and a manifest; returns the manifest's id. */
export async function uploadLarge(
  rpcUrl: string,
  signer: UploadSigner,
  bytes: Uint8Array,
  options: ClientOptions = {},
): Promise<BlobId> {
  const chunks: BlobId[] = [];
  for (const chunk of intoChunks(bytes)) chunks.push(await uploadBlob(rpcUrl, signer, chunk, options));
  return uploadBlob(rpcUrl, signer, encodeManifest({ size: bytes.length, chunks }), options);
}

/** Downloads a blob and checks it against its id. Throws `missing`, or `hash-mismatch` when the node lies. */
export async function downloadBlob(rpcUrl: string, idText: string, options: ClientOptions = {}): Promise<Uint8Array> {
  const id = parseBlobId(idText);
  const response = await call(rpcUrl, `/blobs/${id}`, { method: "GET" }, options);
  if (!response.ok) throw await errorOf(response);
  const bytes = await readBody(response);
  if (blobIdOf(bytes) !== id) {
    throw new BlobError("hash-mismatch", `${rpcUrl} answered with other bytes than blob ${id}`, {
      nextStep: "Ask another node",
    });
  }
  return bytes;
}

/** Downloads an artefact by its manifest's id; every chunk is checked. */
export async function downloadLarge(rpcUrl: string, id: string, options: ClientOptions = {}): Promise<Uint8Array> {
  const manifest = decodeManifest(await downloadBlob(rpcUrl, id, options));
  const chunks: Uint8Array[] = [];
  for (const [i, chunk] of manifest.chunks.entries()) {
    const bytes = await downloadBlob(rpcUrl, chunk, options);
    if (bytes.length !== chunkSize(manifest, i)) throw new BlobError("bad-manifest", `chunk ${i} has another size`);
    chunks.push(bytes);
  }
  return joinChunks(manifest, chunks);
}

async function call(rpcUrl: string, path: string, init: RequestInit, options: ClientOptions): Promise<Response> {
  const url = `${rpcUrl.replace(/\/$/, "")}${path}`;
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS) });
  } catch (cause) {
    throw new BlobError("io", `no answer from ${url}`, {
      nextStep: "Check the RPC address and that the node runs",
      cause,
    });
  }
}

/** The body, as long as it can be a blob at all. */
async function readBody(response: Response): Promise<Uint8Array> {
  const declared = Number(response.headers.get("content-length") ?? 0);
  const bytes = declared > MAX_BLOB_BYTES ? undefined : new Uint8Array(await response.arrayBuffer());
  if (!bytes || bytes.length > MAX_BLOB_BYTES) throw new BlobError("too-large", "the node sent more than one blob");
  return bytes;
}

async function errorOf(response: Response): Promise<BlobError> {
  const value: unknown = await response.json().catch(() => undefined);
  const { code, message } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof code === "string" && typeof message === "string") return new BlobError(code as BlobErrorCode, message);
  return new BlobError("bad-request", `the node answered with HTTP status ${response.status}`, {
    nextStep: "Check that the address is a node's RPC",
  });
}
