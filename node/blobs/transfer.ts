import { BlobsRequest, BlobsResponse } from "../../proto/gen/openledger/p2p/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { P2pError, reasonOf } from "../p2p/errors.ts";
import type { Host } from "../p2p/host.ts";
import { MAX_HAVE_IDS } from "../p2p/limits.ts";
import type { PeerId } from "../p2p/ports.ts";
import type { RequestOptions, RequestResponse } from "../p2p/reqresp.ts";
import { Slots } from "../p2p/slots.ts";
import { BlobError } from "./errors.ts";
import { type BlobId, blobIdOf, hashOfId, parseBlobId, toBlobId } from "./id.ts";
import * as limits from "./limits.ts";
import { decodeManifest, joinChunks } from "./manifest.ts";
import type { BlobStore } from "./store.ts";

export interface BlobTransferPorts {
  readonly host: Host;
  readonly requests: RequestResponse;
  readonly store: BlobStore;
}

export interface EnsureOptions {
  readonly timeoutMs?: number;
}

/** Fetches blobs from peers by id, and serves the node's own. Every byte from a peer is checked against its id. */
export class BlobTransfer {
  readonly #protocol: string;
  readonly #ports: BlobTransferPorts;
  readonly #fetching = new Map<BlobId, Promise<Uint8Array>>();
  readonly #slots = new Slots({ slots: limits.MAX_PARALLEL_FETCHES, maxWaiting: limits.MAX_BLOBS_FETCHING });
  #turn = 0;

  /** `protocol` is `/openledger/<chainId>/blobs/1`. */
  constructor(options: { readonly protocol: string }, ports: BlobTransferPorts) {
    this.#protocol = options.protocol;
    this.#ports = ports;
  }

  async start(): Promise<void> {
    const serve = (bytes: Uint8Array): Promise<Uint8Array> => this.#serve(bytes);
    await this.#ports.requests.handle(this.#protocol, serve, { maxRequestBytes: MAX_REQUEST_BYTES });
  }

  async stop(): Promise<void> {
    await this.#ports.requests.unhandle(this.#protocol);
  }

  /**
   * The blob's bytes, from the store or else from peers (and then stored).
   * Throws `missing`, naming who was asked; or what the store throws.
   */
  async ensure(id: BlobId, options: EnsureOptions = {}): Promise<Uint8Array> {
    parseBlobId(id);
    const own = await this.#fromStore(id);
    if (own) return own;
    const fetching = this.#fetching.get(id);
    if (fetching) return fetching;
    if (this.#fetching.size >= limits.MAX_BLOBS_FETCHING) {
      throw new BlobError("busy", `${this.#fetching.size} blobs are being fetched already`, {
        nextStep: "Try again later",
      });
    }
    const fetched = this.#fetch(id, options.timeoutMs ?? limits.DEFAULT_ENSURE_TIMEOUT_MS);
    this.#fetching.set(id, fetched);
    try {
      return await fetched;
    } finally {
      this.#fetching.delete(id);
    }
  }

  /** An artefact by its manifest's id, every chunk fetched as needed. Throws as `ensure`, and `bad-manifest`. */
  async ensureLarge(id: BlobId, options: EnsureOptions = {}): Promise<Uint8Array> {
    const manifest = decodeManifest(await this.ensure(id, options));
    const chunks = await Promise.all(manifest.chunks.map((chunk) => this.ensure(chunk, options)));
    return joinChunks(manifest, chunks);
  }

