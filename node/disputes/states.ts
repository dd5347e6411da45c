import { readdirSync } from "node:fs";
import { join } from "node:path";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import type { Rounding } from "../../proto/gen/openledger/factory/v1.ts";
import {
  JobError,
  JobFolder,
  type JobManifest,
  manifestHash,
  stateRoot,
  type TrainingLog,
} from "../factory/job/index.ts";
import { readIfPresent, writeDurably } from "../home/durable-file.ts";

export interface KeptState {
  /** Steps taken. */
  readonly step: number;
  readonly bytes: Uint8Array;
}

/** States of one computation, so that none is computed twice. */
export interface States {
  /** The state after the most steps that are no more than `step`. */
  nearest(step: number): KeptState | undefined;
  keep(state: KeptState): void;
}

export class MemoryStates implements States {
  readonly #states = new Map<number, Uint8Array>();

  nearest(step: number): KeptState | undefined {
    const at = nearestOf([...this.#states.keys()], step);
    const bytes = at === undefined ? undefined : this.#states.get(at);
    return at === undefined || !bytes ? undefined : { step: at, bytes };
  }

  keep({ step, bytes }: KeptState): void {
    this.#states.set(step, bytes);
  }
}

const PERMISSIONS = 0o644;
const NAME = /^(\d+)\.state$/;

/** A folder of its own for each claim: what was computed before an interruption is not computed again. */
export class FolderStates implements States {
  readonly #dir: string;
  readonly #steps = new Set<number>();

  constructor(dir: string) {
    this.#dir = dir;
    for (const name of filesOf(dir)) {
      const digits = NAME.exec(name)?.[1];
      if (digits !== undefined) this.#steps.add(Number(digits));
    }
  }

  nearest(step: number): KeptState | undefined {
    const at = nearestOf([...this.#steps], step);
    const bytes = at === undefined ? undefined : readIfPresent(this.#path(at));
    return at === undefined || !bytes ? undefined : { step: at, bytes };
  }

  keep({ step, bytes }: KeptState): void {
    if (this.#steps.has(step)) return;
    writeDurably(this.#path(step), bytes, PERMISSIONS);
    this.#steps.add(step);
  }

  #path(step: number): string {
    return join(this.#dir, `${step}.state`);
  }
}

/**
 * Checkpoints of an own job folder, as far as they are states of the disputed computation: of the same manifest, after
 * the same choices where a rounding was in doubt. Returns how many were taken.
 */
export function adoptJobFolder(states: States, dir: string, of: { manifest: JobManifest; log: TrainingLog }): number {
  const folder = new JobFolder(dir);
  const own = folder.partialLog();
  if (!own?.head || !equalBytes(own.head.manifestHash, manifestHash(of.manifest))) return 0;
  const agreed = firstDifferentRounding(own.rounding?.entries ?? [], of.log.rounding?.entries ?? []);
  let taken = 0;
  for (const [index, { step, stateRoot: root }] of own.checkpoints.entries()) {
    if (step >= agreed) break;
    const bytes = checkpointOf(folder, index);
    if (!bytes || !equalBytes(stateRoot(bytes), root)) continue;
    states.keep({ step: Number(step), bytes });
    taken++;
  }
  return taken;
}

function checkpointOf(folder: JobFolder, index: number): Uint8Array | undefined {
  try {
    return folder.state(index);
  } catch (error) {
    if (error instanceof JobError) return undefined;
    throw error;
  }
}

/** The first step whose choices differ; beyond any step when none does. */
function firstDifferentRounding(own: readonly Rounding[], other: readonly Rounding[]): bigint {
  const key = ({ step, micro, element, value }: Rounding) => `${step}/${micro}/${element}/${value}`;
  const at = Array.from({ length: Math.max(own.length, other.length) }, (_, i) => i).find((i) => {
    const [a, b] = [own[i], other[i]];
    return !a || !b || key(a) !== key(b);
  });
  if (at === undefined) return BigInt(Number.MAX_SAFE_INTEGER);
  const steps = [own[at], other[at]].flatMap((entry) => (entry ? [entry.step] : []));
  return steps.reduce((least, step) => (step < least ? step : least));
}

function nearestOf(steps: readonly number[], step: number): number | undefined {
  const before = steps.filter((each) => each <= step);
  return before.length === 0 ? undefined : Math.max(...before);
}

function filesOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
