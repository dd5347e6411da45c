import { QueryAccountsRequest, QueryAccountsResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { describe, expect, test } from "vitest";
import { addresses } from "../../chain/app/addresses.ts";
import { memoryContext } from "../testing/context.ts";
import { wallet } from "../testing/wallet.ts";
import { authModule } from "./index.ts";

const book = addresses("open");
const chain = { chainId: "test-1", addresses: book, feeDenom: "uopen", moduleAccounts: ["vault", "treasury"] };
const ann = wallet("ann");

function setUp(state?: unknown) {
  const ctx = memoryContext();
  const { module, keeper } = authModule(chain);
  module.initGenesis?.(ctx, state);
  const broken = () => module.invariants?.flatMap(({ check }) => check(ctx) ?? []) ?? [];
  return { ctx, module, keeper, broken };
}

describe("accounts", () => {
  test("are numbered in order of creation, once", () => {
    const { ctx, keeper, broken } = setUp();
    keeper.ensure(ctx, ann.address);
    keeper.ensure(ctx, ann.address);
    keeper.setPubKey(ctx, ann.address, ann.pubKey);
    keeper.incrementSequence(ctx, ann.address);
    expect(keeper.get(ctx, ann.address)).toEqual({
      address: ann.address,
      pubKey: ann.pubKey,
      accountNumber: 2,
      sequence: 1,
      module: undefined,
    });
    expect(broken()).toEqual([]);
  });

  test("of modules exist from genesis, by name, and break an invariant when they sign", () => {
    const { ctx, keeper, broken } = setUp();
    const vault = book.ofModule("vault");
    expect(keeper.get(ctx, vault)).toMatchObject({ module: "vault", accountNumber: 0 });
    expect([keeper.ensureModule(ctx, "vault"), keeper.moduleOf(vault), keeper.moduleOf(ann.address)]).toEqual([
      vault,
      "vault",
      undefined,
    ]);
    expect(() => keeper.ensureModule(ctx, "nowhere")).toThrow("no module account is named nowhere");
    keeper.incrementSequence(ctx, vault);
    expect(broken()).toEqual(["module account vault has signed"]);
  });

  test("that do not exist cannot sign", () => {
    const { ctx, keeper } = setUp();
    expect(() => keeper.incrementSequence(ctx, ann.address)).toThrow("does not exist: unknown address");
  });
});

describe("genesis", () => {
  test("keeps numbers, keys and sequences through export and import", () => {
    const first = setUp({ accounts: [{ address: ann.address, account_number: "7", sequence: "3" }] });
    first.keeper.setPubKey(first.ctx, ann.address, ann.pubKey);
    const exported = first.module.exportGenesis?.(first.ctx);
    const second = setUp(exported);
    expect(second.module.exportGenesis?.(second.ctx)).toEqual(exported);
    expect(second.keeper.get(second.ctx, ann.address)).toMatchObject({ accountNumber: 7, sequence: 3 });
    second.keeper.ensure(second.ctx, wallet("next").address);
    expect(second.keeper.get(second.ctx, wallet("next").address)?.accountNumber).toBe(10);
  });

  test.each([
    ["a repeated account", { accounts: [{ address: ann.address }, { address: ann.address }] }, "repeats the account"],
    [
      "a repeated number",
      {
        accounts: [
          { address: ann.address, account_number: 1 },
          { address: wallet("b").address, account_number: 1 },
        ],
      },
      "repeats account number 1",
    ],
    ["another kind of account", { accounts: [{ "@type": "/x.Y", address: ann.address }] }, "@type must be"],
    ["a misspelled parameter", { params: { max_memo: "1" } }, "app_state.auth.params.max_memo is not known here"],
    ["a number beyond 2^53", { params: { tx_sig_limit: "99999999999999999999" } }, "must be a natural number"],
    [
      "a foreign address",
      { accounts: [{ address: wallet("a", { prefix: "cosmos" }).address }] },
      "not an address of this chain",
    ],
  ])("refuses %s", (_name, state, message) => {
    expect(() => setUp(state)).toThrow(message);
  });
});

test("Accounts pages through all of them", () => {
  const { ctx, module } = setUp();
  const route = module.queries.find(({ path }) => path === "/cosmos.auth.v1beta1.Query/Accounts");
  const request = QueryAccountsRequest.fromPartial({ pagination: { limit: 1n } });
  const { accounts, pagination } = QueryAccountsResponse.decode(
    route!.handle(ctx, QueryAccountsRequest.encode(request).finish()),
  );
  expect(accounts.map(({ typeUrl }) => typeUrl)).toEqual(["/cosmos.auth.v1beta1.ModuleAccount"]);
  expect(pagination!.nextKey.length).toBe(8);
});
