import { beforeEach, describe, expect, test } from "vitest";
import { concatBytes } from "../crypto/hash.ts";
import { fromMs } from "../types/time.ts";
import { PRECOMMIT } from "../types/vote.ts";
import type { StartHeight } from "./input.ts";
import { ConsensusLoop } from "./node-loop.ts";
import type { LoopPorts } from "./ports.ts";
import { SignGuard } from "./sign-guard.ts";
import { blockOf, TEST_PART_BYTES, validatorsOf } from "./testing/fixtures.ts";
import { DEFAULT_TIMEOUTS } from "./timeouts.ts";
import { encodeFrame } from "./wal.ts";
import { encodeEndHeight } from "./wal-record.ts";

const one = validatorsOf(1);
const block = blockOf("block");
const start: StartHeight = {
  kind: "startHeight",
  height: 1,
  validators: one,
  voteExtensions: true,
  maxBlockBytes: 1000,
  last: undefined,
};

/** The devices of a node: what happened to them, in order, and what is on disk. */
class Devices {
  readonly events: string[] = [];
  wal: Uint8Array = new Uint8Array(0);
  signState: Uint8Array | undefined = SignGuard.fresh().encode();
  loop: ConsensusLoop | undefined;

  readonly ports: LoopPorts = {
    wal: {
      append: (frame) => {
        this.events.push("append");
        this.wal = concatBytes(this.wal, frame);
      },
      sync: () => this.events.push("sync"),
      truncate: (length) => {
        this.events.push(`truncate ${length}`);
        this.wal = this.wal.slice(0, length);
      },
      reset: (frame) => {
        this.events.push("reset");
        this.wal = frame;
      },
    },
    signState: {
      save: (record) => {
        this.events.push("save");
        this.signState = record;
      },
    },
    signer: {
      address: one.validators[0]?.address as Uint8Array,
      signVote: (_, withExtension) => {
        this.events.push("sign vote");
        return { signature: new Uint8Array(64), extensionSignature: new Uint8Array(withExtension ? 64 : 0) };
      },
      signProposal: () => {
        this.events.push("sign proposal");
        return new Uint8Array(64);
      },
    },
    clock: { voteTime: () => fromMs(5), proposalTime: () => fromMs(5) },
    application: {
      prepare: () => this.events.push("prepare"),
      process: () => this.events.push("process"),
      extend: () => this.events.push("extend"),
      decide: () => this.events.push("decide"),
    },
    transport: {
      send: () => this.events.push("send"),
      broadcast: (message) => {
        if (message.kind !== "status") this.events.push(`publish ${message.kind}`);
      },
    },
    timers: { schedule: ({ step }) => this.events.push(`timer ${step}`) },
    reports: { evidence: () => this.events.push("evidence") },
  };

  boot(at: StartHeight = start): ConsensusLoop {
    const options = { initialHeight: 1, timeouts: DEFAULT_TIMEOUTS, skipCommitWait: false, partBytes: TEST_PART_BYTES };
    this.loop = new ConsensusLoop(options, this.ports);
    this.loop.start(at, { wal: this.wal, signState: this.signState });
    return this.loop;
  }

  /** Events since the last call. */
  take(): string[] {
    return this.events.splice(0);
  }
}

let devices: Devices;
beforeEach(() => {
  devices = new Devices();
});

const begin = { kind: "timeout", height: 1, round: 0, step: "commit" } as const;
const prepared = { kind: "prepared", height: 1, round: 0, block } as const;
const processed = { kind: "processed", height: 1, blockId: block.blockId, accept: true } as const;
const extended = {
  kind: "extended",
  height: 1,
  round: 0,
  blockId: block.blockId,
  extension: Uint8Array.of(7),
} as const;

describe("the order of things", () => {
  test("log, then sync, sign, save the guard, log the signed message, and only then publish", () => {
    const loop = devices.boot();
    loop.push(begin);
    devices.take();
    loop.push(prepared);
    expect(devices.take()).toEqual([
      ...["append", "sync", "sign proposal", "save", "append"],
      ...["process", "publish proposal", "publish part", "publish part", "publish part"],
    ]);
    const signed = ["append", "sync", "sign vote", "save", "append"];
    loop.push(processed);
    expect(devices.take()).toEqual([...signed, "extend", "publish votes"]);
    loop.push(extended);
    expect(devices.take()).toEqual([...signed, "decide", "timer commit", "publish votes"]);
  });

  test("the end of a height is marked when the block is applied", () => {
    const loop = devices.boot();
    for (const input of [begin, prepared, processed, extended]) loop.push(input);
    devices.take();
    loop.push({ kind: "finalized", height: 1, next: { ...start, height: 2 } });
    expect(devices.take().slice(0, 2)).toEqual(["append", "sync"]);
  });

  test("inputs that need no replay are not logged", () => {
    const loop = devices.boot();
    devices.take();
    loop.push({ kind: "tick" });
    loop.push({ kind: "peerUp", peer: "x" });
    expect(devices.take()).toEqual(["send"]);
  });

  test("a push from within a port call waits for its turn", () => {
    const seen: string[] = [];
    const { application } = devices.ports;
    Object.assign(application, {
      prepare: () => {
        devices.loop?.push(prepared);
        seen.push(devices.loop?.core.engine.driver?.state.step ?? "");
      },
      process: () => devices.loop?.push(processed),
      extend: () => devices.loop?.push(extended),
    });
    devices.boot().push(begin);
    expect(seen).toEqual(["propose"]);
    expect(devices.events).toContain("decide");
  });
});

