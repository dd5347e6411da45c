import { describe, expect, test } from "vitest";
import { toBase64 } from "../crypto/bytes.ts";
import { GenesisError, genesisFromJson, genesisHash, parseGenesis, serializeGenesis } from "./genesis.ts";
import { pairOf } from "./testing/fixtures.ts";

const validator = (n: number, power: string) => ({
  address: "",
  pub_key: { type: "tendermint/PubKeyEd25519", value: toBase64(pairOf(n).pubKey) },
  power,
  name: `v${n}`,
});

const VALID = {
  genesis_time: "2030-01-01T00:00:00Z",
  chain_id: "openledger-1",
  initial_height: "1",
  validators: [validator(1, "10"), validator(2, "20")],
  app_hash: "",
  app_state: { bank: { balances: [] } },
};

const errorOf = (run: () => unknown): string => {
  try {
    run();
    return "valid";
  } catch (error) {
    return error instanceof GenesisError ? `${error.code}: ${error.message}` : `another error: ${error}`;
  }
};
const refusal = (change: object): string => errorOf(() => genesisFromJson({ ...VALID, ...change }));

describe("genesis document", () => {
  test("survives its text, whatever the order and spacing of keys", () => {
    const doc = genesisFromJson(VALID);
    const again = parseGenesis(serializeGenesis(doc));
    expect(again).toEqual(doc);
    const shuffled = Object.fromEntries(Object.entries(VALID).reverse());
    expect(genesisHash(genesisFromJson(shuffled))).toBe(genesisHash(doc));
    expect(genesisHash(genesisFromJson({ ...VALID, chain_id: "openledger-2" }))).not.toBe(genesisHash(doc));
  });

  test("defaults: height 1, CometBFT's parameters, no validators, no state", () => {
    const { genesis_time, chain_id } = VALID;
    const doc = genesisFromJson({ genesis_time, chain_id, initial_height: "0" });
    expect(doc.initialHeight).toBe(1);
    expect(doc.consensusParams.block.maxBytes).toBe(22_020_096);
    expect([doc.validators, doc.appState, doc.appHash.length]).toEqual([[], {}, 0]);
  });

  test("behavior: each error names the key and what to write", () => {
    expect(errorOf(() => parseGenesis("{"))).toMatch(/^bad_json: the genesis file is not JSON .* copy it again/);
    expect(errorOf(() => genesisFromJson(null))).toBe("bad_json: genesis: is not a JSON object; correct this key");
    expect(refusal({ chain_id: "" })).toMatchInlineSnapshot(
      `"bad_chain_id: genesis.chain_id "" must have 1..50 letters, digits, dots, dashes or underscores, such as openledger-1"`,
    );
    expect(refusal({ chain_id: "../evil" })).toMatch(/^bad_chain_id/);
    expect(refusal({ chain_id: "x".repeat(51) })).toMatch(/^bad_chain_id/);
    expect(refusal({ genesis_time: undefined })).toMatchInlineSnapshot(
      `"bad_time: genesis.genesis_time is missing; write the start as 2030-01-01T00:00:00Z"`,
    );
    expect(refusal({ genesis_time: "yesterday" })).toMatch(/^bad_json: genesis.genesis_time: not an RFC 3339 time/);
    expect(refusal({ genesis_time: "0001-01-01T00:00:00Z" })).toMatch(/^bad_time/);
    expect(refusal({ initial_height: "-1" })).toMatch(/^bad_json: genesis.initial_height/);
    expect(refusal({ initial_height: 1 })).toMatchInlineSnapshot(
      `"bad_json: genesis.initial_height: is not a decimal integer in quotes; correct this key"`,
    );
    expect(refusal({ initial_height: "9223372036854775807" })).toMatch(/^bad_json: genesis.initial_height/);
    expect(refusal({ app_state: [] })).toMatch(/^bad_app_state/);
    expect(refusal({ app_hash: "zz" })).toMatch(/^bad_json: genesis.app_hash/);
  });

  test("behavior: refused validators", () => {
    expect(refusal({ validators: [validator(1, "1"), validator(1, "2")] })).toMatch(/^bad_validators: .*twice/);
    expect(refusal({ validators: [validator(1, "0")] })).toMatch(/^bad_validators: .*no power/);
    expect(refusal({ validators: [validator(1, "1125899906842624"), validator(2, "1")] })).toMatch(
      /^bad_validators: .*total/,
    );
    expect(refusal({ validators: [{ ...validator(1, "1"), address: "00".repeat(20) }] })).toMatch(
      /^bad_validators: genesis.validators\[0\].address is not of its pub_key; write [0-9A-F]{40}/,
    );
    const secp = { ...validator(1, "1"), pub_key: { type: "tendermint/PubKeySecp256k1", value: "AAAA" } };
    expect(refusal({ validators: [secp] })).toMatch(/^bad_json: genesis.validators\[0\].pub_key.type/);
  });

  test("behavior: refused parameters", () => {
    const params = JSON.parse(serializeGenesis(genesisFromJson(VALID))).consensus_params;
    const block = { ...params.block, max_bytes: "0" };
    expect(refusal({ consensus_params: { ...params, block } })).toMatch(
      /^bad_params: genesis.consensus_params: block.max_bytes/,
    );
    expect(refusal({ consensus_params: { ...params, block: undefined } })).toMatch(
      /^bad_json: genesis.consensus_params.block/,
    );
  });
});
