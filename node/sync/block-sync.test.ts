import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { P2pError, SILENT_LOG } from "../p2p/index.ts";
import { SerialQueue } from "../serial-queue.ts";
import { BlockSync, type BlockSyncPorts } from "./block-sync.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const POLL_MS = 2_000;

interface Peer {
  readonly height: number;
  /** What `range` answers with. */
  readonly error: Error;
}

function syncWith(peers: Record<string, Peer>) {
  const asked: string[] = [];
  const penalised: string[] = [];
  const fatal: Error[] = [];
  const network = {
    host: { peers: () => Object.keys(peers), book: { penalise: (peer: string) => penalised.push(peer) } },
    blocks: {
      status: async (peer: string) => ({ base: 1, height: peers[peer]?.height ?? 0 }),
      range: async (peer: string) => {
        asked.push(peer);
        throw peers[peer]?.error;
      },
    },
  };
  const ports = {
    network,
    executor: { state: { lastHeight: 5 } },
    applying: new SerialQueue(),
    log: SILENT_LOG,
    committed: async () => {},
    moved: async () => {},
    fatal: (error: Error) => fatal.push(error),
  } as unknown as BlockSyncPorts;
  return { sync: new BlockSync(ports), asked, penalised, fatal };
}

test("peers that promise blocks and give none are asked ever less often, and block nobody", async () => {
  const { sync, asked, fatal } = syncWith({
    liar: { height: Number.MAX_SAFE_INTEGER, error: new P2pError("timeout", "no answer") },
    empty: { height: 9, error: new P2pError("refused", "no block 6") },
  });
  sync.start();
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(["liar", "empty"]);
  await vi.advanceTimersByTimeAsync(20 * POLL_MS);
  expect(asked.filter((peer) => peer === "liar")).toHaveLength(5);
  expect(asked.filter((peer) => peer === "empty")).toHaveLength(5);
  expect(fatal).toEqual([]);
  await sync.stop();
});

test("a peer that is one block ahead, or behind, is left to consensus", async () => {
  const error = new Error("not to be asked");
  const { sync, asked } = syncWith({ next: { height: 6, error }, behind: { height: 3, error } });
  sync.start();
  await vi.advanceTimersByTimeAsync(3 * POLL_MS);
  expect(asked).toEqual([]);
  expect(sync.catchingUp).toBe(false);
  await sync.stop();
});

test("a peer is met once it answered, also when it promises more than it gives; without peers nobody is", async () => {
  const metBy = async (peers: Record<string, Peer>) => {
    const { sync } = syncWith(peers);
    let met = false;
    void sync.met.then(() => {
      met = true;
    });
    sync.start();
    await vi.advanceTimersByTimeAsync(1);
    await sync.stop();
    return met;
  };
  const error = new P2pError("timeout", "no answer");
  expect(await metBy({})).toBe(false);
  expect(await metBy({ equal: { height: 5, error } })).toBe(true);
  expect(await metBy({ liar: { height: Number.MAX_SAFE_INTEGER, error } })).toBe(true);
});

test("a failure that is not the peer's stops the node", async () => {
  const broken = new Error("the disk is gone");
  const { sync, fatal, penalised } = syncWith({ peer: { height: 50, error: broken } });
  sync.start();
  await vi.advanceTimersByTimeAsync(1);
  expect(fatal).toEqual([broken]);
  expect(penalised).toEqual([]);
  await sync.stop();
});