describe("restart", () => {
  test("replays silently, then asks again for what has no answer", () => {
    const loop = devices.boot();
    loop.push(begin);
    loop.push(prepared);
    devices.take();
    const again = devices.boot();
    expect(devices.take()).toEqual(["timer propose", "process"]);
    expect(again.core.engine.driver?.state).toMatchObject({ round: 0, step: "propose" });
  });

  test("a crash between saving the guard and publishing: the same vote is published, not signed anew", () => {
    const loop = devices.boot();
    loop.push(begin);
    loop.push(prepared);
    const { wal } = devices;
    loop.push(processed);
    const guard = devices.signState;
    devices.wal = wal;
    devices.take();
    devices.boot().push(processed);
    const events = devices.take();
    expect(events).not.toContain("sign vote");
    expect(events).toContain("publish votes");
    expect(devices.signState).toBe(guard);
  });

  test("without its WAL, a node still shows the last vote that its sign state holds, and signs nothing against it", () => {
    const loop = devices.boot();
    for (const input of [begin, prepared, processed, extended]) loop.push(input);
    devices.wal = new Uint8Array(0);
    devices.take();
    const again = devices.boot();
    again.push(begin);
    again.push({ ...prepared, block: blockOf("another block") });
    expect(devices.take()).not.toContain("sign proposal");
    expect(again.core.engine.driver?.votes.set(0, PRECOMMIT)?.quorum).toEqual(block.blockId);
  });

  test("a torn tail is cut off and the rest replayed", () => {
    const loop = devices.boot();
    loop.push(begin);
    const whole = devices.wal.length;
    devices.wal = concatBytes(devices.wal, encodeFrame(new Uint8Array(40)).slice(0, 30));
    devices.take();
    devices.boot();
    expect(devices.take()[0]).toBe(`truncate ${whole}`);
    expect(devices.wal.length).toBe(whole);
  });

  test("records of heights that are over are left alone", () => {
    const loop = devices.boot();
    for (const input of [begin, prepared, processed, extended]) loop.push(input);
    devices.take();
    const restarted = devices.boot({ ...start, height: 2 });
    expect(restarted.core.engine.driver?.state).toMatchObject({ round: -1, step: "newHeight" });
    expect(devices.take()).toEqual(["append", "sync", "timer commit"]);
  });
});

describe("refusing to start", () => {
  test("with a key and no sign state", () => {
    devices.signState = undefined;
    expect(() => devices.boot()).toThrowErrorMatchingInlineSnapshot(
      `[ConsensusError: a validator key without its sign state: restore the file, or run init for a new key]`,
    );
  });

  test("with a damaged sign state", () => {
    devices.signState = Uint8Array.of(1, 2, 3);
    expect(() => devices.boot()).toThrowErrorMatchingInlineSnapshot(
      `[ConsensusError: the sign state does not decode (openledger.consensus.v1.SignState: has no field 0): restore it from a copy]`,
    );
  });

  test("with a WAL that is ahead of the block store", () => {
    devices.wal = encodeFrame(encodeEndHeight(4));
    expect(() => devices.boot()).toThrowErrorMatchingInlineSnapshot(
      `[ConsensusError: the WAL has seen the end of height 4, but the block store stops before height 1: restore the block store]`,
    );
  });

  test("twice", () => {
    const loop = devices.boot();
    expect(() =>
      loop.start(start, { wal: new Uint8Array(0), signState: undefined }),
    ).toThrowErrorMatchingInlineSnapshot(`[ConsensusError: the loop is already started]`);
  });

  test("a node without a key needs no sign state", () => {
    devices.signState = undefined;
    Object.assign(devices.ports, { signer: undefined });
    expect(() => devices.boot()).not.toThrow();
  });
});
