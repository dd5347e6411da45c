import { Duration } from "cosmjs-types/google/protobuf/duration";
import {
  CheckTxType,
  RequestFinalizeBlock,
  RequestInitChain,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestVerifyVoteExtension,
  type ResponseFinalizeBlock,
} from "cosmjs-types/tendermint/abci/types";
import { describe, expect, test } from "vitest";
import { authModule } from "../../modules/auth/index.ts";
import { bankModule, FEE_COLLECTOR } from "../../modules/bank/index.ts";
import { stakingModule } from "../../modules/staking/index.ts";
import { wallet } from "../../modules/testing/wallet.ts";
import { toBase64, toHex } from "../crypto/bytes.ts";
import { SILENT_LOG } from "../ports.ts";
import { amountValue, item, numberValue } from "../store/collections.ts";
import { MultiStore } from "../store/multistore.ts";
import { addMs, fromMs } from "../types/time.ts";
import { addresses } from "./addresses.ts";
import { createApp, storeNames } from "./app.ts";
import type { Context } from "./context.ts";
import { defineErrors } from "./errors.ts";
import type { InjectedTx } from "./injected.ts";
import { InvariantBroken } from "./invariant.ts";
import { type MessageRoute, type Module, messageRoute } from "./module.ts";
import { wrapInjected } from "./tx/injected-envelope.ts";

const STORE = "chaos";
const counter = item(1, numberValue);
const total = item(2, amountValue);
const chaosErrors = defineErrors(STORE, { asked: 2 });

/** Deeds of the message: `seconds` says which. */
const DEEDS: Readonly<Record<string, (ctx: Context) => void>> = {
  0: () => {},
  1: () => {
    throw new Error("a bug");
  },
  2: () => void (1n / BigInt(0)),
  3: (ctx) => DEEDS["3"]?.(ctx),
  4: () => {
    throw chaosErrors.asked("as asked");
  },
  5: () => {
    throw undefined;
  },
  6: (ctx) => total.set(ctx.kv(STORE), 1n << 256n),
  7: (ctx) => {
    for (;;) counter.get(ctx.kv(STORE));
  },
  8: () => {
    throw new InvariantBroken("chaos", "by a transaction");
  },
};

const route: MessageRoute = messageRoute({
  codec: Duration,
  response: Duration,
  amino: "test/Deed",
  signers: () => [alice.address],
  validate({ nanos }) {
    if (nanos < 0) throw chaosErrors.asked("negative");
  },
  handle(ctx, { seconds }) {
    counter.set(ctx.kv(STORE), (counter.get(ctx.kv(STORE)) ?? 0) + 1);
    DEEDS[String(seconds)]?.(ctx);
    return Duration.fromPartial({ seconds });
  },
});

/** A module whose hooks fail at chosen heights, after they wrote. */
function chaosModule(
  fail: { begin?: number; end?: number; updates?: number; invariant?: number; stop?: number } = {},
): Module {
  return {
    name: STORE,
    store: STORE,
    messages: [route],
    queries: [],
    beginBlock(ctx) {
      if (ctx.height !== fail.begin) return;
      counter.set(ctx.kv(STORE), 1_000);
      throw new Error("begin");
    },
    endBlock(ctx) {
      if (ctx.height === fail.stop) throw new InvariantBroken("chaos", "in a hook");
      if (ctx.height !== fail.end) return;
      counter.set(ctx.kv(STORE), 2_000);
      total.set(ctx.kv(STORE), 7n / BigInt(ctx.height - ctx.height));
    },
    validatorUpdates(ctx) {
      if (ctx.height === fail.updates) throw new RangeError("updates");
      return [];
    },
    invariants: [{ name: "tests", check: (ctx) => (ctx.height === fail.invariant ? "asked to break" : undefined) }],
  };
}

const INJECTED: InjectedTx = {
  typeUrl: "/test.Injected",
  prepare: (_, { candidates }) => candidates ?? Uint8Array.of(1),
  process(_, message) {
    if (message[0] !== 1) throw chaosErrors.asked("not a one");
  },
  deliver(ctx, message) {
    ctx.events.emit("injected", []);
    if (message[0] !== 1) throw new TypeError("not a one");
  },
};

const alice = wallet("alice", { types: [[Duration.typeUrl, Duration]] });
const chain = { chainId: "test-1", addresses: addresses("open"), feeDenom: "uopen" };
const START = fromMs(1_700_000_000_000);

