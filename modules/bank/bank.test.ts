import { Metadata } from "cosmjs-types/cosmos/bank/v1beta1/bank";
import {
  QueryAllBalancesRequest,
  QueryAllBalancesResponse,
  QueryTotalSupplyRequest,
  QueryTotalSupplyResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import { MsgMultiSend, MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addresses } from "../../chain/app/addresses.ts";
import type { AppContext } from "../../chain/app/context.ts";
import { AppError } from "../../chain/app/errors.ts";
import { authModule } from "../auth/index.ts";
import { memoryContext } from "../testing/context.ts";
import { wallet } from "../testing/wallet.ts";
import { bankModule, FEE_COLLECTOR } from "./index.ts";
import { BANK, balances, metadata } from "./keys.ts";

const book = addresses("open");
const chain = { chainId: "test-1", addresses: book, feeDenom: "uopen" };
const [ann, bob, eve] = ["ann", "bob", "eve"].map((name) => wallet(name).address) as [string, string, string];

function setUp(coins: Readonly<Record<string, readonly (readonly [string, bigint])[]>> = { [ann]: [["uopen", 100n]] }) {
  const ctx = memoryContext();
  const auth = authModule({ ...chain, moduleAccounts: [FEE_COLLECTOR, "treasury", "vault"] });
  const { module, keeper } = bankModule({ ...chain, treasury: "treasury" }, { accounts: auth.keeper });
  auth.module.initGenesis?.(ctx, undefined);
  const list = Object.entries(coins).map(([address, held]) => ({
    address,
    coins: held.map(([denom, amount]) => ({ denom, amount: amount.toString() })),
  }));
  module.initGenesis?.(ctx, { balances: list });
  const send = (message: MsgSend | MsgMultiSend, codec: { typeUrl: string } = MsgSend) => {
    const route = module.messages.find((each) => each.codec.typeUrl === codec.typeUrl);
    route?.validate(message);
    route?.handle(ctx, message);
  };
  const broken = () => module.invariants?.flatMap(({ check }) => check(ctx) ?? []) ?? [];
  return { ctx, module, keeper, auth: auth.keeper, send, broken };
}

function codeOf(fn: () => unknown): string {
  try {
    fn();
    return "done";
  } catch (error) {
    return error instanceof AppError ? `${error.codespace}/${error.code}` : `threw ${error}`;
  }
}

const msgSend = (from: string, to: string, amount: string, denom = "uopen") =>
  MsgSend.fromPartial({ fromAddress: from, toAddress: to, amount: [{ denom, amount }] });

describe("MsgSend", () => {
  test("moves coins and creates the recipient's account", () => {
    const { ctx, keeper, auth, send, broken } = setUp();
    expect(auth.get(ctx, bob)).toBeUndefined();
    send(msgSend(ann, bob, "40"));
    expect([keeper.balance(ctx, ann), keeper.balance(ctx, bob), keeper.supply(ctx)]).toEqual([60n, 40n, 100n]);
    expect(auth.get(ctx, bob)).toMatchObject({ sequence: 0, pubKey: undefined });
    send(msgSend(ann, ann, "60"));
    expect(keeper.balance(ctx, ann)).toBe(60n);
    expect(broken()).toEqual([]);
  });

  test("an emptied balance leaves no key", () => {
    const { ctx, send } = setUp();
    send(msgSend(ann, bob, "100"));
    expect(balances.has(ctx.kv(BANK), [book.fromText(ann), "uopen"])).toBe(false);
  });

  test.each([
    ["more than there is", msgSend(ann, bob, "101"), "sdk/5"],
    ["another coin", msgSend(ann, bob, "1", "uother"), "sdk/5"],
    ["zero", msgSend(ann, bob, "0"), "sdk/10"],
    ["a negative amount", msgSend(ann, bob, "-1"), "sdk/10"],
    ["2^256", msgSend(ann, bob, (1n << 256n).toString()), "sdk/10"],
    ["nothing", MsgSend.fromPartial({ fromAddress: ann, toAddress: bob }), "sdk/10"],
    ["a foreign address", msgSend(ann, addresses("cosmos").toText(book.fromText(bob)), "1"), "sdk/7"],
    ["a module account", msgSend(ann, book.ofModule("vault"), "1"), "sdk/4"],
  ])("%s is refused", (_name, message, code) => {
    const { ctx, keeper, send } = setUp();
    expect(codeOf(() => send(message))).toBe(code);
    expect(keeper.balance(ctx, ann)).toBe(100n);
  });
});

describe("MsgMultiSend", () => {
  const coins = (amount: string) => [{ denom: "uopen", amount }];
  const multi = (input: string, outputs: readonly string[], inputs = 1) =>
    MsgMultiSend.fromPartial({
      inputs: Array(inputs).fill({ address: ann, coins: coins(input) }),
      outputs: outputs.map((amount, i) => ({ address: i % 2 === 0 ? bob : eve, coins: coins(amount) })),
    });

  test("pays several from one", () => {
    const { ctx, keeper, send } = setUp();
    send(multi("6", ["1", "2", "3"]), MsgMultiSend);
    expect([ann, bob, eve].map((address) => keeper.balance(ctx, address))).toEqual([94n, 4n, 2n]);
  });

  test.each([
    ["sums that differ", multi("6", ["1", "2"]), "bank/4"],
    ["two inputs", multi("3", ["3", "3"], 2), "bank/9"],
    ["no output", multi("3", []), "bank/3"],
    ["an empty output", multi("3", ["3", "0"]), "sdk/10"],
  ])("%s are refused", (_name, message, code) => {
    expect(codeOf(() => setUp().send(message, MsgMultiSend))).toBe(code);
  });
});

describe("the keeper", () => {
  test("moves between modules and burns exactly", () => {
    const { ctx, keeper, broken } = setUp();
    keeper.sendToModule(ctx, ann, "vault", 50n);
    keeper.moduleToModule(ctx, "vault", "treasury", 20n);
    keeper.sendFromModule(ctx, "vault", bob, 5n);
    keeper.burn(ctx, "vault", 10n);
    keeper.send(ctx, ann, bob, 0n);
    expect([keeper.moduleBalance(ctx, "vault"), keeper.moduleBalance(ctx, "treasury"), keeper.supply(ctx)]).toEqual([
      15n,
      20n,
      90n,
    ]);
    expect(broken()).toEqual([]);
    expect(codeOf(() => keeper.burn(ctx, "vault", 16n))).toBe("sdk/5");
    expect(codeOf(() => keeper.send(ctx, ann, bob, -1n))).toBe("sdk/10");
    expect(codeOf(() => keeper.sendToModule(ctx, ann, "nowhere", 1n))).toBe("auth/2");
  });

  test("conserves supply under any transfers, and no balance goes below zero", () => {
    const names = fc.constantFrom(ann, bob, eve);
    const transfer = fc.tuple(names, names, fc.bigInt({ min: 0n, max: 120n }));
    fc.assert(
      fc.property(fc.array(transfer, { maxLength: 30 }), (transfers) => {
        const { ctx, keeper, broken } = setUp({ [ann]: [["uopen", 100n]], [bob]: [["uopen", 30n]] });
        for (const [from, to, amount] of transfers) {
          const step = ctx.branch();
          if (codeOf(() => keeper.send(step, from, to, amount)) === "done") step.write();
        }
        expect(broken()).toEqual([]);
        expect(keeper.supply(ctx)).toBe(130n);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test("fees of a block go to the treasury at its end", () => {
    const { ctx, keeper, module } = setUp();
    keeper.collect(ctx, ann, [{ denom: "uopen", amount: 8n }]);
    expect(keeper.moduleBalance(ctx, FEE_COLLECTOR)).toBe(8n);
    module.endBlock?.(ctx, { proposerAddress: new Uint8Array(0), votes: [] });
    expect([keeper.moduleBalance(ctx, FEE_COLLECTOR), keeper.moduleBalance(ctx, "treasury")]).toEqual([0n, 8n]);
  });

  test("a lost coin breaks the supply invariant", () => {
    const { ctx, broken } = setUp();
    balances.set(ctx.kv(BANK), [book.fromText(ann), "uopen"], 99n);
    expect(broken()).toEqual(["balances hold 99uopen, the supply is 100"]);
    balances.set(ctx.kv(BANK), [book.fromText(ann), "ughost"], 1n);
    balances.set(ctx.kv(BANK), [book.fromText(ann), "uopen"], 100n);
    expect(broken()).toEqual(["balances hold 1ughost, the supply is 0"]);
  });
});

describe("queries and genesis", () => {
  const answer = (ctx: AppContext, module: ReturnType<typeof setUp>["module"], method: string, request: Uint8Array) =>
    module.queries.find(({ path }) => path === `/cosmos.bank.v1beta1.Query/${method}`)!.handle(ctx, request);

  test("list balances and supply by denomination", () => {
    const { ctx, module } = setUp({
      [ann]: [
        ["uatom", 1n],
        ["uopen", 2n],
      ],
      [bob]: [["uopen", 5n]],
    });
    const request = QueryAllBalancesRequest.encode(QueryAllBalancesRequest.fromPartial({ address: ann })).finish();
    const { balances: held } = QueryAllBalancesResponse.decode(answer(ctx, module, "AllBalances", request));
    expect(held.map(({ amount, denom }) => amount + denom)).toEqual(["1uatom", "2uopen"]);
    const total = QueryTotalSupplyRequest.encode(QueryTotalSupplyRequest.fromPartial({})).finish();
    const { supply } = QueryTotalSupplyResponse.decode(answer(ctx, module, "TotalSupply", total));
    expect(supply.map(({ amount, denom }) => amount + denom)).toEqual(["1uatom", "7uopen"]);
  });

  test.each([
    [
      "a stated supply that is not the sum",
      { balances: [], supply: [{ denom: "uopen", amount: "1" }] },
      "states 1uopen",
    ],
    ["a repeated address", { balances: [{ address: ann }, { address: ann }] }, "repeats the address"],
    ["a misspelled key", { ballances: [] }, "app_state.bank.ballances is not known here"],
    [
      "an amount as a number",
      { balances: [{ address: ann, coins: [{ denom: "uopen", amount: 5 }] }] },
      "must be a text",
    ],
    ["a list that is none", { balances: {} }, "app_state.bank.balances must be a list"],
  ])("genesis refuses %s", (_name, state, message) => {
    const { module } = setUp();
    expect(() => module.initGenesis?.(memoryContext(), state)).toThrow(message);
  });

  test("genesis comes back as it was exported", () => {
    const { ctx, module } = setUp();
    const unit = { denom: "uopen", exponent: 0, aliases: ["microopen"] };
    metadata.set(ctx.kv(BANK), "uopen", Metadata.fromPartial({ base: "uopen", denomUnits: [unit], symbol: "OPEN" }));
    const exported = module.exportGenesis?.(ctx);
    const other = setUp({});
    const fresh = memoryContext();
    other.module.initGenesis?.(fresh, exported);
    expect(other.module.exportGenesis?.(fresh)).toEqual(exported);
  });
});
