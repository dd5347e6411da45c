import fc from "fast-check";
import { expect, test } from "vitest";
import { ClaimOpening, OpeningEnvelope } from "../../proto/gen/openledger/attribution/v1.ts";
import { decodeEnvelope, encodeEnvelope } from "./envelope.ts";
import { decodeExtension, encodeExtension, isExtension } from "./extension.ts";
import { MAX_EXTENSION_BYTES } from "./limits.ts";

const HASH = new Uint8Array(32).fill(5);
const NONE = new Uint8Array(0);

test("an extension is its canonical bytes, at most 96", () => {
  for (const extension of [
    { root: NONE, reveal: NONE },
    { root: HASH, reveal: NONE },
    { root: NONE, reveal: HASH },
    { root: HASH, reveal: HASH },
  ]) {
    const bytes = encodeExtension(extension);
    expect(bytes.length).toBeLessThanOrEqual(MAX_EXTENSION_BYTES);
    expect(decodeExtension(bytes)).toEqual(extension);
  }
});

test("a field of another length, an unknown tag, padding, repetition and disorder are refused", () => {
  const good = [...encodeExtension({ root: HASH, reveal: HASH })];
  const field = (tag: number, length: number) => [tag, length, ...new Array(length).fill(5)];
  const bad: number[][] = [
    [...good, 0x1a, 0],
    [...good, 0x18, 1],
    good.slice(0, -1),
    field(0x0a, 31),
    field(0x0a, 33),
    [0x0a, 0],
    [...field(0x12, 32), ...field(0x0a, 32)],
    [...field(0x0a, 32), ...field(0x0a, 32)],
    [...field(0x0a, 32), 0x12, 0xa0, 0x00, ...new Array(32).fill(5)],
    new Array(MAX_EXTENSION_BYTES + 1).fill(0),
  ];
  for (const bytes of bad) expect([bytes.length, isExtension(Uint8Array.from(bytes))]).toEqual([bytes.length, false]);
});

test("arbitrary bytes are answered, never thrown out of the check", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      if (isExtension(bytes)) expect(encodeExtension(decodeExtension(bytes))).toEqual(bytes);
    }),
  );
});

test("an envelope holds exactly one opening", () => {
  const claimOpening = ClaimOpening.fromPartial({ claimId: HASH, opening: HASH });
  const bytes = encodeEnvelope({ opening: undefined, claimOpening });
  expect(decodeEnvelope(bytes).claimOpening).toEqual(claimOpening);
  expect(() => encodeEnvelope(OpeningEnvelope.fromPartial({}))).toThrow("one opening");
  expect(() => encodeEnvelope(OpeningEnvelope.fromPartial({ claimOpening, opening: {} }))).toThrow("one opening");
  expect(() => decodeEnvelope(Uint8Array.of(...bytes, 0x18, 1))).toThrow("not an opening");
  const huge = { claimId: HASH, opening: new Uint8Array(21_000) };
  expect(() => encodeEnvelope({ opening: undefined, claimOpening: huge })).toThrow("at most");
});
