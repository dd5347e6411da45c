import { Registry } from "@cosmjs/proto-signing";
import { Coin } from "cosmjs-types/cosmos/base/v1beta1/coin";
import type { Any } from "cosmjs-types/google/protobuf/any";
import { Header as CosmjsHeader, Vote as CosmjsVote } from "cosmjs-types/tendermint/types/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headerToWire } from "../chain/codec/header.ts";
import { voteToWire } from "../chain/codec/vote.ts";
import { headerOf, voteOf } from "../chain/types/testing/fixtures.ts";
import { Header, Vote } from "./gen/tendermint/types.ts";
import {
  decodeStrict,
  encodeBytes,
  external,
  fromJson,
  type MessageCodec,
  message,
  ProtoError,
  toAminoJson,
  toJson,
} from "./runtime.ts";

fc.configureGlobal({ seed: 7 });

const Colour = { COLOUR_UNSPECIFIED: 0, COLOUR_RED: 1 } as const;

interface Sample {
  readonly flag: boolean;
  readonly data: Uint8Array;
  readonly text: string;
  readonly small: number;
  readonly zigzag: number;
  readonly wide: bigint;
  readonly signed: bigint;
  readonly fixed: bigint;
  readonly colour: number;
  readonly ids: readonly bigint[];
  readonly names: readonly string[];
  readonly note?: string | undefined;
  readonly child: Sample | undefined;
  readonly children: readonly Sample[];
  readonly left?: number | undefined;
  readonly right?: Coin | undefined;
  readonly coins: readonly Coin[];
}

const Sample: MessageCodec<Sample> = message<Sample>("test.v1.Sample", () => [
  { no: 1, name: "flag", json: "flag", type: "bool" },
  { no: 2, name: "data", json: "data", type: "bytes" },
  { no: 3, name: "text", json: "text", type: "string" },
  { no: 4, name: "small", json: "small", type: "uint32" },
  { no: 5, name: "zigzag", json: "zigzag", type: "sint32" },
  { no: 6, name: "wide", json: "wide", type: "uint64" },
  { no: 7, name: "signed", json: "signed", type: "int64" },
  { no: 8, name: "fixed", json: "fixed_point", type: "sfixed64" },
  { no: 9, name: "colour", json: "colour", type: "enum", enum: Colour },
  { no: 10, name: "ids", json: "ids", type: "uint64", repeated: true },
  { no: 11, name: "names", json: "names", type: "string", repeated: true },
  { no: 12, name: "note", json: "note", type: "string", optional: true },
  { no: 13, name: "child", json: "child", type: "message", message: () => Sample },
  { no: 14, name: "children", json: "children", type: "message", message: () => Sample, repeated: true },
  { no: 15, name: "left", json: "left", type: "int32", oneof: "side" },
  { no: 16, name: "right", json: "right", type: "message", message: () => external(Coin), oneof: "side" },
  { no: 17, name: "coins", json: "coins", type: "message", message: () => external(Coin), repeated: true },
]);

const coin = fc.record({ denom: fc.string({ unit: "grapheme" }), amount: fc.nat().map(String) });
const text = fc.string({ unit: "grapheme", maxLength: 100 });
const bytes = fc.uint8Array({ maxLength: 20 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const leaf = {
  flag: fc.boolean(),
  data: bytes,
  text,
  small: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  zigzag: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  wide: uint64,
  signed: int64,
  fixed: int64,
  colour: fc.constantFrom(0, 1),
  ids: fc.array(uint64, { maxLength: 5 }),
  names: fc.array(text, { maxLength: 3 }),
  note: fc.option(text, { nil: undefined }),
  coins: fc.array(coin, { maxLength: 2 }),
};

const side: fc.Arbitrary<Pick<Sample, "left" | "right">> = fc.oneof(
  fc.constant({ left: undefined, right: undefined }),
  fc.record({ left: fc.integer(), right: fc.constant(undefined) }),
  fc.record({ left: fc.constant(undefined), right: coin }),
);

const shallow = fc
  .record({ ...leaf, child: fc.constant(undefined), children: fc.constant([]) })
  .chain((fields) => side.map((choice): Sample => ({ ...fields, ...choice })));
const nested = fc
  .tuple(shallow, fc.option(shallow, { nil: undefined }), fc.array(shallow, { maxLength: 3 }))
  .map(([value, child, children]): Sample => ({ ...value, child, children }));

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof ProtoError ? error.code : `another error: ${error}`;
  }
};

const strict = (input: Uint8Array): string => codeOf(() => decodeStrict(Sample, input));
const BLANK = Sample.fromPartial({});

