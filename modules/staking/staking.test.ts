import {
  QueryPoolResponse,
  QueryValidatorRequest,
  QueryValidatorResponse,
  QueryValidatorsRequest,
  QueryValidatorsResponse,
} from "cosmjs-types/cosmos/staking/v1beta1/query";
import { describe, expect, test } from "vitest";
import { addresses } from "../../chain/app/addresses.ts";
import { toBech32 } from "../../chain/crypto/bech32.ts";
import { toBase64 } from "../../chain/crypto/bytes.ts";
import { addressOfEd25519, generateEd25519 } from "../../chain/crypto/keys.ts";
import { MAX_TOTAL_POWER } from "../../chain/types/validator-set.ts";
import { atHeight, memoryContext } from "../testing/context.ts";
import { wallet } from "../testing/wallet.ts";
import { stakingModule } from "./index.ts";
import { STAKING, sets } from "./keys.ts";
import { RING_HEIGHTS } from "./limits.ts";

const book = addresses("open");
const names = ["alpha", "beta", "gamma"];
const operators = names.map((name) => wallet(name).address) as [string, string, string];
const keys = names.map((_, i) => generateEd25519(new Uint8Array(32).fill(i + 1)).pubKey) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

function entry(i: number, power: string, patch: Record<string, string> = {}) {
  const consensus_pubkey = toBase64(keys[i]!);
  return { operator: operators[i], consensus_pubkey, power, moniker: names[i], beacon_end: "", ...patch };
}

function setUp(state: unknown = { validators: [entry(0, "5"), entry(1, "9"), entry(2, "5")] }) {
  const ctx = memoryContext({ height: 0 });
  const { module, keeper } = stakingModule({ chainId: "test-1", addresses: book, feeDenom: "uopen" });
  module.initGenesis?.(ctx, state);
  const broken = (at = ctx) => module.invariants?.flatMap(({ check }) => check(at) ?? []) ?? [];
  return { ctx, module, keeper, broken };
}

const powers = (members: readonly { power: number }[] | undefined) => members?.map(({ power }) => power);

describe("the set of validators", () => {
  test("is ordered by power, then address, and found by operator and consensus address", () => {
    const { ctx, keeper } = setUp();
    const [first, second, third] = keeper.validators(ctx);
    expect(first).toMatchObject({ operator: operators[1], moniker: "beta", power: 9 });
    expect(Buffer.compare(second!.address, third!.address)).toBe(-1);
    expect(keeper.operatorOf(ctx, addressOfEd25519(keys[2]))).toBe(operators[2]);
    expect(keeper.byOperator(ctx, wallet("nobody").address)).toBeUndefined();
  });

  test("of genesis signs from the first block; a change at H signs from H + 2", () => {
    const { ctx, keeper, broken } = setUp();
    expect(keeper.takeUpdates(ctx).length).toBe(3);
    expect(keeper.takeUpdates(ctx)).toEqual([]);
    const ten = atHeight(ctx, 10);
    keeper.setPower(ten, operators[0], 20);
    keeper.setPower(ten, operators[2], 0);
    expect(keeper.takeUpdates(ten)).toEqual([
      { pubKey: keys[0], power: 20 },
      { pubKey: keys[2], power: 0 },
    ]);
    expect([9, 10, 11].map((height) => powers(keeper.setAt(ten, height)))).toEqual(Array(3).fill([9, 5, 5]));
    expect(keeper.setAt(ten, 12)).toBeUndefined();
    ten.write();
    const eleven = atHeight(ctx, 11);
    expect(powers(keeper.setAt(eleven, 12))).toEqual([20, 9]);
    expect(powers(keeper.setAt(eleven, 11))).toEqual([9, 5, 5]);
    expect(keeper.operatorOf(eleven, addressOfEd25519(keys[2]))).toBe(operators[2]);
    expect(broken(eleven)).toEqual([]);
  });

  test("is remembered for the ring's heights and forgotten after", () => {
    const { ctx, keeper } = setUp();
    keeper.takeUpdates(ctx);
    for (let height = 1; height <= 3 * RING_HEIGHTS; height++) {
      const at = atHeight(ctx, height);
      keeper.setPower(at, operators[0], height);
      keeper.takeUpdates(at);
      at.write();
    }
    const last = atHeight(ctx, 3 * RING_HEIGHTS);
    expect(powers(keeper.setAt(last, last.height - RING_HEIGHTS))?.[0]).toBe(last.height - RING_HEIGHTS - 2);
    expect(keeper.setAt(last, last.height - RING_HEIGHTS - 1)).toBeUndefined();
    expect([...sets.keys(last.kv(STAKING))].length).toBeLessThanOrEqual(RING_HEIGHTS + 3);
  });

  test("an update that would empty or overflow it is refused, and the set stays", () => {
    const { ctx, keeper } = setUp({ validators: [entry(0, "5"), entry(1, "9")] });
    keeper.setPower(ctx, operators[1], 0);
    expect(() => keeper.setPower(ctx, operators[0], 0)).toThrow("the chain has no validator");
    expect(() => keeper.setPower(ctx, operators[1], MAX_TOTAL_POWER)).toThrow("exceed the limits");
    expect(() => keeper.setPower(ctx, operators[0], -1)).toThrow("natural number");
    expect(() => keeper.setPower(ctx, wallet("nobody").address, 1)).toThrow("not found");
    expect(powers(keeper.validators(ctx))).toEqual([5]);
  });

  test("swapped completely in one block", () => {
    const { ctx, keeper } = setUp({ validators: [entry(0, "5")] });
    keeper.takeUpdates(ctx);
    const at = atHeight(ctx, 1);
    keeper.create(at, {
      operator: operators[1],
      pubKey: keys[1],
      power: 3,
      moniker: "beta",
      beaconEnd: new Uint8Array(0),
    });
    keeper.setPower(at, operators[0], 0);
    expect(keeper.takeUpdates(at)).toEqual([
      { pubKey: keys[1], power: 3 },
      { pubKey: keys[0], power: 0 },
    ]);
  });
});

