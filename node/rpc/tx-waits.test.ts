import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import type { CommittedEvent } from "./backend.ts";
import { FakeChain } from "./testing/fake-chain.ts";
import { TxWaits } from "./tx-waits.ts";

const TX = Uint8Array.of(1);

let chain: FakeChain;
let waits: TxWaits;
beforeEach(() => {
  vi.useFakeTimers();
  chain = new FakeChain();
  waits = new TxWaits(
    { timeoutMs: 1_000, maxWaits: 2 },
    { onIndexed: (tell: (event: CommittedEvent) => void) => chain.onBlock(tell) },
  );
});
afterEach(() => {
  waits.close();
  vi.useRealTimers();
});

test("everybody who waits for a transaction learns its place, others go on waiting", async () => {
  const [a, b] = [waits.wait(sha256(TX)), waits.wait(sha256(TX))];
  const made = chain.produce(Uint8Array.of(9), TX);
  expect(await Promise.all([a.place, b.place])).toEqual([
    { event: made, index: 1 },
    { event: made, index: 1 },
  ]);
  const other = waits.wait(sha256(Uint8Array.of(2)));
  chain.produce(TX);
  const refused = expect(other.place).rejects.toThrow("timed out waiting 1 s for tx");
  await vi.advanceTimersByTimeAsync(1_000);
  await refused;
});

test("behavior: waits are limited; those that ended, were cancelled or ran out of time do not count", async () => {
  for (let i = 0; i < 5; i++) waits.wait(sha256(TX)).cancel();
  const ended = waits.wait(sha256(TX));
  chain.produce(TX);
  await ended.place;
  const late = [waits.wait(sha256(Uint8Array.of(2))), waits.wait(sha256(TX))];
  expect(() => waits.wait(sha256(TX))).toThrow("2 callers already wait for a block; use broadcast_tx_sync and tx");
  const refused = late.map(({ place }) => expect(place).rejects.toThrow("timed out"));
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(refused);
  expect(vi.getTimerCount()).toBe(0);
  waits.wait(sha256(TX)).cancel();
});

test("behavior: closing ends every wait", async () => {
  const { place } = waits.wait(sha256(TX));
  waits.close();
  await expect(place).rejects.toThrow("the node stops");
});