function start(options: { chaos?: Module; injected?: InjectedTx } = {}) {
  const auth = authModule({ ...chain, moduleAccounts: [FEE_COLLECTOR, "treasury"] });
  const bank = bankModule({ ...chain, treasury: "treasury" }, { accounts: auth.keeper });
  const modules = [auth.module, bank.module, stakingModule(chain).module, options.chaos ?? chaosModule()];
  const stores = new MultiStore({ names: storeNames(modules) });
  const ante = { accounts: auth.keeper, fees: bank.keeper };
  const injected = options.injected ? { injected: options.injected } : {};
  const app = createApp({ chain, modules, ante, ...injected, checkInvariants: true, log: SILENT_LOG }, stores);
  const pubkey = toBase64(new Uint8Array(32).fill(5));
  const state = {
    chain: { bech32_prefix: "open", fee_denom: "uopen" },
    bank: { balances: [{ address: alice.address, coins: [{ denom: "uopen", amount: "1000000" }] }] },
    staking: {
      validators: [{ operator: alice.address, consensus_pubkey: pubkey, power: "1", moniker: "a", beacon_end: "" }],
    },
  };
  const appStateBytes = new TextEncoder().encode(JSON.stringify(state));
  app.initChain(RequestInitChain.fromPartial({ chainId: "test-1", time: START, appStateBytes, initialHeight: 1n }));
  let height = 0;
  const request = (txs: readonly Uint8Array[]) => ({
    height: BigInt(height + 1),
    time: addMs(START, height + 1),
    txs: [...txs],
  });
  const block = (txs: readonly Uint8Array[] = []): ResponseFinalizeBlock => {
    const response = app.finalizeBlock(RequestFinalizeBlock.fromPartial(request(txs)));
    app.commit();
    height++;
    return response;
  };
  const process = (txs: readonly Uint8Array[]) =>
    app.processProposal(RequestProcessProposal.fromPartial(request(txs))).status;
  return { app, stores, block, process };
}

/** Account numbers: alice is created by her balance, after no listed account and before the module accounts. */
function accountNumber(): number {
  return 2;
}

function deed(seconds: number, sequence: number, options: { gas?: number; nanos?: number } = {}): Uint8Array {
  const value = { seconds: BigInt(seconds), nanos: options.nanos ?? 0 };
  const sign = { sequence, accountNumber: accountNumber(), gas: options.gas ?? 200_000 };
  return alice.sign([{ typeUrl: Duration.typeUrl, value }], sign);
}

const count = (stores: MultiStore) => counter.get(stores.storeView(STORE)) ?? 0;

describe("a throwing handler never escapes its transaction", () => {
  test.each([
    [1, 111_222, "undefined"],
    [2, 111_222, "undefined"],
    [3, 111_222, "undefined"],
    [4, 2, "chaos"],
    [5, 111_222, "undefined"],
    [6, 111_222, "undefined"],
    [7, 11, "sdk"],
    [8, 111_222, "undefined"],
  ])("deed %i is code %i of %s, undone, and the next transaction runs", (seconds, code, codespace) => {
    const { block, stores } = start();
    const { txResults } = block([deed(seconds, 0), deed(0, 1)]);
    expect(txResults[0]).toMatchObject({ code, codespace });
    expect(txResults[0]!.data.length).toBe(0);
    expect(txResults[1]!.code).toBe(0);
    expect(count(stores)).toBe(1);
  });

  test("a message that is statelessly wrong, unknown or not canonical never reaches its handler", () => {
    const { block, stores } = start();
    const wrong = deed(0, 0, { nanos: -1 });
    expect(block([wrong]).txResults[0]).toMatchObject({ code: 2, codespace: "chaos", gasWanted: 0n });
    expect(count(stores)).toBe(0);
  });
});

