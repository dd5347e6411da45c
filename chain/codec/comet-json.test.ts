import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockOf, headerOf, validatorsOf, voteOf } from "../types/testing/fixtures.ts";
import {
  blockFromJson,
  blockToJson,
  commitFromJson,
  commitToJson,
  headerFromJson,
  headerToJson,
  validatorFromJson,
  validatorToJson,
  voteFromJson,
  voteToJson,
} from "./comet-json.ts";
import { CodecError } from "./errors.ts";

fc.configureGlobal({ seed: 7 });

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof CodecError ? error.code : `another error: ${error}`;
  }
};

describe("CometBFT JSON", () => {
  test("blocks, votes and validators survive", () => {
    expect(blockFromJson(blockToJson(blockOf()))).toEqual(blockOf());
    expect(blockFromJson(blockToJson(blockOf({ lastCommit: undefined })))).toEqual(blockOf({ lastCommit: undefined }));
    expect(voteFromJson(voteToJson(voteOf()))).toEqual(voteOf());
    for (const validator of validatorsOf(3, 2).set.validators) {
      expect(validatorFromJson(validatorToJson(validator))).toEqual(validator);
    }
  });

  test("an absent signature has a zero time and null for bytes", () => {
    const { signatures } = commitToJson(blockOf().lastCommit) as { signatures: unknown[] };
    expect(signatures[1]).toEqual({
      block_id_flag: 1,
      validator_address: "",
      timestamp: "0001-01-01T00:00:00Z",
      signature: null,
    });
  });

  test("the commit of a first block is the empty one", () => {
    expect(commitToJson(undefined)).toEqual({
      height: "0",
      round: 0,
      block_id: { hash: "", parts: { total: 0, hash: "" } },
      signatures: [],
    });
    expect(commitFromJson(commitToJson(undefined))).toBeUndefined();
  });

  test("an application version of zero is left out", () => {
    const json = headerToJson(headerOf({ version: { block: 11n, app: 0n } }));
    expect(json.version).toEqual({ block: "11" });
    expect(headerFromJson(json).version).toEqual({ block: 11n, app: 0n });
  });

  test("behavior: numbers beyond their type, numbers for strings, and wrong hex are refused", () => {
    const json = headerToJson(headerOf());
    const change = (fields: object): string => codeOf(() => headerFromJson({ ...json, ...fields }));
    expect(change({ height: "9007199254740992" })).toBe("out_of_range");
    expect(change({ height: "-1" })).toBe("out_of_range");
    for (const height of [5, "5.0", "0x5", "", null, "05", "99999999999999999999"]) {
      expect(change({ height })).toBe("malformed");
    }
    expect(change({ data_hash: "AB" })).toBe("bad_length");
    expect(change({ data_hash: "ZZ" })).toBe("malformed");
    expect(change({ time: "now" })).toBe("malformed");
    expect(change({ version: [] })).toBe("malformed");
    expect(codeOf(() => headerFromJson(JSON.parse('{"__proto__": {"height": "1"}}')))).toBe("malformed");
  });

  test("any JSON value gives a block or a CodecError", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(codeOf(() => blockFromJson(json))).toMatch(/^[a-z_]+$/);
        expect(codeOf(() => blockFromJson({ ...blockToJson(blockOf()), header: json }))).toMatch(/^[a-z_]+$/);
        expect(codeOf(() => commitFromJson({ height: "3", round: 0, signatures: [json] }))).toMatch(/^[a-z_]+$/);
      }),
    );
  });
});
