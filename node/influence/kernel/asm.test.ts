import { expect, test } from "vitest";
import { assemble, s32, u32 } from "./asm.ts";

test("LEB128 as in the core specification's examples", () => {
  expect(u32(624_485)).toEqual([0xe5, 0x8e, 0x26]);
  expect(s32(-123_456)).toEqual([0xc0, 0xbb, 0x78]);
  expect([s32(63), s32(64), s32(-64), s32(-65)]).toEqual([[0x3f], [0xc0, 0x00], [0x40], [0xbf, 0x7f]]);
});

test("a module starts with magic and version", () => {
  expect([...assemble([]).subarray(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
});
