import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "./bytes.ts";

function sample(): Uint8Array {
  const out = new ByteWriter();
  out.text("é");
  out.u8(255);
  out.i8(-128);
  out.u16(65535);
  out.u32(2 ** 32 - 1);
  out.i32(-1);
  out.u64(10n ** 18n);
  out.fixed(Uint8Array.of(7, 8), 2);
  return out.finish();
}

test("reads what was written", () => {
  const input = new ByteReader(sample(), "sample");
  expect([input.text(), input.u8(), input.i8(), input.u16(), input.u32(), input.i32()]).toEqual([
    ...["é", 255, -128, 65535, 2 ** 32 - 1, -1],
  ]);
  expect(input.u64big()).toBe(10n ** 18n);
  expect([...input.fixed(2)]).toEqual([7, 8]);
  input.end();
});

test("behavior: truncated, trailing, unsafe and non-UTF-8 bytes are refused by name", () => {
  const read = (bytes: Uint8Array) => new ByteReader(bytes, "sample");
  expect(() => read(Uint8Array.of(1)).u32()).toThrowErrorMatchingInlineSnapshot(
    `[InfluenceError: sample: truncated at byte 1]`,
  );
  expect(() => read(Uint8Array.of(1)).end()).toThrowErrorMatchingInlineSnapshot(
    `[InfluenceError: sample: 1 bytes too many]`,
  );
  expect(() => read(new Uint8Array(8).fill(255)).u64()).toThrowErrorMatchingInlineSnapshot(
    `[InfluenceError: sample: a number beyond 2^53]`,
  );
  expect(() => read(Uint8Array.of(1, 0, 0xff)).text()).toThrowErrorMatchingInlineSnapshot(
    `[InfluenceError: sample: a text is not UTF-8]`,
  );
  expect(() => read(Uint8Array.of(255, 255)).text()).toThrowErrorMatchingInlineSnapshot(
    `[InfluenceError: sample: a text of 65535 bytes]`,
  );
});

test("behavior: grows past its first buffer", () => {
  const out = new ByteWriter();
  out.raw(new Uint8Array(1000).fill(3));
  out.u8(4);
  expect(out.finish()).toEqual(Uint8Array.from([...new Array(1000).fill(3), 4]));
});

test("behavior: a field of another length is refused", () => {
  expect(() => new ByteWriter().fixed(new Uint8Array(3), 2)).toThrow("3 bytes where 2 belong");
  expect(() => new ByteWriter().text("x".repeat(2000))).toThrow("at most 1024");
});
