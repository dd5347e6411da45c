import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame, FrameDecoder } from "./frames.ts";

describe("frames", () => {
  test("come out whole and in order however the bytes are cut", () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(payloads, cuts, (sent, sizes) => {
        const bytes = Buffer.concat(sent.map(encodeFrame));
        const decoder = new FrameDecoder(40);
        const got: Uint8Array[] = [];
        let at = 0;
        for (let i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!;
          decoder.push(bytes.subarray(at, at + size));
          at += size;
          for (let frame = decoder.next(); frame; frame = decoder.next()) got.push(frame);
        }
        expect(got).toEqual(sent);
        expect(decoder.bufferedBytes).toBe(0);
      }),
    );
  });

  test("over the limit throw as soon as the length is known", () => {
    const decoder = new FrameDecoder(100);
    decoder.push(new Uint8Array([0, 0, 0]));
    expect(decoder.next()).toBeUndefined();
    decoder.push(new Uint8Array([101]));
    expect(() => decoder.next()).toThrowErrorMatchingInlineSnapshot(
      "[P2pError: frame of 101 bytes, at most 100 are allowed]",
    );
  });

  test("a length with the top bit set is large, not negative", () => {
    const decoder = new FrameDecoder(100);
    decoder.push(new Uint8Array([255, 255, 255, 255]));
    expect(() => decoder.next()).toThrow("frame of 4294967295 bytes");
  });

  test("100,000 chunks of one byte are cut in linear time", () => {
    const decoder = new FrameDecoder(100_000);
    const bytes = encodeFrame(new Uint8Array(100_000).fill(1));
    const started = performance.now();
    for (const byte of bytes) decoder.push(new Uint8Array([byte]));
    expect(decoder.next()).toHaveLength(100_000);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
