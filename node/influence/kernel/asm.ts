/**
 * Just enough of a WebAssembly assembler for our kernels: one imported memory, functions of i32 parameters, v128
 * locals, structured loops. Encodings: WebAssembly core specification 2.0, section 5.
 */

import { MAXIMUM_PAGES } from "./wasm.ts";

const I32 = 0x7f;
const V128 = 0x7b;
/** Flags of a memory's limits: a shared memory must declare its maximum (threads proposal). */
const SHARED_WITH_MAXIMUM = 0x03;

/** Unsigned LEB128 (core spec 5.2.2). */
export function u32(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

/** Signed LEB128, for constants. */
export function s32(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    out.push(done ? byte : byte | 0x80);
    if (done) return out;
  }
}

export type Code = readonly number[];

const simd = (opcode: number): number[] => [0xfd, ...u32(opcode)];
const memarg = (align: number, offset: number): number[] => [...u32(align), ...u32(offset)];
const vector = (items: readonly Code[]): number[] => [...u32(items.length), ...items.flat()];
const sized = (bytes: Code): number[] => [...u32(bytes.length), ...bytes];

export const get = (local: number): Code => [0x20, ...u32(local)];
export const set = (local: number): Code => [0x21, ...u32(local)];
export const i32const = (value: number): Code => [0x41, ...s32(value)];
export const i32add: Code = [0x6a];
export const i32sub: Code = [0x6b];
export const i32store = (offset: number): Code => [0x36, ...memarg(2, offset)];

/** local += constant */
export const bump = (local: number, by: number): Code => [...get(local), ...i32const(by), ...i32add, ...set(local)];
/** local += other local */
export const advance = (local: number, by: number): Code => [...get(local), ...get(by), ...i32add, ...set(local)];
/** do { body } while (--counter != 0) */
export const countdown = (counter: number, body: Code): Code => [
  ...[0x03, 0x40],
  ...body,
  ...[...get(counter), ...i32const(1), ...i32sub, 0x22, ...u32(counter)],
  ...[0x0d, 0x00, 0x0b],
];

export const v128load = (offset: number): Code => [...simd(0x00), ...memarg(4, offset)];
/** Eight bytes to eight signed 16-bit lanes. */
export const load8x8s = (offset: number): Code => [...simd(0x01), ...memarg(3, offset)];
/** Four bytes into the lowest lane, zero above. */
export const load32zero = (offset: number): Code => [...simd(0x5c), ...memarg(2, offset)];
export const v128store = (offset: number): Code => [...simd(0x0b), ...memarg(4, offset)];
export const v128zero: Code = [...simd(0x0c), ...new Array<number>(16).fill(0)];
export const splat64 = (offset: number): Code => [...simd(0x0a), ...memarg(3, offset)];
/** Eight bytes into the low half, zero above. */
export const load64zero = (offset: number): Code => [...simd(0x5d), ...memarg(3, offset)];
export const f64x2add: Code = simd(0xf0);
export const f64x2mul: Code = simd(0xf2);
/** Low two int32 lanes to float64. */
export const f64x2fromI32Low: Code = simd(0xfe);
export const v128and: Code = simd(0x4e);
export const v128or: Code = simd(0x50);
export const v128xor: Code = simd(0x51);
/** One 32-bit word into all four lanes. */
export const load32splat = (offset: number): Code => [...simd(0x09), ...memarg(2, offset)];
export const store32lane = (offset: number, lane: number): Code => [...simd(0x5a), ...memarg(2, offset), lane];
/** Lanes of 32 bits by number: 0 to 3 of the first operand, 4 to 7 of the second. */
export const pick32 = (lanes: readonly number[]): Code => [
  ...simd(0x0d),
  ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
];
export const i32x4splat: Code = simd(0x11);
export const i32x4shl = (bits: number): Code => [...i32const(bits), ...simd(0xab)];
export const i32x4shrU = (bits: number): Code => [...i32const(bits), ...simd(0xad)];
export const v128const = (lanes: readonly number[]): Code => [
  ...simd(0x0c),
  ...lanes.flatMap((lane) => [lane & 255, (lane >>> 8) & 255, (lane >>> 16) & 255, lane >>> 24]),
];
export const i32x4sub: Code = simd(0xb1);
export const i32x4add: Code = simd(0xae);
export const i32x4mul: Code = simd(0xb5);
export const i32x4extractLane = (lane: number): Code => [...simd(0x1b), lane];
/** Four sums of two products of signed 16-bit lanes. */
export const i32x4dot: Code = simd(0xba);
/**
 * Relaxed SIMD: c + four sums of four products of signed 8-bit lanes (a) and 7-bit ones (b). The same on every machine while
 * no lane of b exceeds 127.
 */
export const i32x4dot7Add: Code = simd(0x113);
export const i16x8extendLowS: Code = simd(0x87);
export const i16x8extendHighS: Code = simd(0x88);
export const i32x4extendLowS: Code = simd(0xa7);

export interface FunctionSource {
  readonly name: string;
  /** Number of i32 parameters. */
  readonly parameters: number;
  /** Further i32 locals, then v128 locals, numbered after the parameters. */
  readonly i32Locals: number;
  readonly v128Locals: number;
  readonly body: Code;
}

function section(id: number, content: Code): number[] {
  return [id, ...sized(content)];
}

function ascii(text: string): number[] {
  return sized([...text].map((char) => char.charCodeAt(0)));
}

/** Bytes of a module that imports the shared memory "env"."memory" and exports the functions by name. */
export function assemble(functions: readonly FunctionSource[]): Uint8Array<ArrayBuffer> {
  const types = functions.map((f) => [0x60, ...vector(new Array<Code>(f.parameters).fill([I32])), 0x00]);
  const limits = [SHARED_WITH_MAXIMUM, ...u32(1), ...u32(MAXIMUM_PAGES)];
  const imports = [[...ascii("env"), ...ascii("memory"), 0x02, ...limits]];
  const exports = functions.map((f, i) => [...ascii(f.name), 0x00, ...u32(i)]);
  const codes = functions.map((f) => {
    const locals = [
      ...(f.i32Locals > 0 ? [[...u32(f.i32Locals), I32]] : []),
      ...(f.v128Locals > 0 ? [[...u32(f.v128Locals), V128]] : []),
    ];
    return sized([...vector(locals), ...f.body, 0x0b]);
  });
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector(imports)),
    ...section(3, vector(functions.map((_, i) => u32(i)))),
    ...section(7, vector(exports)),
    ...section(10, vector(codes)),
  ]);
}
