import { describe, expect, test } from "vitest";
import { concatBytes } from "../crypto/hash.ts";
import { crc32c, decodeWal, encodeFrame, WalError } from "./wal.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const payloads = ["first", "", "third record", "last"].map(utf8);
const frames = payloads.map(encodeFrame);
const log = concatBytes(...frames);
const ends = frames.map((_, i) => frames.slice(0, i + 1).reduce((sum, frame) => sum + frame.length, 0));

test("crc32c of the RFC 3720 vectors", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(utf8("123456789"))).toBe(0xe3069283);
});

test("records come back in order; an empty log is empty", () => {
  expect(decodeWal(log)).toEqual({ payloads, validLength: log.length });
  expect(decodeWal(new Uint8Array(0))).toEqual({ payloads: [], validLength: 0 });
});

test("a log cut at any byte keeps every whole record and names where the torn tail begins", () => {
  for (let length = 0; length <= log.length; length++) {
    const whole = ends.filter((end) => end <= length);
    expect(decodeWal(log.slice(0, length))).toEqual({
      payloads: payloads.slice(0, whole.length),
      validLength: whole.at(-1) ?? 0,
    });
  }
});

test("a flipped bit anywhere is refused, or, in the last record, taken for a torn tail; never passed over", () => {
  const lastStart = ends.at(-2) as number;
  for (let at = 0; at < log.length; at++) {
    for (const bit of [0, 3, 7]) {
      const damaged = log.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << bit);
      if (at >= lastStart) expect(decodeWal(damaged).validLength).toBe(lastStart);
      else expect(() => decodeWal(damaged)).toThrow(WalError);
    }
  }
});

test("behavior: the error says where the damage is", () => {
  const damaged = log.slice();
  damaged[20] = 0;
  expect(() => decodeWal(damaged)).toThrowErrorMatchingInlineSnapshot(
    `[WalError: the log is damaged at byte 19, before a whole record at byte 33]`,
  );
});

describe("torn tails", () => {
  test("garbage after the last record is a torn tail", () => {
    const garbage = Uint8Array.from({ length: 40 }, (_, i) => (i * 37) & 0xff);
    expect(decodeWal(concatBytes(log, garbage)).validLength).toBe(log.length);
  });

  test("a frame inside the payload of a torn record is not taken for damage", () => {
    const outer = encodeFrame(concatBytes(utf8("a block with "), encodeFrame(utf8("a frame")), utf8(" in it")));
    for (let cut = 15; cut < outer.length; cut++) {
      expect(decodeWal(concatBytes(log, outer.slice(0, cut))).validLength).toBe(log.length);
    }
  });

  test("a repeated record is delivered twice: replay decides what it means", () => {
    expect(decodeWal(concatBytes(frames[0] as Uint8Array, log)).payloads).toEqual([payloads[0], ...payloads]);
  });
});