describe("encoding", () => {
  test("values survive, and strict decoding accepts what encoding makes", () => {
    fc.assert(
      fc.property(nested, (value) => {
        const encoded = encodeBytes(Sample, value);
        expect(Sample.decode(encoded)).toEqual(value);
        expect(decodeStrict(Sample, encoded)).toEqual(value);
      }),
    );
  });

  test("headers and votes have the bytes that cosmjs-types gives them", () => {
    const header = headerToWire(headerOf());
    expect(encodeBytes(Header, header)).toEqual(Uint8Array.from(CosmjsHeader.encode(header as CosmjsHeader).finish()));
    const vote = voteToWire(voteOf());
    expect(encodeBytes(Vote, vote)).toEqual(Uint8Array.from(CosmjsVote.encode(vote as CosmjsVote).finish()));
  });

  test("defaults are left out; what has presence is kept", () => {
    expect(encodeBytes(Sample, BLANK)).toEqual(new Uint8Array(0));
    expect(encodeBytes(Sample, { ...BLANK, note: "" })).toEqual(Uint8Array.of(0x62, 0));
    expect(encodeBytes(Sample, { ...BLANK, left: 0 })).toEqual(Uint8Array.of(0x78, 0));
    expect(encodeBytes(Sample, { ...BLANK, child: BLANK })).toEqual(Uint8Array.of(0x6a, 0));
  });

  test("behavior: values outside their type are refused, never wrapped", () => {
    const encode = (change: object): string => codeOf(() => encodeBytes(Sample, { ...BLANK, ...change }));
    const bad = [
      { small: -1 },
      { small: 2 ** 32 },
      { small: 0.5 },
      { small: Number.NaN },
      { zigzag: 2 ** 31 },
      { wide: -1n },
      { wide: 2n ** 64n },
      { signed: 2n ** 63n },
      { wide: 2 ** 53 },
      { text: "\ud800" },
      { data: "text" },
      { data: [1] },
      { flag: 1 },
      { colour: 7 },
      { ids: 5n },
      { ids: [undefined] },
      { child: 5 },
      { text: undefined },
      { left: 1, right: { denom: "x", amount: "1" } },
    ];
    for (const change of bad) expect(encode(change)).toBe("bad_value");
  });

  test("results own their memory", () => {
    const encoded = encodeBytes(Sample, { ...BLANK, data: Uint8Array.of(1, 2) });
    expect(encoded.buffer.byteLength).toBe(encoded.length);
    const decoded = Sample.decode(Buffer.from(encoded));
    encoded.fill(0);
    expect(decoded.data).toEqual(Uint8Array.of(1, 2));
    expect(decoded.data.constructor).toBe(Uint8Array);
  });
});

describe("decoding", () => {
  test("arbitrary bytes give a value or a ProtoError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (input) => {
        expect(codeOf(() => Sample.decode(input))).toMatch(/^[a-z_]+$/);
        expect(strict(input)).toMatch(/^[a-z_]+$/);
      }),
      { numRuns: 500 },
    );
  });

  test("truncated at any byte, strict decoding refuses or sees a shorter canonical message", () => {
    fc.assert(
      fc.property(nested, fc.nat(), (value, at) => {
        const encoded = encodeBytes(Sample, value);
        const cut = encoded.slice(0, at % (encoded.length + 1));
        if (strict(cut) === "none") expect(encodeBytes(Sample, Sample.decode(cut))).toEqual(cut);
      }),
    );
  });

  test.each([
    ["an unknown field", [0x98, 0x06, 1], "unknown_field"],
    ["an explicit default", [0x08, 0], "not_canonical"],
    ["fields out of order", [0x20, 1, 0x08, 1], "not_canonical"],
    ["a repeated scalar field", [0x20, 1, 0x20, 2], "not_canonical"],
    ["a padded varint", [0x20, 0x81, 0x00], "not_canonical"],
    ["numbers not packed", [0x50, 1], "not_canonical"],
    ["two members of a oneof", [0x78, 1, 0x82, 0x01, 0], "not_canonical"],
    ["an unknown field inside a foreign message", [0x82, 0x01, 2, 0x18, 1], "not_canonical"],
    ["the wrong wire type", [0x25, 1, 0, 0, 0], "malformed"],
    ["a group", [0x9b, 0x06, 0x9c, 0x06], "unknown_field"],
    ["field number zero", [0x00, 1], "unknown_field"],
    ["a length beyond the end", [0x12, 5, 1], "malformed"],
    ["a child that runs into its sibling", [0x6a, 1, 0x20, 1], "malformed"],
    ["invalid UTF-8", [0x1a, 1, 0xff], "malformed"],
    ["an endless varint", [0x20, ...Array(11).fill(0xff)], "malformed"],
    ["an unknown enum value", [0x48, 9], "bad_value"],
  ])("strict decoding refuses %s", (_name, input, code) => {
    expect(strict(Uint8Array.from(input))).toBe(code);
  });

  test("tolerant decoding skips unknown fields, but no groups", () => {
    expect(Sample.decode(Uint8Array.of(0x98, 0x06, 1, 0x20, 7)).small).toBe(7);
    expect(codeOf(() => Sample.decode(Uint8Array.of(0x9b, 0x06, 0x9c, 0x06)))).toBe("malformed");
    expect(codeOf(() => Sample.decode(Uint8Array.of(0x00, 1)))).toBe("malformed");
    expect(Sample.decode(Uint8Array.of(0x50, 1, 0x50, 2)).ids).toEqual([1n, 2n]);
    const both = Sample.decode(Uint8Array.of(0x78, 1, 0x82, 0x01, 0));
    expect([both.left, both.right?.denom]).toEqual([undefined, ""]);
  });

  test("nesting, list lengths and total size are bounded", () => {
    let deep = new Uint8Array(0);
    for (let i = 0; i < 40; i++) deep = Uint8Array.of(0x6a, deep.length, ...deep);
    expect(strict(deep)).toBe("too_deep");
    expect(codeOf(() => Sample.decode(deep))).toBe("too_deep");
    const flood = new Uint8Array(2 * (2 ** 20 + 1));
    for (let i = 0; i < flood.length; i += 2) flood[i] = 0x5a;
    expect(codeOf(() => Sample.decode(flood))).toBe("too_many");
    expect(codeOf(() => decodeStrict(Sample, new Uint8Array(11), 10))).toBe("too_large");
  });
});