describe("block hooks are contained", () => {
  test("what a failing begin or end hook wrote is undone, an event says so, and the chain goes on", () => {
    const { block, stores } = start({ chaos: chaosModule({ begin: 1, end: 2, updates: 3 }) });
    const failed = (response: ResponseFinalizeBlock) =>
      response.events
        .filter(({ type }) => type === "hook_failed")
        .map(({ attributes }) => attributes.map(({ value }) => value).join(" "));
    expect(failed(block())).toEqual(["chaos begin undefined 111222 BeginBlock"]);
    expect(failed(block())).toEqual(["chaos end undefined 111222 EndBlock"]);
    expect(failed(block())).toEqual(["chaos validators undefined 111222 EndBlock"]);
    expect(failed(block([deed(0, 0)]))).toEqual([]);
    expect(count(stores)).toBe(1);
  });

  test("a broken invariant stops the host, in a hook and after the block, and nothing is finalized", () => {
    const inHook = start({ chaos: chaosModule({ stop: 1 }) });
    expect(() => inHook.block()).toThrow(InvariantBroken);
    const after = start({ chaos: chaosModule({ invariant: 2 }) });
    after.block();
    expect(() => after.block()).toThrow("invariant at height 2 is broken: chaos: tests: asked to break");
    expect(() => after.app.commit()).toThrow("there is no finalized block to commit");
  });
});

describe("transaction 0", () => {
  const good = wrapInjected(INJECTED.typeUrl, Uint8Array.of(1));
  const bad = wrapInjected(INJECTED.typeUrl, Uint8Array.of(2));

  test("is refused by CheckTx, at any other index, and when absent, doubled or padded", () => {
    const { app, process } = start({ injected: INJECTED });
    expect(app.checkTx({ tx: good, type: CheckTxType.NEW })).toMatchObject({ code: 4, codespace: "sdk" });
    const [accept, reject] = [1, 2];
    expect(process([good])).toBe(accept);
    expect(process([good, deed(0, 0)])).toBe(accept);
    for (const txs of [[], [bad], [deed(0, 0)], [deed(0, 0), good], [good, good], [Uint8Array.of(...good, 0x10, 0)]]) {
      expect(process(txs)).toBe(reject);
    }
  });

  test("a bad one in a decided block is a failed result, not a halt", () => {
    const { block } = start({ injected: INJECTED });
    const { txResults } = block([bad, deed(0, 0)]);
    expect(txResults.map(({ code }) => code)).toEqual([111_222, 0]);
    const { txResults: next } = block([good]);
    expect(next[0]!.events.map(({ type }) => type)).toEqual(["message", "injected"]);
  });

  test("openings that spoil it are left out, and the proposal passes its own check", () => {
    const { app, process } = start({ injected: INJECTED });
    const { txs } = app.prepareProposal({
      txs: [bad, deed(0, 0)],
      maxTxBytes: 10_000n,
      height: 1n,
      time: addMs(START, 1),
    } as never);
    expect(txs.map(toHex)).toEqual([good, deed(0, 0)].map(toHex));
    expect(process(txs)).toBe(1);
  });

  test("a proposal stays within its bytes", () => {
    const { app } = start({ injected: INJECTED });
    const tx = deed(0, 0);
    const room = (bytes: number) =>
      app.prepareProposal({ txs: [tx], maxTxBytes: BigInt(bytes), height: 1n, time: addMs(START, 1) } as never).txs
        .length;
    const exact = good.length + 2 + tx.length + 3;
    expect([room(exact), room(exact - 1)]).toEqual([2, 1]);
  });
});

describe("calls out of order", () => {
  test("are errors of the host, except a proposal for another height, which is refused", () => {
    const { app, block } = start();
    block();
    const finalize = (height: bigint) => app.finalizeBlock(RequestFinalizeBlock.fromPartial({ height, time: START }));
    expect(() => finalize(1n)).toThrow("asked for block 1, the next one is 2");
    expect(() => finalize(3n)).toThrow("asked for block 3, the next one is 2");
    expect(() => app.initChain(RequestInitChain.fromPartial({}))).toThrow("the chain has blocks already");
    expect(app.processProposal(RequestProcessProposal.fromPartial({ height: 2n ** 53n, time: START })).status).toBe(2);
    // Block sync may commit a block while consensus asks for it.
    expect(app.prepareProposal(RequestPrepareProposal.fromPartial({ height: 1n, time: START }))).toEqual({ txs: [] });
    finalize(2n);
    expect(() => finalize(2n)).toThrow("block 2 awaits its commit");
  });
});

test("a vote extension is judged by size and canonical bytes only", () => {
  const { app } = start();
  const verdict = (length: number) =>
    app.verifyVoteExtension(RequestVerifyVoteExtension.fromPartial({ voteExtension: new Uint8Array(length) })).status;
  expect([verdict(0), verdict(97)]).toEqual([1, 2]);
});
