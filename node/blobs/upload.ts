import { type NodeLog, SILENT_LOG } from "../p2p/ports.ts";
import { BlobError, type BlobErrorCode } from "./errors.ts";
import { type BlobId, blobIdOf, parseBlobId } from "./id.ts";
import { MAX_BLOB_BYTES, MAX_HTTP_FETCHES } from "./limits.ts";
import type { BlobStore, IsReferenced } from "./store.ts";
import { checkUploadAuth, parseUploadAuth, type UploadAuth } from "./upload-auth.ts";

/** A request as any HTTP server can give it. `path` has no query; header names are lower case. */
export interface BlobHttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export interface BlobHttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export interface BlobHttpOptions {
  readonly chainId: string;
  /** Bech32 prefix of accounts. */
  readonly prefix: string;
}

export interface BlobHttpPorts {
  readonly store: BlobStore;
  readonly accountExists: (address: string) => Promise<boolean>;
  readonly isReferenced: IsReferenced;
  /** Gets a blob that is not here from peers; without it such a blob is not found. */
  readonly fetch?: (id: BlobId) => Promise<Uint8Array>;
  readonly log?: NodeLog;
  readonly wallClockMs?: () => number;
}

/** The server that mounts this must refuse bodies over this size. */
export const MAX_BODY_BYTES = MAX_BLOB_BYTES;

/** HTTP status of each error. */
export const HTTP_STATUS: Readonly<Record<BlobErrorCode, number>> = {
  "bad-id": 400,
  empty: 400,
  "too-large": 413,
  "hash-mismatch": 400,
  corrupt: 404,
  missing: 404,
  "bad-manifest": 400,
  "quota-account": 429,
  "quota-total": 507,
  "bad-request": 400,
  expired: 401,
  "bad-signature": 401,
  "unknown-account": 403,
  busy: 503,
  io: 500,
};

/**
 * Blobs over HTTP, whatever the server: `POST /blobs` (signed), `GET /blobs/<id>`, `GET /blobs/<id>/status`.
 * Errors are `{code, message, nextStep}`.
 */
export class BlobHttp {
  readonly #options: BlobHttpOptions;
  readonly #ports: BlobHttpPorts;
  readonly #log: NodeLog;
  readonly #nowMs: () => number;
  #fetches = 0;

  constructor(options: BlobHttpOptions, ports: BlobHttpPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#log = ports.log ?? SILENT_LOG;
    this.#nowMs = ports.wallClockMs ?? Date.now;
  }

  /** Never throws: every failure is a response. */
  async handle(request: BlobHttpRequest): Promise<BlobHttpResponse> {
    try {
      return await this.#route(request);
    } catch (error) {
      if (error instanceof BlobError) {
        const { code, message, nextStep } = error;
        if (code === "io") this.#log.error({ code, reason: message }, "blob request failed");
        return json(HTTP_STATUS[code], { code, message, nextStep });
      }
      this.#log.error({ reason: error instanceof Error ? error.message : String(error) }, "blob request failed");
      return json(500, { code: "internal", message: "the node could not answer; its log says why" });
    }
  }

  async #route(request: BlobHttpRequest): Promise<BlobHttpResponse> {
    const [, root, idText, leaf, ...rest] = request.path.replace(/\/$/, "").split("/");
    if (root !== "blobs" || rest.length > 0) return notFound();
    if (request.method === "POST" && idText === undefined) return this.#upload(request);
    if ((request.method !== "GET" && request.method !== "HEAD") || idText === undefined) return notFound();
    const id = parseBlobId(idText);
    if (leaf === "status") return this.#status(id);
    return leaf === undefined ? this.#download(id) : notFound();
  }

  async #upload(request: BlobHttpRequest): Promise<BlobHttpResponse> {
    const auth = parseUploadAuth(request.headers);
    const id = blobIdOf(request.body);
    const nowSeconds = Math.floor(this.#nowMs() / 1000);
    checkUploadAuth(auth, { ...this.#options, id, nowSeconds });
    const known = this.#ports.store.has(id);
    if (!(await this.#ports.accountExists(auth.account))) {
      throw new BlobError("unknown-account", `account ${auth.account} does not exist on ${this.#options.chainId}`, {
        nextStep: "Send some coins to it first: only accounts of the chain may upload",
      });
    }
    await this.#put(request.body, auth);
    this.#log.debug({ id, bytes: request.body.length, account: auth.account }, "blob uploaded");
    return json(known ? 200 : 201, { id, bytes: request.body.length });
  }

  /** A quota that seems exhausted may only be out of date: the chain is asked again before refusing. */
  async #put(bytes: Uint8Array, { account }: UploadAuth): Promise<void> {
    const { store, isReferenced } = this.#ports;
    try {
      await store.put(bytes, { uploader: account });
    } catch (error) {
      if (!(error instanceof BlobError) || error.code !== "quota-account") throw error;
      await store.refresh(isReferenced, account);
      await store.put(bytes, { uploader: account });
    }
  }

  async #download(id: BlobId): Promise<BlobHttpResponse> {
    const bytes = await this.#load(id);
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(bytes.length),
      // The id names the bytes: they never change.
      "cache-control": "public, max-age=31536000, immutable",
      etag: `"${id}"`,
      "x-content-type-options": "nosniff",
    };
    return { status: 200, headers, body: bytes };
  }

  async #load(id: BlobId): Promise<Uint8Array> {
    const { store, fetch } = this.#ports;
    try {
      return await store.get(id);
    } catch (error) {
      const absent = error instanceof BlobError && (error.code === "missing" || error.code === "corrupt");
      if (!absent || !fetch) throw error;
      if (this.#fetches >= MAX_HTTP_FETCHES) {
        throw new BlobError("busy", "too many missing blobs are being fetched", { nextStep: "Try again later" });
      }
      this.#fetches++;
      return await fetch(id).finally(() => this.#fetches--);
    }
  }

  #status(id: BlobId): BlobHttpResponse {
    const info = this.#ports.store.info(id);
    if (!info) return json(200, { id, stored: false });
    const { bytes, uploader, referenced, pinned } = info;
    return json(200, { id, stored: true, bytes, uploader, referenced, pinned });
  }
}

function json(status: number, value: object): BlobHttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

function notFound(): BlobHttpResponse {
  return json(404, {
    code: "bad-request",
    message: "no such resource",
    nextStep: "POST /blobs, GET /blobs/<id> and GET /blobs/<id>/status exist",
  });
}
