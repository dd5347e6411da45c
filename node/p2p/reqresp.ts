import type { Stream } from "@libp2p/interface";
import { type AnswerStatus, encodeAnswer, MAX_REASON_BYTES, openAnswer, readFrame } from "./answers.ts";
import { P2pError, reasonOf } from "./errors.ts";
import { encodeFrame } from "./frames.ts";
import type { Host } from "./host.ts";
import * as limits from "./limits.ts";
import type { PeerId, Unsubscribe } from "./ports.ts";
import { TokenBucket } from "./rate.ts";
import { Slots } from "./slots.ts";

export interface RequestOptions {
  readonly timeoutMs?: number;
  /** Longest answer accepted; 24 MiB unless told. */
  readonly maxResponseBytes?: number;
  readonly signal?: AbortSignal;
}

/** Answers one request. Throw a `P2pError` of code `refused` to tell the peer why; other errors stay here. */
export type RequestHandler = (request: Uint8Array, peer: PeerId, signal: AbortSignal) => Promise<Uint8Array>;

export interface HandlerOptions {
  readonly maxRequestBytes?: number;
  /** Requests of one peer served at once. */
  readonly maxPerPeer?: number;
  /** Time after which the handler's signal aborts and the stream closes. */
  readonly timeoutMs?: number;
}

/** Request and response over a new stream each, as one length-framed message in each direction. */
export class RequestResponse {
  readonly #host: Host;
  readonly #outgoing = new Map<PeerId, Slots>();
  readonly #serving = new Map<string, number>();
  readonly #served = new Map<PeerId, TokenBucket>();
  readonly #undo: Unsubscribe;

  constructor(ports: { readonly host: Host }) {
    this.#host = ports.host;
    this.#undo = ports.host.onPeer({ down: (peer) => this.#forget(peer) });
  }

  stop(): void {
    this.#undo();
  }