  async #fromStore(id: BlobId): Promise<Uint8Array | undefined> {
    try {
      return await this.#ports.store.get(id);
    } catch (error) {
      if (error instanceof BlobError && (error.code === "missing" || error.code === "corrupt")) return undefined;
      throw error;
    }
  }

  async #fetch(id: BlobId, timeoutMs: number): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = new Map<PeerId, string>();
    for (let delayMs = limits.RETRY_MIN_DELAY_MS; ; delayMs = Math.min(delayMs * 2, limits.RETRY_MAX_DELAY_MS)) {
      const bytes = await this.#askAll(id, asked, signal);
      if (bytes) {
        await this.#ports.store.put(bytes);
        return bytes;
      }
      if (!(await sleep(delayMs, signal))) throw missing(id, asked);
    }
  }

  /** One round: asks peers who has the blob, and takes it from the first that gives the right bytes. */
  async #askAll(id: BlobId, asked: Map<PeerId, string>, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const peers = this.#peersInTurn();
    const holders: PeerId[] = [];
    let wake: (() => void) | undefined;
    let open = peers.length;
    for (const peer of peers) {
      void this.#has(peer, id, signal).then((answer) => {
        asked.set(peer, answer === true ? "has it" : answer);
        if (answer === true) holders.push(peer);
        open--;
        wake?.();
      });
    }
    for (;;) {
      const holder = holders.shift();
      if (holder) {
        const bytes = await this.#take(holder, id, asked, signal);
        if (bytes) return bytes;
      } else if (open === 0 || signal.aborted) return undefined;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  /** Connected peers, best scores first, in turn among equals, so that one peer does not serve everything. */
  #peersInTurn(): PeerId[] {
    const { host } = this.#ports;
    const peers = host.peers();
    const first = peers.length > 0 ? this.#turn++ % peers.length : 0;
    const turned = [...peers.slice(first), ...peers.slice(0, first)];
    return turned.sort((a, b) => host.book.score(b) - host.book.score(a)).slice(0, limits.MAX_PEERS_ASKED);
  }

  async #has(peer: PeerId, id: BlobId, signal: AbortSignal): Promise<true | string> {
    try {
      const request: BlobsRequest = { have: { ids: [hashOfId(id)] } };
      const options = { timeoutMs: limits.HAVE_TIMEOUT_MS, maxResponseBytes: 1024, signal };
      const { have } = await this.#ask(peer, request, options);
      return have?.have[0] === true ? true : "does not have it";
    } catch (error) {
      return codeOf(error);
    }
  }

  async #take(
    peer: PeerId,
    id: BlobId,
    asked: Map<PeerId, string>,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    try {
      // Slots are held only while bytes flow: blobs that nobody has must not keep others waiting.
      await this.#slots.acquire(signal);
      const { get } = await this.#get(peer, id, signal).finally(() => this.#slots.release());
      if (!get?.found) {
        asked.set(peer, "does not have it");
        return undefined;
      }
      if (blobIdOf(get.data) === id) return get.data;
      asked.set(peer, "sent other bytes");
      this.#ports.host.book.penalise(peer, "corrupt-blob", id);
    } catch (error) {
      asked.set(peer, codeOf(error));
    }
    return undefined;
  }

  #get(peer: PeerId, id: BlobId, signal: AbortSignal): Promise<BlobsResponse> {
    const options = { timeoutMs: limits.GET_TIMEOUT_MS, maxResponseBytes: MAX_RESPONSE_BYTES, signal };
    return this.#ask(peer, { get: { id: hashOfId(id) } }, options);
  }

  async #ask(peer: PeerId, request: BlobsRequest, options: RequestOptions): Promise<BlobsResponse> {
    const bytes = await this.#ports.requests.request(peer, this.#protocol, encodeBytes(BlobsRequest, request), options);
    try {
      return decodeStrict(BlobsResponse, bytes);
    } catch (error) {
      this.#ports.host.book.penalise(peer, "bad-response", `blobs: ${reasonOf(error)}`);
      throw new P2pError("bad-response", `peer ${peer}: ${reasonOf(error)}`, { peer });
    }
  }

  async #serve(bytes: Uint8Array): Promise<Uint8Array> {
    const request = decodeRequest(bytes);
    if (request.have) {
      const have = request.have.ids.map((id) => this.#ports.store.has(toBlobId(id)));
      return encodeBytes(BlobsResponse, { have: { have } });
    }
    const data = await this.#fromStore(toBlobId(request.get!.id));
    return encodeBytes(BlobsResponse, { get: { found: data !== undefined, data: data ?? new Uint8Array(0) } });
  }
}

/** 256 ids with their tags. */
const MAX_REQUEST_BYTES = MAX_HAVE_IDS * 34 + 64;
const MAX_RESPONSE_BYTES = limits.MAX_BLOB_BYTES + 64;

function decodeRequest(bytes: Uint8Array): BlobsRequest {
  let request: BlobsRequest;
  try {
    request = decodeStrict(BlobsRequest, bytes);
  } catch (error) {
    throw new P2pError("refused", `not a question about blobs: ${reasonOf(error)}`);
  }
  const ids = request.have?.ids ?? (request.get ? [request.get.id] : []);
  if (ids.length === 0 || ids.length > MAX_HAVE_IDS || ids.some((id) => id.length !== 32)) {
    throw new P2pError("refused", `a question names 1 to ${MAX_HAVE_IDS} ids of 32 bytes`);
  }
  return request;
}

function missing(id: BlobId, asked: ReadonlyMap<PeerId, string>): BlobError {
  const answers = [...asked].map(([peer, answer]) => `${peer}: ${answer}`).join("; ");
  const who = asked.size > 0 ? `${asked.size} peers were asked (${answers})` : "no peer could be asked";
  return new BlobError("missing", `missing blob ${id}: it is not here, and ${who}`, {
    nextStep: "Upload it with `openledgerd blob put`, or connect to a node that has it",
  });
}

function codeOf(error: unknown): string {
  return error instanceof P2pError ? error.code : "failed";
}

/** False when the signal aborted first. */
function sleep(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const done = (slept: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      resolve(slept);
    };
    const onAbort = (): void => done(false);
    const timer = setTimeout(() => done(true), ms);
    signal.addEventListener("abort", onAbort);
  });
}
