import { P2pError } from "./errors.ts";

/** Frame: length as 4 bytes, big-endian, then that many bytes. A frame of length 0 is a keep-alive. */
export const FRAME_HEADER_BYTES = 4;

/** `payload` with its header, in one buffer that may be sent to many peers. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/**
 * Cuts a byte stream into frames. Holds at most what has been received; a length over the limit throws
 * `frame-too-large` as soon as the header is there, before its payload is stored.
 */
export class FrameDecoder {
  maxFrameBytes: number;
  #chunks: Uint8Array[] = [];
  /** Chunks before this index are consumed: shifting an array of many tiny chunks would be quadratic. */
  #head = 0;
  #buffered = 0;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  get bufferedBytes(): number {
    return this.#buffered;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /** The next whole frame's payload (a copy), or undefined until more bytes arrive. */
  next(): Uint8Array | undefined {
    if (this.#buffered < FRAME_HEADER_BYTES) return undefined;
    const length = this.#peekLength();
    if (length > this.maxFrameBytes) {
      throw new P2pError("frame-too-large", `frame of ${length} bytes, at most ${this.maxFrameBytes} are allowed`);
    }
    if (this.#buffered < FRAME_HEADER_BYTES + length) return undefined;
    this.#take(FRAME_HEADER_BYTES);
    return this.#take(length);
  }

  #peekLength(): number {
    let length = 0;
    let seen = 0;
    for (let c = this.#head; seen < FRAME_HEADER_BYTES; c++) {
      for (const byte of this.#chunks[c]!.subarray(0, FRAME_HEADER_BYTES - seen)) {
        length = length * 256 + byte;
        seen++;
      }
    }
    return length;
  }

  #take(count: number): Uint8Array {
    const taken = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const chunk = this.#chunks[this.#head]!;
      const part = chunk.subarray(0, count - filled);
      taken.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) this.#chunks[this.#head] = chunk.subarray(part.length);
      else this.#head++;
    }
    this.#buffered -= count;
    if (this.#head > 1024 || this.#buffered === 0) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}
