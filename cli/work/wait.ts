import { setTimeout as sleep } from "node:timers/promises";
import { CliError, EXIT } from "../errors.ts";

export interface WaitOptions {
  /** What is waited for, as the message says it: "the snapshot's claim". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
  /** Shown when the time is over. */
  readonly hint?: string;
}

const EVERY_MS = 300;

/** Asks until there is an answer. Throws CliError `failure` when the time is over. */
export async function waitFor<T>(ask: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const end = Date.now() + options.timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= end) {
      const seconds = Math.round(options.timeoutMs / 1000);
      throw new CliError(EXIT.failure, `waited ${seconds} s for ${options.what}`, options.hint);
    }
    await sleep(options.everyMs ?? EVERY_MS);
  }
}
