import { expect, test } from "vitest";
import { toHex } from "../crypto/bytes.ts";
import { EMPTY_HASH, sha256 } from "../crypto/hash.ts";
import { leafHash, verifyProof } from "../crypto/merkle.ts";
import { blockHash, contentHashes, dataHash, txProofs } from "./block.ts";
import { headerHash } from "./header.ts";
import { resultsHash } from "./result.ts";
import { blockOf } from "./testing/fixtures.ts";

test("the data hash is the merkle root over the hashes of the transactions, each of which has a proof", () => {
  const { txs } = blockOf();
  expect(dataHash([])).toEqual(EMPTY_HASH);
  expect(dataHash(txs.slice(0, 1))).toEqual(leafHash(sha256(txs[0]!)));
  txProofs(txs).forEach((proof, i) => {
    expect(verifyProof(dataHash(txs), sha256(txs[i]!), proof)).toBe(true);
  });
});

test("the block hash is its header's; content is bound by the header's hashes", () => {
  const block = blockOf();
  expect(blockHash(block)).toEqual(headerHash(block.header));
  const hashes = (change: object): string[] => Object.values(contentHashes({ ...block, ...change })).map(toHex);
  expect(hashes({ txs: [] })).not.toEqual(hashes({}));
  expect(hashes({ lastCommit: undefined })).not.toEqual(hashes({}));
  expect(contentHashes(block).evidenceHash).toEqual(EMPTY_HASH);
});

test("the results hash covers code, data and gas", () => {
  const result = { code: 0, data: Uint8Array.of(1), gasWanted: 10n, gasUsed: 5n };
  expect(resultsHash([])).toEqual(EMPTY_HASH);
  // ExecTxResult {data: 0x01, gas_wanted: 10, gas_used: 5} in protobuf.
  expect(resultsHash([result])).toEqual(leafHash(Uint8Array.of(0x12, 1, 1, 0x28, 10, 0x30, 5)));
  const changed = [{ code: 1 }, { data: new Uint8Array(0) }, { gasWanted: 11n }, { gasUsed: 6n }];
  expect(new Set(changed.map((change) => toHex(resultsHash([{ ...result, ...change }])))).size).toBe(4);
});
