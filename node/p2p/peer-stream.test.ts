import type { Stream } from "@libp2p/interface";
import { describe, expect, test, vi } from "vitest";
import { encodeFrame } from "./frames.ts";
import { encodeHello } from "./handshake.ts";
import { HANDSHAKE_TIMEOUT_MS, KEEPALIVE_INTERVAL_MS, STREAM_IDLE_TIMEOUT_MS } from "./limits.ts";
import { PeerStream } from "./peer-stream.ts";

const SELF = { chainId: "test-1", genesisHash: new Uint8Array(32) };

class FakeStream extends EventTarget {
  readonly sent: Uint8Array[] = [];
  readonly status = "open";
  readonly readableEnded = false;
  writableNeedsDrain = false;
  failing = false;
  readonly abort = vi.fn();
  readonly close = vi.fn(async () => undefined);
  pause(): void {}
  resume(): void {}

  send(data: Uint8Array): boolean {
    if (this.failing) throw new Error("stream is closed");
    this.sent.push(data);
    return true;
  }

  receive(data: Uint8Array): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

function setup() {
  const clock = { now: 0 };
  const fake = new FakeStream();
  const events = { onOpen: vi.fn(), onFrame: vi.fn(), onDrain: vi.fn(), onClose: vi.fn() };
  const rates = { bytesPerSecond: 1e6, burstBytes: 1e6, messagesPerSecond: 1e3, burstMessages: 1e3 };
  const stream = new PeerStream(
    fake as unknown as Stream,
    { self: SELF, maxFrameBytes: 100, maxOutboxBytes: 100, maxOutboxFrames: 10, ...rates, nowMs: () => clock.now },
    events,
  );
  const join = (): void => {
    stream.start();
    fake.receive(encodeFrame(encodeHello(SELF)));
  };
  return { clock, fake, events, stream, join };
}

describe("PeerStream", () => {
  test("sends nothing but its Hello before it knows the peer's", () => {
    const { stream, fake, events, join } = setup();
    expect(stream.send(encodeFrame(new Uint8Array([1])), "urgent")).toBe(false);
    join();
    expect(events.onOpen).toHaveBeenCalledOnce();
    expect(fake.sent).toHaveLength(1);
    expect(stream.send(encodeFrame(new Uint8Array([1])), "urgent")).toBe(true);
    stream.close();
  });

  test("a peer without a Hello in time is closed, once", () => {
    vi.useFakeTimers();
    const { stream, fake, events } = setup();
    stream.start();
    vi.advanceTimersByTime(HANDSHAKE_TIMEOUT_MS);
    stream.close();
    expect(events.onClose).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: "timeout" }));
    expect(fake.abort).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });

  test("an idle stream sends keep-alives, and received ones are no messages", () => {
    const { stream, fake, events, clock, join } = setup();
    join();
    clock.now = KEEPALIVE_INTERVAL_MS;
    expect(stream.tick(false)).toBe(false);
    expect(fake.sent.at(-1)).toEqual(new Uint8Array(4));
    expect(stream.tick(false)).toBe(false);
    expect(fake.sent).toHaveLength(2);
    fake.receive(new Uint8Array(4));
    expect(events.onFrame).not.toHaveBeenCalled();
    stream.close();
  });

  test("a silent peer is noticed; silence that this node slept through is not the peer's", () => {
    const { stream, fake, clock, join } = setup();
    join();
    clock.now = STREAM_IDLE_TIMEOUT_MS;
    expect(stream.tick(true)).toBe(false);
    clock.now += STREAM_IDLE_TIMEOUT_MS - 1;
    fake.receive(new Uint8Array(4));
    clock.now += STREAM_IDLE_TIMEOUT_MS - 1;
    expect(stream.tick(false)).toBe(false);
    clock.now += 1;
    expect(stream.tick(false)).toBe(true);
    stream.close();
  });

  test("a stream that fails while sending closes and says false", () => {
    const { stream, fake, events, join } = setup();
    join();
    fake.failing = true;
    expect(stream.send(encodeFrame(new Uint8Array([1])), "urgent")).toBe(false);
    expect(events.onClose).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: "closed" }));
  });

  test("a listener that throws is this node's own fault and does not pass for the peer's", () => {
    const { stream, fake, events, join } = setup();
    join();
    events.onFrame.mockImplementation(() => {
      throw new Error("broken invariant");
    });
    const thrown: unknown[] = [];
    const onThrow = (error: unknown): void => void thrown.push(error);
    process.once("uncaughtException", onThrow);
    fake.receive(encodeFrame(new Uint8Array([1])));
    expect(events.onClose).not.toHaveBeenCalled();
    stream.close();
    return new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => {
      expect(thrown).toMatchObject([{ message: "broken invariant" }]);
    });
  });
});
