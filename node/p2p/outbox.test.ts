import { describe, expect, test } from "vitest";
import { Outbox } from "./outbox.ts";

function setup(options: { maxBytes: number; maxFrames: number }) {
  const sink = {
    writableNeedsDrain: false,
    sent: [] as number[],
    send: (data: Uint8Array) => sink.sent.push(data[0]!) > 0,
  };
  return { sink, outbox: new Outbox(sink, options) };
}

const frame = (id: number, length = 10): Uint8Array => new Uint8Array(length).fill(id);

describe("Outbox", () => {
  test("writes through while the sink takes bytes", () => {
    const { sink, outbox } = setup({ maxBytes: 10, maxFrames: 1 });
    for (let i = 0; i < 5; i++) expect(outbox.push(frame(i), "bulk")).toBe(true);
    expect(sink.sent).toEqual([0, 1, 2, 3, 4]);
  });

  test("queues for a full sink, refuses beyond its bytes or frames, and sends urgent first", () => {
    const { sink, outbox } = setup({ maxBytes: 30, maxFrames: 3 });
    sink.writableNeedsDrain = true;
    expect(outbox.push(frame(1), "bulk")).toBe(true);
    expect(outbox.push(frame(2), "urgent")).toBe(true);
    expect(outbox.push(frame(3, 11), "bulk")).toBe(false);
    expect(outbox.push(frame(4, 1), "bulk")).toBe(true);
    expect(outbox.push(frame(5, 1), "bulk")).toBe(false);
    expect(outbox.queuedBytes).toBe(21);
    sink.writableNeedsDrain = false;
    expect(outbox.flush()).toBe(true);
    expect(sink.sent).toEqual([2, 1, 4]);
    expect(outbox.queuedBytes).toBe(0);
  });

  test("tells a refused sender once, when half of the room is free", () => {
    const { sink, outbox } = setup({ maxBytes: 40, maxFrames: 100 });
    sink.writableNeedsDrain = true;
    for (let i = 0; i < 4; i++) outbox.push(frame(i), "bulk");
    expect(outbox.push(frame(9), "bulk")).toBe(false);
    expect(outbox.flush()).toBe(false);
    let room = 1;
    Object.defineProperty(sink, "writableNeedsDrain", { get: () => room-- <= 0 });
    expect(outbox.flush()).toBe(false);
    room = 1;
    expect(outbox.flush()).toBe(true);
    room = 9;
    expect(outbox.flush()).toBe(false);
    expect(sink.sent).toEqual([0, 1, 2, 3]);
  });

  test("frames keep their order within a lane across partial flushes", () => {
    const { sink, outbox } = setup({ maxBytes: 1_000, maxFrames: 100 });
    let room = 0;
    Object.defineProperty(sink, "writableNeedsDrain", { get: () => room <= 0 });
    const send = sink.send;
    sink.send = (data) => {
      room--;
      return send(data);
    };
    for (let i = 0; i < 10; i++) outbox.push(frame(i), "urgent");
    for (let i = 0; i < 10; i++) {
      room = 3;
      outbox.flush();
    }
    expect(sink.sent).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
