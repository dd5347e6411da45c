import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  blockFromJson,
  blockIdFromJson,
  blockToJson,
  commitFromJson,
  consensusParamsFromJson,
  consensusParamsToJson,
  headerFromJson,
  headerToJson,
  merkleProofFromJson,
  pubKeyFromJson,
  txProofToJson,
} from "../../chain/codec/comet-json.ts";
import { fromBase64, fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { addressOfEd25519 } from "../../chain/crypto/keys.ts";
import { verifyProof } from "../../chain/crypto/merkle.ts";
import { blockHash, contentHashes, decodeBlock, encodeBlock } from "../../chain/types/block.ts";
import { type Commit, verifyCommit } from "../../chain/types/commit.ts";
import { headerHash } from "../../chain/types/header.ts";
import { consensusHash } from "../../chain/types/params.ts";
import { PartSet } from "../../chain/types/part-set.ts";
import { ValidatorSet } from "../../chain/types/validator-set.ts";
import { describeShared } from "../shared.ts";

type Tree = Record<string, unknown>;

/** Every object of the answers in which `matches` holds, with the file it came from. */
function find(dir: string, matches: (object: Tree) => boolean): [string, Tree][] {
  const folder = join(dir, "vectors", "comet-rpc-v0_38", "incoming");
  const found: [string, Tree][] = [];
  const visit = (file: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value) && matches(value as Tree)) found.push([file, value as Tree]);
    for (const child of Object.values(value)) visit(file, child);
  };
  for (const file of readdirSync(folder).sort()) visit(file, JSON.parse(readFileSync(join(folder, file), "utf8")));
  return found;
}

const isHeader = (object: Tree): boolean => "proposer_address" in object && "last_block_id" in object;
const isBlock = (object: Tree): boolean => "header" in object && "last_commit" in object && "data" in object;

describeShared("CometBFT v0.38 RPC answers", (dir) => {
  test("every block hashes to its id: header hash and part set", () => {
    const withId = find(
      dir,
      (object) => "block_id" in object && typeof object.block === "object" && isBlock(object.block as Tree),
    );
    expect(withId.length).toBeGreaterThan(8);
    for (const [, answer] of withId) {
      const block = blockFromJson(answer.block);
      const id = blockIdFromJson(answer.block_id);
      expect(toHex(blockHash(block))).toBe(toHex(id.hash));
      const parts = PartSet.fromBytes(encodeBlock(block));
      expect({ total: parts.header.total, hash: toHex(parts.header.hash) }).toEqual({
        total: id.parts.total,
        hash: toHex(id.parts.hash),
      });
    }
  });

  test("every block's content hashes to what its header says", () => {
    const blocks = find(dir, isBlock);
    expect(blocks.some(([, json]) => ((json.evidence as Tree).evidence as unknown[]).length > 0)).toBe(true);
    for (const [, json] of blocks) {
      const block = blockFromJson(json);
      const { dataHash, evidenceHash, lastCommitHash } = block.header;
      expect(contentHashes(block)).toEqual({ dataHash, evidenceHash, lastCommitHash });
      expect(decodeBlock(encodeBlock(block))).toEqual(block);
    }
  });

  test("blocks and headers are written as CometBFT writes them", () => {
    for (const [, json] of find(dir, isBlock)) expect(blockToJson(blockFromJson(json))).toEqual(json);
    for (const [, json] of find(dir, isHeader)) expect(headerToJson(headerFromJson(json))).toEqual(json);
  });

  test("block metas carry the hash of their header", () => {
    const metas = find(dir, (object) => "block_size" in object && "num_txs" in object);
    expect(metas.length).toBeGreaterThan(5);
    for (const [, meta] of metas) {
      expect(toHex(headerHash(headerFromJson(meta.header)))).toBe(toHex(blockIdFromJson(meta.block_id).hash));
    }
  });

  test("the genesis validator signed every commit of the chain, and is its validator set", () => {
    const [genesis] = find(dir, (object) => "genesis_time" in object);
    const [entry] = (genesis?.[1].validators ?? []) as Tree[];
    const pubKey = pubKeyFromJson(entry?.pub_key);
    expect(toHex(addressOfEd25519(pubKey)).toUpperCase()).toBe(entry?.address);
    const validators = ValidatorSet.of([{ pubKey, power: Number(entry?.power) }]);
    const hashes = find(dir, isHeader).map(([, json]) => toHex(headerFromJson(json).validatorsHash));
    expect(hashes.filter((hash) => hash === toHex(validators.hash())).length).toBeGreaterThan(10);

    // Some answers were recorded on other chains, with validators of their own.
    const commits = find(dir, (object) => "signatures" in object && "block_id" in object)
      .map(([, json]) => commitFromJson(json))
      .filter((commit): commit is Commit => commit !== undefined)
      .filter(({ signatures: [sig] }) => validators.indexOf(sig?.validatorAddress ?? new Uint8Array(0)) === 0);
    expect(commits.length).toBeGreaterThan(5);
    for (const commit of commits) verifyCommit("dockerchain", validators, commit.blockId, commit.height, commit);
    const tampered = { ...(commits[0] as Commit), round: 1 };
    expect(() =>
      verifyCommit("dockerchain", validators, tampered.blockId, tampered.height, tampered),
    ).toThrowErrorMatchingInlineSnapshot(
      `[CommitError: signature 0 of validator 2dd9f44fd9067555c322243c3c913ba7b51d2be0 is wrong]`,
    );
  });

  test("transaction proofs lead to their root, and are written as CometBFT writes them", () => {
    const proofs = find(dir, (object) => "root_hash" in object && "proof" in object);
    expect(proofs.length).toBeGreaterThan(5);
    for (const [, json] of proofs) {
      const tx = fromBase64(json.data as string);
      const root = fromHex(json.root_hash as string);
      const proof = merkleProofFromJson(json.proof);
      expect(verifyProof(root, sha256(tx), proof)).toBe(true);
      expect(verifyProof(root, sha256(sha256(tx)), proof)).toBe(false);
      expect(txProofToJson(tx, proof, root)).toEqual(json);
    }
  });

  test("consensus parameters round-trip and hash to the header's consensus hash", () => {
    for (const [, json] of find(dir, (object) => "block" in object && "evidence" in object && "abci" in object)) {
      const params = consensusParamsFromJson(json);
      expect(consensusParamsToJson(params)).toEqual(json);
      const [header] = find(dir, isHeader);
      expect(toHex(consensusHash(params)).toUpperCase()).toBe(header?.[1].consensus_hash);
    }
  });
});