describe("genesis", () => {
  test.each([
    ["no validator", { validators: [] }, "is empty: add a validator"],
    ["no power", { validators: [entry(0, "0")] }, "power must be between 1 and"],
    ["absurd power", { validators: [entry(0, "18446744073709551615")] }, "power must be between 1 and"],
    ["a short key", { validators: [entry(0, "1", { consensus_pubkey: "AAAA" })] }, "32 bytes"],
    [
      "a key used twice",
      { validators: [entry(0, "1"), entry(1, "1", { consensus_pubkey: toBase64(keys[0]) })] },
      "is in use",
    ],
    ["an operator used twice", { validators: [entry(0, "1"), entry(1, "1", { operator: operators[0] })] }, "is in use"],
    ["a long moniker", { validators: [entry(0, "1", { moniker: "m".repeat(71) })] }, "1 to 70 bytes"],
    ["an unknown key", { validators: [entry(0, "1", { colour: "red" })] }, "colour"],
  ])("refuses %s", (_name, state, message) => {
    expect(() => setUp(state)).toThrow(message);
  });

  test("comes back as it was exported", () => {
    const first = setUp();
    const exported = first.module.exportGenesis?.(first.ctx);
    const second = setUp(exported);
    expect(second.module.exportGenesis?.(second.ctx)).toEqual(exported);
  });
});

describe("queries show x/staking's shapes", () => {
  test("Validators, Validator and Pool", () => {
    const { ctx, module } = setUp();
    const handle = (method: string, request: Uint8Array) =>
      module.queries.find(({ path }) => path === `/cosmos.staking.v1beta1.Query/${method}`)!.handle(ctx, request);
    const bonded = QueryValidatorsRequest.encode(
      QueryValidatorsRequest.fromPartial({ status: "BOND_STATUS_BONDED" }),
    ).finish();
    const { validators } = QueryValidatorsResponse.decode(handle("Validators", bonded));
    expect(validators.map(({ description, tokens }) => [description.moniker, tokens]).sort()).toEqual([
      ["alpha", "5000000"],
      ["beta", "9000000"],
      ["gamma", "5000000"],
    ]);
    const validatorAddr = toBech32("openvaloper", book.fromText(operators[1]));
    const one = QueryValidatorRequest.encode({ validatorAddr }).finish();
    expect(QueryValidatorResponse.decode(handle("Validator", one)).validator).toMatchObject({
      operatorAddress: validatorAddr,
      delegatorShares: "9000000000000000000000000",
    });
    expect(QueryPoolResponse.decode(handle("Pool", new Uint8Array(0))).pool).toEqual({
      bondedTokens: "19000000",
      notBondedTokens: "0",
    });
    const wrong = QueryValidatorRequest.encode({ validatorAddr: operators[1] }).finish();
    expect(() => handle("Validator", wrong)).toThrow("prefix openvaloper");
  });
});
