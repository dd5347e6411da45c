import { P2pError } from "./errors.ts";

/** `urgent` frames (votes) overtake `bulk` frames (block parts) that still wait. */
export type Lane = "urgent" | "bulk";

/** The part of a libp2p stream that an outbox writes to. */
export interface Sink {
  readonly writableNeedsDrain: boolean;
  send(data: Uint8Array): boolean;
}

/**
 * Frames that wait for a slow peer, bounded by bytes and count. Call `flush` when the sink drained.
 * A refused frame is remembered: `flush` then answers true once half of the room is free again.
 */
export class Outbox {
  readonly #sink: Sink;
  readonly #maxBytes: number;
  readonly #maxFrames: number;
  #urgent: Uint8Array[] = [];
  #bulk: Uint8Array[] = [];
  #bytes = 0;
  #refused = false;

  constructor(sink: Sink, options: { readonly maxBytes: number; readonly maxFrames: number }) {
    if (options.maxBytes < 1 || options.maxFrames < 1) throw new P2pError("bad-option", "an outbox needs room");
    this.#sink = sink;
    this.#maxBytes = options.maxBytes;
    this.#maxFrames = options.maxFrames;
  }

  get queuedBytes(): number {
    return this.#bytes;
  }

  get queuedFrames(): number {
    return this.#urgent.length + this.#bulk.length;
  }

  /** Sends or queues a frame; false when there is no room, and then the frame is not kept. */
  push(frame: Uint8Array, lane: Lane): boolean {
    if (this.queuedFrames === 0 && !this.#sink.writableNeedsDrain) {
      this.#sink.send(frame);
      return true;
    }
    if (this.#bytes + frame.length > this.#maxBytes || this.queuedFrames >= this.#maxFrames) {
      this.#refused = true;
      return false;
    }
    (lane === "urgent" ? this.#urgent : this.#bulk).push(frame);
    this.#bytes += frame.length;
    return true;
  }

  /** Writes what the sink takes. True when a sender that was refused may go on. */
  flush(): boolean {
    this.#urgent = this.#write(this.#urgent);
    this.#bulk = this.#write(this.#bulk);
    if (!this.#refused || this.#bytes > this.#maxBytes / 2 || this.queuedFrames > this.#maxFrames / 2) return false;
    this.#refused = false;
    return true;
  }

  /** Drops everything. */
  clear(): void {
    this.#urgent = [];
    this.#bulk = [];
    this.#bytes = 0;
  }

  #write(queue: Uint8Array[]): Uint8Array[] {
    let sent = 0;
    while (sent < queue.length && !this.#sink.writableNeedsDrain) {
      const frame = queue[sent++]!;
      this.#bytes -= frame.length;
      this.#sink.send(frame);
    }
    return sent === 0 ? queue : queue.slice(sent);
  }
}
