import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { generate, staleFiles } from "./generate.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Generates from .proto texts by path. */
function generateFrom(files: Record<string, string>): Map<string, string> {
  const dir = mkdtempSync(join(tmpdir(), "proto-"));
  folders.push(dir);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), `syntax = "proto3";\n${text}`);
  }
  return generate(dir);
}

describe("generator", () => {
  test("proto/gen is what the sources give", () => {
    expect(staleFiles()).toEqual([]);
  });

  test("is deterministic", () => {
    expect([...generate()]).toEqual([...generate()]);
  });

  test("messages, enums, oneofs, nested types, services and comments", () => {
    const files = generateFrom({
      "a/v1/a.proto": `package a.v1;
        import "cosmos/base/v1beta1/coin.proto";
        import "b/v1/b.proto";
        // A colour.
        enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; }
        // Something.
        message Thing {
          // Ids in order.
          repeated uint64 some_ids = 1;
          message Inner { sint32 n = 1; }
          Inner inner = 2;
          Colour colour = 3;
          optional string note = 4;
          oneof either { bytes raw = 5; cosmos.base.v1beta1.Coin coin = 6; }
          b.v1.Thing other = 7;
        }
        service Query { rpc Get(Thing) returns (b.v1.Thing); }`,
      "b/v1/b.proto": "package b.v1; message Thing {}",
    });
    expect([...files.keys()]).toEqual(["a/v1.ts", "b/v1.ts"]);
    expect(files.get("a/v1.ts")).toMatchInlineSnapshot(`
      "// Generated from the .proto files by \`npm run proto\`. Do not edit.
      import { Thing as BV1Thing } from "../b/v1.ts";
      import { Coin } from "cosmjs-types/cosmos/base/v1beta1/coin";
      import { external, message, type MessageCodec } from "../../runtime.ts";

      /** A colour. */
      export const Colour = {
        COLOUR_UNSPECIFIED: 0,
        COLOUR_RED: 1,
      } as const;
      export type Colour = (typeof Colour)[keyof typeof Colour];

      /** Something. */
      export interface Thing {
        /** Ids in order. */
        readonly someIds: readonly bigint[];
        readonly inner: Thing_Inner | undefined;
        readonly colour: Colour;
        readonly note?: string | undefined;
        readonly raw?: Uint8Array | undefined;
        readonly coin?: Coin | undefined;
        readonly other: BV1Thing | undefined;
      }
      export const Thing: MessageCodec<Thing> = message<Thing>("a.v1.Thing", () => [
        { no: 1, name: "someIds", json: "some_ids", type: "uint64", repeated: true },
        { no: 2, name: "inner", json: "inner", type: "message", message: () => Thing_Inner },
        { no: 3, name: "colour", json: "colour", type: "enum", enum: Colour },
        { no: 4, name: "note", json: "note", type: "string", optional: true },
        { no: 5, name: "raw", json: "raw", type: "bytes", oneof: "either" },
        { no: 6, name: "coin", json: "coin", type: "message", message: () => external(Coin), oneof: "either" },
        { no: 7, name: "other", json: "other", type: "message", message: () => BV1Thing },
      ]);

      export interface Thing_Inner {
        readonly n: number;
      }
      export const Thing_Inner: MessageCodec<Thing_Inner> = message<Thing_Inner>("a.v1.Thing.Inner", () => [
        { no: 1, name: "n", json: "n", type: "sint32" },
      ]);

      export const Query = {
        Get: { path: "/a.v1.Query/Get", request: Thing, response: BV1Thing },
      } as const;
      "
    `);
  });

  test("behavior: an unknown type, a map and a file without a package are refused", () => {
    expect(() => generateFrom({ "a.proto": "package a; message M { Missing x = 1; }" })).toThrow(
      /unknown type Missing/,
    );
    expect(() => generateFrom({ "a.proto": "package a; message M { map<string, string> x = 1; }" })).toThrow(/maps/);
    expect(() => generateFrom({ "a.proto": "message M {}" })).toThrow(/no package/);
  });
});
