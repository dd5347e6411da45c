import type { Timestamp } from "./types/time.ts";

// What the pure code may ask of the outside. The node and the simulator implement these; chain/ never does.

/** Wall clock and monotonic clock, read by the driver only and passed into the core as data. */
export interface Clock {
  now(): Timestamp;
  /** Milliseconds of a clock that never goes back, for time-outs. */
  monotonicMs(): number;
}

/** Randomness for jitter and peer choice, seeded in the simulator; never for anything that reaches state. */
export interface Rng {
  /** Uniform integer in 0..bound-1. */
  below(bound: number): number;
}

export type LogFields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** Structured log; messages are constant text, values go into fields. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const SILENT_LOG: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Signs consensus messages with the validator's key; the sign guard sits in front of it. */
export interface Signer {
  readonly pubKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}