  /**
   * Asks a peer. At most 8 requests to one peer are under way, further ones wait within their timeout.
   * Throws `not-connected`, `unsupported-protocol`, `timeout`, `busy`, `refused`, `bad-response` or `closed`.
   */
  async request(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    options: RequestOptions = {},
  ): Promise<Uint8Array> {
    const deadline = AbortSignal.timeout(options.timeoutMs ?? limits.DEFAULT_REQUEST_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    const slots = this.#slots(peer);
    let outcome = "ok";
    let asked = false;
    try {
      await slots.acquire(signal);
      asked = true;
      try {
        return await this.#exchange(peer, protocol, request, signal, options.maxResponseBytes);
      } finally {
        slots.release();
      }
    } catch (error) {
      const known = asP2pError(error, peer, protocol);
      outcome = known.code;
      if (known.code === "timeout" && asked && deadline.aborted) this.#host.book.penalise(peer, "timeout", protocol);
      if (known.code === "frame-too-large" || known.code === "frame-malformed") {
        this.#host.book.penalise(peer, "bad-response", known.message);
      }
      throw known;
    } finally {
      this.#host.metrics.requests.inc({ protocol: lastName(protocol), outcome });
    }
  }

  /** Serves a protocol. */
  async handle(protocol: string, handler: RequestHandler, options: HandlerOptions = {}): Promise<void> {
    const rules = {
      maxRequestBytes: options.maxRequestBytes ?? limits.MAX_REQUEST_BYTES,
      maxPerPeer: options.maxPerPeer ?? limits.MAX_SERVED_PER_PEER,
      timeoutMs: options.timeoutMs ?? limits.DEFAULT_REQUEST_TIMEOUT_MS,
    };
    const serve = (stream: Stream, peer: PeerId): void => void this.#serve(stream, peer, protocol, handler, rules);
    await this.#host.handle(protocol, serve, { maxInboundStreams: rules.maxPerPeer * 2 });
  }

  async unhandle(protocol: string): Promise<void> {
    await this.#host.unhandle(protocol);
  }

  async #exchange(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    signal: AbortSignal,
    maxResponseBytes: number = limits.MAX_RESPONSE_BYTES,
  ): Promise<Uint8Array> {
    const stream = await this.#host.openStream(peer, protocol, signal);
    try {
      stream.send(encodeFrame(request));
      const frame = await readFrame(stream, maxResponseBytes + 1, signal);
      await stream.close({ signal }).catch(() => undefined);
      return openAnswer(frame, peer);
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async #serve(
    stream: Stream,
    peer: PeerId,
    protocol: string,
    handler: RequestHandler,
    rules: Required<HandlerOptions>,
  ): Promise<void> {
    const signal = AbortSignal.timeout(rules.timeoutMs);
    const key = `${peer} ${protocol}`;
    const active = this.#serving.get(key) ?? 0;
    this.#serving.set(key, active + 1);
    let outcome: AnswerStatus | "failed" = "failed";
    try {
      const request = await readFrame(stream, rules.maxRequestBytes, signal);
      const [status, payload] = await this.#answer(peer, handler, request, signal, active >= rules.maxPerPeer);
      outcome = status;
      stream.send(encodeAnswer(status, payload));
      await stream.close({ signal });
    } catch (error) {
      const known = asP2pError(error, peer, protocol);
      if (known.code === "frame-too-large") this.#host.book.penalise(peer, "oversize-frame", protocol);
      this.#host.log.debug({ peer, protocol, reason: known.message }, "request not served");
      stream.abort(known);
    } finally {
      const left = (this.#serving.get(key) ?? 1) - 1;
      if (left > 0) this.#serving.set(key, left);
      else this.#serving.delete(key);
      this.#host.metrics.served.inc({ protocol: lastName(protocol), outcome });
    }
  }

  async #answer(
    peer: PeerId,
    handler: RequestHandler,
    request: Uint8Array,
    signal: AbortSignal,
    overLimit: boolean,
  ): Promise<[status: AnswerStatus, payload: Uint8Array]> {
    const budget = this.#budget(peer);
    if (overLimit || budget.waitMs() > 0) {
      this.#host.book.penalise(peer, "too-many-requests");
      return ["busy", utf8("more requests than your share, ask again later")];
    }
    try {
      const payload = await handler(request, peer, signal);
      budget.take(payload.length + REQUEST_COST_BYTES);
      return ["ok", payload];
    } catch (error) {
      budget.take(REQUEST_COST_BYTES);
      if (error instanceof P2pError && error.code === "refused") return ["refused", utf8(error.message)];
      this.#host.log.warn({ peer, reason: reasonOf(error) }, "request handler failed");
      return ["internal", utf8("internal error")];
    }
  }

  #slots(peer: PeerId): Slots {
    const known = this.#outgoing.get(peer);
    if (known) return known;
    const slots = new Slots({ slots: limits.MAX_REQUESTS_PER_PEER, maxWaiting: limits.MAX_QUEUED_REQUESTS_PER_PEER });
    this.#outgoing.set(peer, slots);
    return slots;
  }

  #budget(peer: PeerId): TokenBucket {
    const known = this.#served.get(peer);
    if (known) return known;
    const rate = { perSecond: limits.SERVE_BYTES_PER_SECOND, burst: limits.SERVE_BURST_BYTES };
    const budget = new TokenBucket(rate, this.#host.nowMs);
    this.#served.set(peer, budget);
    return budget;
  }

  #forget(peer: PeerId): void {
    this.#outgoing.delete(peer);
    this.#served.delete(peer);
  }
}

/** What a request costs of the serving budget beside its answer, so that tiny questions are limited too. */
const REQUEST_COST_BYTES = 4_096;

function asP2pError(error: unknown, peer: PeerId, protocol: string): P2pError {
  if (error instanceof P2pError) return error;
  return new P2pError("closed", `${protocol} with ${peer}: ${reasonOf(error)}`, { peer, cause: error });
}

function lastName(protocol: string): string {
  return protocol.split("/").at(-2) ?? protocol;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text).subarray(0, MAX_REASON_BYTES);
}
