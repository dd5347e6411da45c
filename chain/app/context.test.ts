import { describe, expect, test } from "vitest";
import { StoreBranch } from "../store/branch.ts";
import { memoryKv } from "../store/memory.ts";
import { ZERO_TIME } from "../types/time.ts";
import { createContext } from "./context.ts";
import { EventLog } from "./events.ts";
import { gasMeter } from "./gas.ts";

const key = Uint8Array.of(1);
const facts = { chainId: "c", height: 3, time: ZERO_TIME, mode: "deliver" } as const;

function setUp(gas = gasMeter(100_000)) {
  const base = memoryKv();
  const root = new StoreBranch({ store: () => base });
  const events = new EventLog();
  return { root, events, base, ctx: createContext(facts, { stores: root, gas, events }) };
}

describe("a context", () => {
  test("keeps writes and events to itself until write, and forgets them on discard", () => {
    const { ctx, root, events } = setUp();
    const child = ctx.branch();
    child.kv("a").set(key, Uint8Array.of(9));
    child.events.emit("seen", [["k", "v"]]);
    expect([ctx.kv("a").has(key), ctx.emitted.length]).toEqual([false, 0]);
    child.write();
    expect(ctx.kv("a").get(key)).toEqual(Uint8Array.of(9));
    expect(ctx.emitted).toEqual([{ type: "seen", attributes: [{ key: "k", value: "v" }] }]);
    expect([root.store("a").has(key), events.events.length]).toEqual([false, 0]);
    const lost = ctx.branch();
    lost.kv("a").delete(key);
    lost.events.emit("lost", []);
    lost.discard();
    lost.write();
    expect(ctx.kv("a").has(key)).toBe(true);
    ctx.write();
    expect([root.store("a").has(key), events.events.map(({ type }) => type)]).toEqual([true, ["seen"]]);
  });

  test("writes that were passed on stay when the scope goes on", () => {
    const { ctx } = setUp();
    const child = ctx.branch();
    child.events.emit("one", []);
    child.write();
    child.events.emit("two", []);
    child.write();
    expect(ctx.takeEvents().map(({ type }) => type)).toEqual(["one", "two"]);
    expect(ctx.emitted).toEqual([]);
  });

  test("meters its branches on one meter, and scopes on their own", () => {
    const gas = gasMeter(5_000);
    const { ctx } = setUp(gas);
    ctx.branch().branch().kv("a").has(key);
    expect(gas.used).toBe(1_000);
    const free = ctx.scope({ gas: gasMeter(10_000), mode: "block" });
    free.kv("a").has(key);
    expect([gas.used, free.gas.used, free.mode, ctx.mode]).toEqual([1_000, 1_000, "block", "deliver"]);
    expect(() => ctx.kv("a").set(key, new Uint8Array(100))).toThrow(
      /^out of gas in location: WritePerByte; gasWanted: 5000/,
    );
  });
});

describe("a gas meter", () => {
  test("refuses what is no gas and saturates far below 2^53", () => {
    const gas = gasMeter(Number.POSITIVE_INFINITY);
    for (const amount of [-1, 0.5, Number.NaN]) expect(() => gas.consume(amount, "x")).toThrow(RangeError);
    for (let i = 0; i < 5; i++) gas.consume(2 ** 50, "x");
    expect(gas.used).toBe(2 ** 50);
  });
});
