import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { eventually } from "../testing/network.ts";
import type { InferenceHost } from "./host.ts";
import { FakeMarket } from "./testing/fake-market.ts";

const { REQUEST_STATUS_CLAIMED, REQUEST_STATUS_SETTLED, REQUEST_STATUS_REFUNDED } = RequestStatus;

let market: FakeMarket;
let host: InferenceHost;

beforeEach(() => {
  market = new FakeMarket();
  host = market.host();
});
afterEach(() => host.stop());

const until = (what: string, holds: () => boolean) => eventually(what, () => (holds() ? true : undefined), 10_000);
const hasStatus = (ids: readonly string[], status: RequestStatus) => ids.every((id) => market.status(id) === status);
const told = (kind: string) => market.events.filter((event) => event.kind === kind).length;

describe("a host", () => {
  test("claims results in batches, opens them after their commit window, and says how they ended", async () => {
    const ids = Array.from({ length: 10 }, (_, i) => market.request(`question ${i}`));
    host.start();
    await until("all claimed", () => hasStatus(ids, REQUEST_STATUS_CLAIMED) && told("claimed") === 10);
    expect(Math.max(...market.sent.map((batch) => batch.length))).toBeLessThanOrEqual(4);
    expect(market.sent.flat().sort()).toEqual([...ids].sort());
    expect(told("opened")).toBe(0);
    market.advance(17);
    await until("all opened", () => told("opened") === 10);
    market.advance(20);
    await until("all finished", () => told("finished") === 10);
    expect(hasStatus(ids, REQUEST_STATUS_SETTLED)).toBe(true);
    expect(market.events.find(({ kind }) => kind === "finished")).toMatchObject({ feeUopen: "110" });
  });

  test("goes on after its node was away", async () => {
    market.online = false;
    const id = market.request("question");
    host.start();
    await until("a word about it", () => told("waiting") > 0);
    market.online = true;
    await until("the claim", () => market.status(id) === REQUEST_STATUS_CLAIMED);
  });

  test("refuses what it cannot be paid for, and inputs that are not those of the request", async () => {
    const cheap = market.request("one two three", { maxFee: "139" });
    const other = market.request("other", { inputCommitment: new Uint8Array(32) });
    const good = market.request("one two three four", { maxFee: "150" });
    host.start();
    await until("the good one", () => market.status(good) === REQUEST_STATUS_CLAIMED);
    await until("both refused", () => told("skipped") === 2);
    expect(market.events).toContainEqual({
      kind: "skipped",
      request: cheap,
      reason: "the fee is 140, the request pays at most 139",
    });
    expect(market.sent).toEqual([[good]]);
    expect(market.status(other)).toBe(RequestStatus.REQUEST_STATUS_PENDING);
  });

  test("finds the one result that spoils a transaction, and claims all others", async () => {
    const ids = Array.from({ length: 8 }, (_, i) => market.request(`question ${i}`));
    const bad = ids[2] as string;
    market.poison.add(bad);
    host.start();
    const others = ids.filter((id) => id !== bad);
    await until("the others claimed", () => hasStatus(others, REQUEST_STATUS_CLAIMED));
    await until("the bad one given up", () => told("skipped") === 1);
    expect(market.events).toContainEqual({ kind: "skipped", request: bad, reason: "message 0 failed" });
  });

  test("leaves a request that somebody else answered or that expired", async () => {
    const id = market.request("question");
    market.poison.add(id);
    host.start();
    await until("a failed attempt", () => market.sent.length > 0);
    market.change(id, { status: REQUEST_STATUS_REFUNDED });
    await until("the end of it", () => told("skipped") === 1);
    expect(told("claimed")).toBe(0);
  });

  test("finds its results on chain when a transaction's answer was lost, and does not send them twice", async () => {
    market.losesAnswers = true;
    const id = market.request("question");
    host.start();
    await until("the claim found", () => told("claimed") === 1);
    market.advance(17);
    await until("the opening", () => told("opened") === 1);
    expect(market.sent).toEqual([[id]]);
  });

  test("that starts again computes its open claims anew and opens them", async () => {
    const id = market.request("question");
    host.start();
    await until("the claim", () => told("claimed") === 1);
    await host.stop();
    market.events.length = 0;
    host = market.host();
    market.advance(17);
    host.start();
    await until("the opening", () => told("opened") === 1);
    market.advance(20);
    await until("the end", () => market.status(id) === REQUEST_STATUS_SETTLED && told("finished") === 1);
  });
});
