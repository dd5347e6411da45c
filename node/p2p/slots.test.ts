import { describe, expect, test } from "vitest";
import { Slots } from "./slots.ts";

const never = new AbortController().signal;

describe("Slots", () => {
  test("grants slots in order of asking", async () => {
    const slots = new Slots({ slots: 1, maxWaiting: 2 });
    const order: string[] = [];
    await slots.acquire(never);
    const first = slots.acquire(never).then(() => order.push("first"));
    const second = slots.acquire(never).then(() => order.push("second"));
    await expect(slots.acquire(never)).rejects.toMatchObject({ code: "busy" });
    slots.release();
    await first;
    slots.release();
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  test("a waiter that gives up leaves its place, and no slot is lost", async () => {
    const slots = new Slots({ slots: 1, maxWaiting: 2 });
    await slots.acquire(never);
    const gone = new AbortController();
    const waiting = slots.acquire(gone.signal);
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: "timeout" });
    slots.release();
    await slots.acquire(never);
    await expect(slots.acquire(AbortSignal.abort())).rejects.toMatchObject({ code: "timeout" });
  });
});
