import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parsePeerAddress } from "./addresses.ts";
import { REDIAL_MAX_DELAY_MS, REDIAL_MIN_DELAY_MS, REDIAL_STABLE_MS } from "./limits.ts";
import { SILENT_LOG } from "./ports.ts";
import { Redialler } from "./redial.ts";

const ADDRESS = parsePeerAddress("/ip4/10.0.0.1/tcp/1/p2p/12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5");

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setup() {
  const state = { connected: false, reachable: false, dialledAtMs: [] as number[] };
  const redialler = new Redialler([ADDRESS], {
    log: SILENT_LOG,
    nowMs: () => Date.now(),
    isConnected: () => state.connected,
    dial: async () => {
      state.dialledAtMs.push(Date.now());
      if (!state.reachable) throw new Error("refused");
      state.connected = true;
      redialler.up(ADDRESS.peer);
    },
  });
  vi.setSystemTime(0);
  return { state, redialler };
}

test("dials for ever, with doubling delays up to the limit", async () => {
  const { state, redialler } = setup();
  redialler.start();
  await vi.advanceTimersByTimeAsync(600_000);
  const gaps = state.dialledAtMs.slice(1).map((at, i) => at - state.dialledAtMs[i]!);
  expect(gaps.slice(0, 4)).toEqual([2, 4, 8, 16].map((factor) => factor * REDIAL_MIN_DELAY_MS));
  expect(gaps.at(-1)).toBe(REDIAL_MAX_DELAY_MS);
  redialler.stop();
  const dials = state.dialledAtMs.length;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(state.dialledAtMs).toHaveLength(dials);
});

test("a connection that lasted is replaced at once, one that fell at once is not", async () => {
  const { state, redialler } = setup();
  state.reachable = true;
  redialler.start();
  await vi.advanceTimersByTimeAsync(REDIAL_STABLE_MS);
  state.connected = false;
  redialler.down(ADDRESS.peer);
  await vi.advanceTimersByTimeAsync(REDIAL_MIN_DELAY_MS);
  expect(state.dialledAtMs).toHaveLength(2);
  state.connected = false;
  redialler.down(ADDRESS.peer);
  await vi.advanceTimersByTimeAsync(REDIAL_MIN_DELAY_MS);
  expect(state.dialledAtMs).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(REDIAL_MIN_DELAY_MS);
  expect(state.dialledAtMs).toHaveLength(3);
  redialler.stop();
});
