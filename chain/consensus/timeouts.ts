/** `commit` is the pause between a decision and round 0 of the next height, in which late precommits still arrive. */
export type TimeoutStep = "propose" | "prevote" | "precommit" | "commit";

/** Milliseconds. Each step waits `base + delta * round`, so that rounds outgrow any finite network delay (paper, 5). */
export interface TimeoutConfig {
  readonly proposeMs: number;
  readonly proposeDeltaMs: number;
  readonly prevoteMs: number;
  readonly prevoteDeltaMs: number;
  readonly precommitMs: number;
  readonly precommitDeltaMs: number;
  readonly commitMs: number;
}

/** Below CometBFT's 3000/1000/1000/1000 ms: a public network raises them in its config. */
export const DEFAULT_TIMEOUTS: TimeoutConfig = {
  proposeMs: 1500,
  proposeDeltaMs: 500,
  prevoteMs: 500,
  prevoteDeltaMs: 250,
  precommitMs: 500,
  precommitDeltaMs: 250,
  commitMs: 500,
};

/** Longest wait: after a day of failed rounds the next one still starts soon after the network heals. */
export const MAX_TIMEOUT_MS = 60_000;

export function timeoutMs(config: TimeoutConfig, step: TimeoutStep, round: number): number {
  switch (step) {
    case "propose":
      return Math.min(config.proposeMs + config.proposeDeltaMs * round, MAX_TIMEOUT_MS);
    case "prevote":
      return Math.min(config.prevoteMs + config.prevoteDeltaMs * round, MAX_TIMEOUT_MS);
    case "precommit":
      return Math.min(config.precommitMs + config.precommitDeltaMs * round, MAX_TIMEOUT_MS);
    case "commit":
      return config.commitMs;
  }
}
