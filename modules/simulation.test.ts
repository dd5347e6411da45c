import { describe, expect, test } from "vitest";
import { sha256 } from "../chain/crypto/hash.ts";
import { u32be } from "../chain/crypto/tagged.ts";
import { type TestChain, testChain } from "./testing/harness.ts";
import { sendMessage, type Wallet, wallet } from "./testing/wallet.ts";

const WALLETS = Array.from({ length: 6 }, (_, i) => wallet(`simulated ${i}`));
const BLOCKS = 12;

/** Seeded natural numbers below a bound. */
function dice(seed: number): (bound: number) => number {
  let state = sha256(u32be(seed));
  return (bound) => {
    state = sha256(state);
    return new DataView(state.buffer, state.byteOffset).getUint32(0) % bound;
  };
}

/** A transaction that is good, or wrong in one of the ways that the ante handler and the bank know. */
function randomTx(roll: (bound: number) => number, sequences: number[]): Uint8Array {
  const from = roll(WALLETS.length);
  const sender = WALLETS[from] as Wallet;
  const to = WALLETS[roll(WALLETS.length)] as Wallet;
  const amount = roll(12) === 0 ? 10n ** 12n : BigInt(roll(1_000) + 1);
  const wrong = roll(8);
  const sequence = (sequences[from] ?? 0) + (wrong === 0 ? 1 : 0);
  const tx = sender.sign([sendMessage(sender.address, to.address, amount)], {
    sequence,
    accountNumber: from + 1 + (wrong === 1 ? 1 : 0),
    gas: wrong === 2 ? 30_000 : 100_000,
    fee: [{ denom: "uopen", amount: String(roll(50)) }],
  });
  if (wrong === 3) tx[roll(tx.length)]! ^= 1 << roll(8);
  // A transaction of too little gas passes the ante handler, so it uses its sequence.
  if (wrong !== 0 && wrong !== 1 && wrong !== 3) sequences[from] = (sequences[from] ?? 0) + 1;
  return tx;
}

describe.each([1, 2, 3])("seed %i", (seed) => {
  test("one node, one that restarts at random and one under a load of checks and queries stay equal", () => {
    const roll = dice(seed);
    const steady = testChain({ wallets: WALLETS });
    let restarting: TestChain = testChain({ wallets: WALLETS });
    const busy = testChain({ wallets: WALLETS });
    const sequences: number[] = [];
    let failed = 0;
    for (let height = 1; height <= BLOCKS; height++) {
      const txs = Array.from({ length: roll(9) }, () => randomTx(roll, sequences));
      const proposal = [...steady.propose([]), ...txs];
      if (height > 1 && roll(3) === 0) restarting = restarting.restart();
      for (const tx of txs) busy.check(tx);
      if (height > 1) busy.query("/cosmos.tx.v1beta1.Service/Simulate", sha256(u32be(height)));
      const responses = [steady, restarting, busy].map((chain) => chain.force(proposal));
      busy.check(txs[0] ?? new Uint8Array(1), true);
      expect(responses[1]).toEqual(responses[0]);
      expect(responses[2]).toEqual(responses[0]);
      failed += responses[0]!.txResults.filter(({ code }) => code !== 0).length;
    }
    expect(failed).toBeGreaterThan(0);
    expect(steady.app.brokenInvariants()).toEqual([]);
    expect(new Set([steady, restarting, busy].map((chain) => chain.appHash)).size).toBe(1);
  });
});
