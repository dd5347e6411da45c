import { describe, expect, test } from "vitest";
import { MAX_REMEMBERED_PEERS } from "./limits.ts";
import { createP2pMetrics } from "./metrics.ts";
import { PeerBook, type PeerBookOptions } from "./peers.ts";
import { SILENT_LOG } from "./ports.ts";

function setup(options: PeerBookOptions = {}) {
  const clock = { now: 0 };
  const book = new PeerBook(options, { log: SILENT_LOG, metrics: createP2pMetrics(), nowMs: () => clock.now });
  const bans: string[] = [];
  book.onBan((peer) => bans.push(peer));
  return { book, clock, bans };
}

describe("PeerBook", () => {
  test("penalties add up to a ban that ends by itself", () => {
    const { book, clock, bans } = setup({ banMs: 1_000 });
    book.penalise("p", "malformed-frame");
    expect([book.score("p"), book.isBanned("p")]).toEqual([-51, false]);
    book.penalise("p", "malformed-frame");
    expect([book.isBanned("p"), bans]).toEqual([true, ["p"]]);
    clock.now = 1_000;
    expect(book.isBanned("p")).toBe(false);
    expect(book.score("p")).toBeLessThan(-40);
  });

  test("a bad score is half forgotten after its half life", () => {
    const { book, clock } = setup({ halfLifeMs: 1_000 });
    book.penalise("p", "invalid-consensus-message");
    clock.now = 1_000;
    expect(book.score("p")).toBe(-10);
  });

  test("a persistent peer is banned for a short time only", () => {
    const { book, clock } = setup({ persistentPeers: ["p"], persistentBanMs: 10, banMs: 1_000 });
    book.penalise("p", "wrong-chain");
    book.penalise("q", "wrong-chain");
    clock.now = 10;
    expect([book.isBanned("p"), book.isBanned("q")]).toEqual([false, true]);
  });

  test("the snapshot shows connected peers in order of their ids", () => {
    const { book, clock } = setup({ persistentPeers: ["b"] });
    book.connected("b", { remoteAddress: "/ip4/1.2.3.4/tcp/1", direction: "outbound" });
    book.connected("a", { remoteAddress: "/ip4/1.2.3.5/tcp/2", direction: "inbound" });
    book.describe("a", { moniker: "alpha", software: "openledger/0" });
    book.penalise("a", "timeout");
    book.connected("c", { remoteAddress: "/ip4/1.2.3.6/tcp/3", direction: "inbound" });
    book.disconnected("c");
    clock.now = 5;
    expect(book.snapshot()).toEqual([
      {
        peer: "a",
        remoteAddress: "/ip4/1.2.3.5/tcp/2",
        direction: "inbound",
        moniker: "alpha",
        software: "openledger/0",
        persistent: false,
        connectedMs: 5,
        score: -2,
        penalties: { timeout: 1 },
      },
      {
        peer: "b",
        remoteAddress: "/ip4/1.2.3.4/tcp/1",
        direction: "outbound",
        persistent: true,
        connectedMs: 5,
        score: 0,
        penalties: {},
      },
    ]);
  });

  test("a flood of peer ids does not push out bans or connected peers", () => {
    const { book } = setup();
    book.penalise("banned", "wrong-chain");
    book.connected("here", { remoteAddress: "", direction: "inbound" });
    for (let i = 0; i < MAX_REMEMBERED_PEERS + 10; i++) book.penalise(`x${i}`, "timeout");
    expect(book.isBanned("banned")).toBe(true);
    expect(book.snapshot()).toHaveLength(1);
    expect(book.score("x0")).toBe(0);
    expect(book.score(`x${MAX_REMEMBERED_PEERS + 9}`)).toBe(-2);
  });
});
