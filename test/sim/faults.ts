import type { Message } from "../../chain/consensus/message.ts";
import type { SimRng } from "./rng.ts";

/** Counts of what was done to the nodes of a run; the report sums them over seeds. */
export const FAULT_NAMES = [
  "messageLost",
  "messageDuplicated",
  "messageReordered",
  "messageCorrupted",
  "partition",
  "asymmetricPartition",
  "typeFilter",
  "linkDown",
  "crash",
  "crashAtWrite",
  "crashBetweenSignAndPublish",
  "tornWal",
  "walLost",
  "clockSkew",
  "slowApplication",
  "invalidProposal",
  "twin",
  "liar",
  "validatorChange",
  "sparseTopology",
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];
export type FaultCounts = Record<FaultName, number>;

export function noFaults(): FaultCounts {
  return Object.fromEntries(FAULT_NAMES.map((name) => [name, 0])) as FaultCounts;
}

export type ByzantineKind = "none" | "twin" | "liar" | "forgetful";

/** What a seed does to its nodes until it heals them. */
export interface FaultPlan {
  readonly faultMs: number;
  readonly lossRate: number;
  readonly duplicateRate: number;
  readonly corruptRate: number;
  readonly delayMs: readonly [number, number];
  /** Chance that a message takes ten times its delay. */
  readonly stragglerRate: number;
  /** Mean milliseconds between two such events; infinite for never. */
  readonly partitionEveryMs: number;
  readonly filterEveryMs: number;
  readonly crashEveryMs: number;
  readonly applicationMs: number;
  readonly clockSkewMs: number;
  readonly timerDrift: number;
  readonly invalidRate: number;
  readonly changeRate: number;
  readonly byzantine: ByzantineKind;
  readonly sparse: boolean;
  readonly wire: boolean;
  readonly skipCommitWait: boolean;
  readonly extensionsFrom: number;
  readonly fullNodes: number;
  readonly skewedPowers: boolean;
}

/** Draws the rates of a seed; each fault is absent in a good part of the seeds, so that they also show alone. */
export function drawPlan(rng: SimRng, validators: number): FaultPlan {
  const maybe = (probability: number, value: () => number, otherwise: number) =>
    rng.chance(probability) ? value() : otherwise;
  const byzantine = validators < 4 ? "none" : rng.pick<ByzantineKind>(["none", "none", "twin", "liar", "forgetful"]);
  const wire = rng.chance(0.06);
  const slow = rng.between(5, 120);
  return {
    faultMs: rng.between(1_000, 5_000),
    lossRate: maybe(0.6, () => rng.below(40) / 100, 0),
    duplicateRate: maybe(0.4, () => rng.below(20) / 100, 0),
    corruptRate: wire ? rng.below(10) / 100 : 0,
    delayMs: rng.chance(0.5) ? [1, 10] : [1, slow],
    stragglerRate: maybe(0.4, () => rng.below(10) / 100, 0),
    partitionEveryMs: maybe(0.5, () => rng.between(300, 3_000), Number.POSITIVE_INFINITY),
    filterEveryMs: maybe(0.5, () => rng.between(200, 2_000), Number.POSITIVE_INFINITY),
    crashEveryMs: maybe(0.6, () => rng.between(200, 2_000), Number.POSITIVE_INFINITY),
    applicationMs: maybe(0.4, () => rng.between(10, 400), 1),
    clockSkewMs: maybe(0.3, () => rng.between(1, 5_000), 0),
    timerDrift: maybe(0.3, () => rng.below(50) / 100, 0),
    invalidRate: maybe(0.2, () => rng.below(50) / 100, 0),
    changeRate: byzantine === "none" ? maybe(0.4, () => rng.below(60) / 100, 0) : 0,
    byzantine,
    sparse: rng.chance(0.25),
    wire,
    skipCommitWait: rng.chance(0.3),
    extensionsFrom: rng.pick([1, 1, 1, 3, Number.MAX_SAFE_INTEGER]),
    fullNodes: rng.pick([0, 0, 1, 2]),
    skewedPowers: byzantine === "none" && rng.chance(0.3),
  };
}

/** Drops messages of some kind on some links for a while. */
export interface TypeFilter {
  readonly drops: Message["kind"] | "prevote" | "precommit";
  readonly from: ReadonlySet<number>;
  readonly to: ReadonlySet<number>;
}

export function filterMatches(filter: TypeFilter, from: number, to: number, message: Message): boolean {
  if (!filter.from.has(from) || !filter.to.has(to)) return false;
  if (message.kind !== "votes") return filter.drops === message.kind;
  const type = message.votes[0]?.type === 1 ? "prevote" : "precommit";
  return filter.drops === type || filter.drops === "votes";
}
