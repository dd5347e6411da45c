// A frame: magic (2 bytes), payload length (4, big endian), CRC-32C of the payload (4), CRC-32C of these ten bytes (4),
// payload. The log only grows, so a crash can tear its end; anything wrong before a readable frame is damage that must
// not be passed over. The header has its own checksum, so that a frame that was cut short is known from one whose length
// is damaged, without looking for frames inside its payload (blocks hold what users put there).

const MAGIC = [0xc5, 0x7a] as const;
const HEADER_BYTES = 14;
const HEADER_CRC_AT = 10;

/**
 * Why a log can't be read.
 *
 * - `corrupt`: a frame is damaged and readable frames follow it. Restore the file from a copy, or, if this validator's
 *   sign state is intact, remove it and let the node fetch the height from peers.
 * - `bad_record`: a frame is whole, but holds no record of this version
 */
export type WalErrorCode = "corrupt" | "bad_record";

export class WalError extends Error {
  readonly code: WalErrorCode;
  /** Byte offset in the log, or the number of the record for `bad_record`. */
  readonly offset: number;
  constructor(code: WalErrorCode, offset: number, message: string) {
    super(message);
    this.name = "WalError";
    this.code = code;
    this.offset = offset;
  }
}

export interface WalContent {
  readonly payloads: readonly Uint8Array[];
  /** Bytes of whole frames; what follows is a torn tail, to be cut off before the next append. */
  readonly validLength: number;
}

export function encodeFrame(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(frame.buffer);
  frame.set(MAGIC);
  view.setUint32(2, payload.length);
  view.setUint32(6, crc32c(payload));
  view.setUint32(HEADER_CRC_AT, crc32c(frame.subarray(0, HEADER_CRC_AT)));
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Throws WalError `corrupt` when a damaged frame is followed by a whole one; a torn tail is left out. */
export function decodeWal(bytes: Uint8Array): WalContent {
  const payloads: Uint8Array[] = [];
  let offset = 0;
  for (;;) {
    const frame = frameAt(bytes, offset);
    if (!frame?.payload) {
      refuseDamage(bytes, offset, frame ? frame.end : offset + 1);
      return { payloads, validLength: offset };
    }
    payloads.push(frame.payload);
    offset = frame.end;
  }
}

/** Bytes that can't be read must be the end of the log: no whole frame may start at or after `from`. */
function refuseDamage(bytes: Uint8Array, offset: number, from: number): void {
  for (let later = from; later + HEADER_BYTES <= bytes.length; later++) {
    if (!frameAt(bytes, later)?.payload) continue;
    throw new WalError(
      "corrupt",
      offset,
      `the log is damaged at byte ${offset}, before a whole record at byte ${later}`,
    );
  }
}

interface Frame {
  /** Undefined when the payload is cut short or damaged. */
  readonly payload: Uint8Array | undefined;
  readonly end: number;
}

/** The frame whose undamaged header is at `offset`. */
function frameAt(bytes: Uint8Array, offset: number): Frame | undefined {
  if (bytes[offset] !== MAGIC[0] || bytes[offset + 1] !== MAGIC[1]) return undefined;
  if (offset + HEADER_BYTES > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
  if (view.getUint32(HEADER_CRC_AT) !== crc32c(bytes.subarray(offset, offset + HEADER_CRC_AT))) return undefined;
  const end = offset + HEADER_BYTES + view.getUint32(2);
  const payload = bytes.subarray(offset + HEADER_BYTES, end);
  const whole = end <= bytes.length && crc32c(payload) === view.getUint32(6);
  return { payload: whole ? payload : undefined, end };
}

/** Castagnoli polynomial, reflected (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc >>> 0;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