describe("JSON", () => {
  const value = Sample.fromPartial({
    small: 5,
    wide: 2n ** 60n,
    fixed: 7,
    colour: 1,
    data: Uint8Array.of(255),
    note: "",
  });

  test("plain: names of the .proto, strings for 64 bits, base64, enum names, defaults present", () => {
    expect(toJson(Sample, { ...value, right: { denom: "uopen", amount: "1" } })).toMatchInlineSnapshot(`
      {
        "child": null,
        "children": [],
        "coins": [],
        "colour": "COLOUR_RED",
        "data": "/w==",
        "fixed_point": "7",
        "flag": false,
        "ids": [],
        "names": [],
        "note": "",
        "right": {
          "amount": "1",
          "denom": "uopen",
        },
        "signed": "0",
        "small": 5,
        "text": "",
        "wide": "1152921504606846976",
        "zigzag": 0,
      }
    `);
  });

  test("amino: defaults left out, enums by number", () => {
    expect(toAminoJson(Sample, value)).toEqual({
      data: "/w==",
      small: 5,
      wide: "1152921504606846976",
      fixed_point: "7",
      colour: 1,
      note: "",
    });
  });

  test("both styles are read back", () => {
    fc.assert(
      fc.property(nested, (sampled) => {
        expect(fromJson(Sample, JSON.parse(JSON.stringify(toJson(Sample, sampled))))).toEqual(sampled);
        expect(fromJson(Sample, JSON.parse(JSON.stringify(toAminoJson(Sample, sampled))))).toEqual(sampled);
      }),
      { numRuns: 50 },
    );
  });

  test("behavior: unknown keys and wrong shapes are refused; any JSON gives a value or a ProtoError", () => {
    expect(codeOf(() => fromJson(Sample, { smal: 5 }))).toBe("bad_json");
    expect(codeOf(() => fromJson(Sample, []))).toBe("bad_json");
    expect(codeOf(() => fromJson(Sample, { ids: "5" }))).toBe("bad_value");
    expect(codeOf(() => fromJson(Sample, { colour: "constructor" }))).toBe("bad_value");
    expect(codeOf(() => fromJson(Sample, { wide: "1e3" }))).toBe("bad_value");
    fc.assert(
      fc.property(fc.constantFrom(...Sample.fields.map(({ json }) => json)), fc.jsonValue(), (key, json) => {
        expect(codeOf(() => fromJson(Sample, { [key]: json }))).toMatch(/^[a-z_]+$/);
      }),
    );
  });
});

describe("CosmJS", () => {
  test("a Registry encodes and decodes our messages, numbers standing for 64-bit integers", () => {
    const registry = new Registry([[Sample.typeUrl, Sample]]);
    const body = registry.encode({ typeUrl: Sample.typeUrl, value: { small: 3, wide: 9 } });
    expect(registry.decode({ typeUrl: Sample.typeUrl, value: body })).toEqual({ ...BLANK, small: 3, wide: 9n });
    const any: Any = registry.encodeAsAny({ typeUrl: Sample.typeUrl, value: { small: 3 } });
    expect(any.typeUrl).toBe("/test.v1.Sample");
  });
});
