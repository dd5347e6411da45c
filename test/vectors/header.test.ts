import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { headerFromJson } from "../../chain/codec/comet-json.ts";
import { decodeHeader, encodeHeader } from "../../chain/codec/header.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { headerHash } from "../../chain/types/header.ts";
import { describeShared } from "../shared.ts";
import { withParts } from "./rust-json.ts";

describeShared("header with a known hash (tendermint-rs)", (dir) => {
  const path = join(dir, "vectors", "header", "header_with_known_hash.json");
  const header = headerFromJson(withParts(JSON.parse(readFileSync(path, "utf8"))));

  test("hashes to it", () => {
    expect(toHex(headerHash(header)).toUpperCase()).toBe(
      "F30A71F2409FB15AACAEDB6CC122DFA2525BEE9CAE521721B06BFDCA291B8D56",
    );
  });

  test("every field changes the hash", () => {
    const changed = [
      { ...header, version: { block: 11n, app: 2n } },
      { ...header, chainId: "other" },
      { ...header, height: 1609 },
      { ...header, time: { ...header.time, nanos: 1 } },
      { ...header, lastBlockId: { ...header.lastBlockId, parts: { ...header.lastBlockId.parts, total: 2 } } },
      ...(["lastCommitHash", "dataHash", "validatorsHash", "nextValidatorsHash", "consensusHash"] as const).map(
        (key) => ({
          ...header,
          [key]: new Uint8Array(32),
        }),
      ),
      { ...header, appHash: new Uint8Array(7) },
      { ...header, lastResultsHash: new Uint8Array(32) },
      { ...header, evidenceHash: new Uint8Array(32) },
      { ...header, proposerAddress: new Uint8Array(20) },
    ].map((other) => toHex(headerHash(other)));
    expect(new Set([...changed, toHex(headerHash(header))]).size).toBe(15);
  });

  test("survives the wire", () => {
    expect(decodeHeader(encodeHeader(header))).toEqual(header);
  });
});
