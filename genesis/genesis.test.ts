import { describe, expect, test } from "vitest";
import { generateEd25519 } from "../chain/crypto/keys.ts";
import { parseGenesis, serializeGenesis } from "../chain/types/genesis.ts";
import { fromMs } from "../chain/types/time.ts";
import { wallet } from "../modules/testing/wallet.ts";
import { addGenesisAccount, addGenesisValidator, buildGenesis, chainOptionsOf, emptyGenesis } from "./build.ts";
import { validateGenesisState } from "./validate.ts";

const options = { chainId: "build-1", genesisTime: fromMs(1_700_000_000_000) };
const operator = wallet("operator").address;
const account = { address: operator, coins: [{ denom: "uopen", amount: 10n }] };
const { pubKey } = generateEd25519(new Uint8Array(32).fill(3));
const validator = { operator, pubKey, power: 4, moniker: "alpha", beaconEnd: new Uint8Array(32).fill(8) };

describe("a built genesis", () => {
  const doc = buildGenesis({ ...options, accounts: [account], validators: [validator] });

  test("starts an application, also after its file was written and read", () => {
    const summary = { chainId: "build-1", validators: 1, totalPower: 4n };
    expect(validateGenesisState(doc)).toEqual(summary);
    expect(validateGenesisState(parseGenesis(serializeGenesis(doc)))).toEqual(summary);
  });

  test("carries the chain's parameters", () => {
    expect(chainOptionsOf(doc)).toMatchObject({ chainId: "build-1", feeDenom: "uopen" });
    const other = emptyGenesis({ ...options, prefix: "bird", feeDenom: "useed" });
    expect(chainOptionsOf(other).addresses.prefix).toBe("bird");
    expect(doc.consensusParams.block).toEqual({ maxBytes: 4_194_304, maxGas: 200_000_000 });
  });

  test("works under another prefix and denomination", () => {
    const birdOperator = wallet("operator", { prefix: "bird" }).address;
    const bird = buildGenesis({
      ...options,
      prefix: "bird",
      feeDenom: "useed",
      accounts: [{ address: birdOperator, coins: [{ denom: "useed", amount: 10n }] }],
      validators: [{ ...validator, operator: birdOperator }],
    });
    expect(validateGenesisState(bird).validators).toBe(1);
  });
});

describe("what cannot start is refused with the place and the reason", () => {
  const funded = addGenesisAccount(emptyGenesis(options), account);

  test.each([
    [
      "no validator",
      () => validateGenesisState(funded),
      "genesis: app_state.staking.validators is empty: add a validator",
    ],
    ["a second account of one address", () => addGenesisAccount(funded, account), "is in the genesis already"],
    [
      "a foreign address",
      () => addGenesisAccount(funded, { ...account, address: "cosmos1abc" }),
      "is not an address with prefix open",
    ],
    [
      "an empty coin",
      () => addGenesisAccount(emptyGenesis(options), { ...account, coins: [{ denom: "uopen", amount: 0n }] }),
      "not a sorted list of positive coins",
    ],
    [
      "a validator twice",
      () => addGenesisValidator(addGenesisValidator(funded, validator), validator),
      "is a validator already",
    ],
    [
      "an unknown module",
      () => validateGenesisState(withState({ birds: {} })),
      "genesis: app_state.birds is not known here",
    ],
    [
      "a bad module state",
      () => validateGenesisState(withState({ bank: { balances: 5 } })),
      "genesis: app_state.bank.balances must be a list",
    ],
    [
      "no chain parameters",
      () => validateGenesisState(withState({ chain: {} })),
      "genesis: app_state.chain.bech32_prefix must be a text",
    ],
  ])("%s", (_name, act, message) => {
    expect(act).toThrow(message);
  });

  function withState(patch: Record<string, never | object>) {
    const doc = addGenesisValidator(funded, validator);
    return { ...doc, appState: { ...doc.appState, ...(patch as typeof doc.appState) } };
  }
});
