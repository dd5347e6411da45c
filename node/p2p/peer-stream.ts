import type { Stream } from "@libp2p/interface";
import { P2pError, reasonOf } from "./errors.ts";
import { encodeFrame, FrameDecoder } from "./frames.ts";
import { type ChainIdentity, checkHello, encodeHello, type PeerHello } from "./handshake.ts";
import { HANDSHAKE_TIMEOUT_MS, KEEPALIVE_INTERVAL_MS, MAX_HELLO_BYTES, STREAM_IDLE_TIMEOUT_MS } from "./limits.ts";
import { type Lane, Outbox } from "./outbox.ts";
import type { NowMs } from "./ports.ts";
import { TokenBucket } from "./rate.ts";

export interface PeerStreamOptions {
  readonly self: ChainIdentity;
  readonly maxFrameBytes: number;
  readonly maxOutboxBytes: number;
  readonly maxOutboxFrames: number;
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
  readonly messagesPerSecond: number;
  readonly burstMessages: number;
  readonly nowMs: NowMs;
}

export interface PeerStreamEvents {
  /** The peer's Hello was accepted; frames may be sent. */
  readonly onOpen: (hello: PeerHello) => void;
  readonly onFrame: (payload: Uint8Array) => void;
  /** A refused send may be tried again. */
  readonly onDrain: () => void;
  /** Once, with the reason when it was an error. */
  readonly onClose: (error: P2pError | undefined) => void;
}

/**
 * One direct stream to a peer: Hello, then frames. Reading faster than the rate limit pauses the stream, so that the
 * peer's own queue fills; nothing is dropped. Anything malformed closes the stream.
 */
export class PeerStream {
  readonly #stream: Stream;
  readonly #options: PeerStreamOptions;
  readonly #events: PeerStreamEvents;
  readonly #decoder = new FrameDecoder(MAX_HELLO_BYTES);
  readonly #outbox: Outbox;
  readonly #bytes: TokenBucket;
  readonly #messages: TokenBucket;
  #handshakeTimer: NodeJS.Timeout | undefined;
  #resumeTimer: NodeJS.Timeout | undefined;
  #state: "hello" | "open" | "closed" = "hello";
  #sentAtMs: number;
  #receivedAtMs: number;

  constructor(stream: Stream, options: PeerStreamOptions, events: PeerStreamEvents) {
    this.#stream = stream;
    this.#options = options;
    this.#events = events;
    this.#outbox = new Outbox(stream, { maxBytes: options.maxOutboxBytes, maxFrames: options.maxOutboxFrames });
    this.#bytes = new TokenBucket({ perSecond: options.bytesPerSecond, burst: options.burstBytes }, options.nowMs);
    this.#messages = new TokenBucket(
      { perSecond: options.messagesPerSecond, burst: options.burstMessages },
      options.nowMs,
    );
    this.#sentAtMs = this.#receivedAtMs = options.nowMs();
  }

  /** Sends the Hello and begins to read. */
  start(): void {
    const stream = this.#stream;
    this.#handshakeTimer = setTimeout(
      () => this.close(new P2pError("timeout", "the peer sent no Hello")),
      HANDSHAKE_TIMEOUT_MS,
    );
    stream.addEventListener("message", ({ data }) => {
      this.#receivedAtMs = this.#options.nowMs();
      this.#decoder.push(data.subarray());
      this.#read();
    });
    stream.addEventListener("drain", () => {
      if (this.#guard(() => this.#outbox.flush())) this.#events.onDrain();
    });
    stream.addEventListener("end", () => this.close());
    stream.addEventListener("close", ({ error }) =>
      this.close(error && new P2pError("closed", reasonOf(error), { cause: error })),
    );
    if (stream.readableEnded || stream.status !== "open") this.close();
    else this.#guard(() => stream.send(encodeFrame(encodeHello(this.#options.self))));
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  /** Sends or queues an encoded frame; false when not open or when the peer's queue is full. */
  send(frame: Uint8Array, lane: Lane): boolean {
    if (this.#state !== "open") return false;
    this.#sentAtMs = this.#options.nowMs();
    return this.#guard(() => this.#outbox.push(frame, lane)) ?? false;
  }

  /**
   * Keeps an idle stream alive; true when the peer has been silent for too long. Called every second. After `late`
   * ticks silence counts anew: this node itself stood still, and what the peer sent waits to be read.
   */
  tick(late: boolean): boolean {
    const now = this.#options.nowMs();
    if (late || this.#resumeTimer) this.#receivedAtMs = now;
    if (now - this.#sentAtMs >= KEEPALIVE_INTERVAL_MS) this.send(KEEPALIVE_FRAME, "urgent");
    return now - this.#receivedAtMs >= STREAM_IDLE_TIMEOUT_MS;
  }

  close(error?: P2pError): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearTimeout(this.#handshakeTimer);
    clearTimeout(this.#resumeTimer);
    this.#outbox.clear();
    // Own Hello must still reach the peer, so that it too can log why.
    if (!error || error.code === "wrong-chain") void this.#stream.close(closeOptions()).catch(() => undefined);
    else this.#stream.abort(error);
    this.#events.onClose(error);
  }

  /** Listeners run outside the guard: an error of theirs is this node's own and must not pass for the peer's. */
  #read(): void {
    for (let payload = this.#next(); payload; payload = this.#next()) {
      if (this.#state === "hello") this.#accept(payload);
      else if (payload.length > 0) this.#events.onFrame(payload);
    }
  }

  #next(): Uint8Array | undefined {
    return this.#guard(() => {
      if (this.#state === "closed") return undefined;
      const waitMs = Math.max(this.#bytes.waitMs(), this.#messages.waitMs());
      if (waitMs > 0) {
        this.#pauseFor(waitMs);
        return undefined;
      }
      const payload = this.#decoder.next();
      if (!payload) return undefined;
      this.#bytes.take(payload.length);
      this.#messages.take(1);
      return payload;
    });
  }

  #accept(payload: Uint8Array): void {
    const hello = this.#guard(() => checkHello(this.#options.self, payload));
    if (!hello) return;
    clearTimeout(this.#handshakeTimer);
    this.#decoder.maxFrameBytes = this.#options.maxFrameBytes;
    this.#state = "open";
    this.#events.onOpen(hello);
  }

  #pauseFor(waitMs: number): void {
    if (this.#resumeTimer) return;
    this.#stream.pause();
    this.#resumeTimer = setTimeout(() => {
      this.#resumeTimer = undefined;
      this.#read();
      if (this.#state !== "closed" && !this.#resumeTimer) this.#guard(() => this.#stream.resume());
    }, waitMs);
  }

  /** Runs something that may fail because of the peer or its stream: the stream then closes, nothing else. */
  #guard<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.close(error instanceof P2pError ? error : new P2pError("closed", reasonOf(error), { cause: error }));
      return undefined;
    }
  }
}

const KEEPALIVE_FRAME = encodeFrame(new Uint8Array(0));

function closeOptions(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(1_000) };
}
