import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RpcError } from "./errors.ts";
import { paramsFromJson, paramsFromUri } from "./params.ts";

fc.configureGlobal({ seed: 7 });

const SPEC = { height: "integer", query: "text", prove: "flag", tx: "bytes", data: "hex" } as const;
const refusal = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof RpcError ? `${error.code} ${error.message}` : `another error: ${error}`;
  }
};
const uri = (query: string) => paramsFromUri(SPEC, new URLSearchParams(query));
const NOTHING = { height: undefined, query: undefined, prove: undefined, tx: undefined, data: undefined };

describe("parameters of a JSON-RPC request", () => {
  test("by name, by position, and none", () => {
    const values = { height: 5, query: "a", prove: true, tx: Uint8Array.of(1), data: Uint8Array.of(255) };
    expect(paramsFromJson(SPEC, { height: "5", query: "a", prove: true, tx: "AQ==", data: "ff" })).toEqual(values);
    expect(paramsFromJson(SPEC, [5, "a", true, "AQ==", "0xFF"])).toEqual(values);
    for (const none of [undefined, null, {}, { height: null }, { other: 1 }]) {
      expect(paramsFromJson(SPEC, none)).toEqual(NOTHING);
    }
  });

  test("behavior: wrong kinds and numbers beyond 2^53 are refused by name", () => {
    expect(refusal(() => paramsFromJson(SPEC, [1]))).toBe(
      "-32602 expected 5 parameters (height, query, prove, tx, data), got 1",
    );
    for (const height of ["9007199254740993", 2 ** 53, "99999999999999999999", 1.5, "1e3", "NaN", "", {}, true]) {
      expect(refusal(() => paramsFromJson(SPEC, { height }))).toMatch(/^-32602 height /);
    }
    expect(refusal(() => paramsFromJson(SPEC, { tx: "***" }))).toBe("-32602 tx is not base64");
    expect(refusal(() => paramsFromJson(SPEC, { data: "0xf" }))).toBe("-32602 data is not hex");
    expect(refusal(() => paramsFromJson(SPEC, { prove: "true" }))).toBe("-32602 prove must be true or false");
    expect(refusal(() => paramsFromJson(SPEC, { query: 5 }))).toBe("-32602 query must be text");
    expect(refusal(() => paramsFromJson(SPEC, "text"))).toBe("-32602 params must be an object or a list");
  });

  test("behavior: inherited keys are not parameters", () => {
    expect(paramsFromJson({ constructor: "text" as const }, {})).toEqual({ constructor: undefined });
    expect(paramsFromJson(SPEC, JSON.parse('{"__proto__": {"height": "5"}}'))).toEqual(NOTHING);
  });

  test("any JSON value gives values or a refusal", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const given = { height: value, query: value, prove: value, tx: value, data: value };
        expect(refusal(() => paramsFromJson(SPEC, value))).toMatch(/^(none|-32602 )/);
        expect(refusal(() => paramsFromJson(SPEC, given))).toMatch(/^(none|-32602 )/);
      }),
    );
  });
});

describe("parameters of a URI", () => {
  test("default", () => {
    expect(uri('height=5&query="a b"&prove=true&tx=0x01FF&data="abc"')).toEqual({
      height: 5,
      query: "a b",
      prove: true,
      tx: Uint8Array.of(1, 255),
      data: new TextEncoder().encode("abc"),
    });
    expect(uri('height="5"&query=0x6162')).toEqual({ ...NOTHING, height: 5, query: "ab" });
    expect(uri("height=&query=")).toEqual(NOTHING);
  });

  test("behavior: text without quotes is refused with the form it must have", () => {
    expect(refusal(() => uri("query=abc"))).toBe("-32602 query must be in double quotes, or 0x and hex");
    expect(refusal(() => uri("tx=AQ=="))).toBe("-32602 tx must be in double quotes, or 0x and hex");
    expect(refusal(() => uri("height=1e3"))).toBe('-32602 height must be an integer, got "1e3"');
    expect(refusal(() => uri("prove=1"))).toBe("-32602 prove must be true or false");
  });

  test("any query string gives values or a refusal", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...Object.keys(SPEC)), (text, name) => {
        expect(refusal(() => uri(`${name}=${text}`))).toMatch(/^(none|-32602 )/);
      }),
    );
  });
});
