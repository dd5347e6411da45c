import type { Message } from "../../chain/consensus/message.ts";
import { PRECOMMIT } from "../../chain/types/vote.ts";
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
  "selectiveDelivery",
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
  /** Nodes see different votes of their current round, just enough to go on: locks on different values come from this. */
  readonly selective: boolean;
  readonly selectiveSalt: number;
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
  const forgetful = byzantine === "forgetful";
  const selective = !forgetful && rng.chance(0.45);
  const slow = rng.between(5, 120);
  return {
    faultMs: selective ? 5_000 : rng.between(1_000, 5_000),
    lossRate: maybe(selective ? 0.2 : 0.6, () => rng.below(40) / 100, 0),
    duplicateRate: maybe(0.4, () => rng.below(20) / 100, 0),
    corruptRate: wire ? rng.below(10) / 100 : 0,
    delayMs: rng.chance(0.5) ? [1, 10] : [1, slow],
    stragglerRate: maybe(0.4, () => rng.below(10) / 100, 0),
    partitionEveryMs: maybe(
      selective ? 0.1 : forgetful ? 1 : 0.5,
      () => rng.between(300, forgetful ? 800 : 3_000),
      Number.POSITIVE_INFINITY,
    ),
    filterEveryMs: maybe(selective ? 0.1 : 0.5, () => rng.between(200, 2_000), Number.POSITIVE_INFINITY),
    crashEveryMs: maybe(
      selective ? 0.3 : forgetful ? 1 : 0.6,
      () => rng.between(100, forgetful ? 400 : 2_000),
      Number.POSITIVE_INFINITY,
    ),
    applicationMs: maybe(selective ? 0.1 : 0.4, () => rng.between(10, 400), 1),
    clockSkewMs: maybe(0.3, () => rng.between(1, 5_000), 0),
    timerDrift: maybe(0.3, () => rng.below(50) / 100, 0),
    invalidRate: maybe(0.2, () => rng.below(50) / 100, 0),
    changeRate: byzantine === "none" && !selective ? maybe(0.4, () => rng.below(60) / 100, 0) : 0,
    byzantine,
    selective,
    selectiveSalt: rng.next(),
    sparse: rng.chance(0.25) && !selective,
    wire,
    skipCommitWait: rng.chance(0.3),
    extensionsFrom: rng.pick([1, 1, 1, 3, Number.MAX_SAFE_INTEGER]),
    fullNodes: rng.pick([0, 0, 1, 2]),
    skewedPowers: byzantine === "none" && !selective && rng.chance(0.3),
  };
}

/** Rounds for which a selective network goes on hiding a precommit: seen at once, it would end most heights too soon. */
const HIDDEN_ROUNDS = 3;

/** The part of a message that a selective network lets a node have while it is in round `round`. */
export function selectiveView(
  message: Message,
  to: { readonly id: number; readonly round: number; readonly salt: number },
): Message | undefined {
  if (message.kind === "proposal") {
    const { height, round } = message.proposal;
    return round >= to.round && draw(to.salt, height, round, 32) % 4 === to.id ? undefined : message;
  }
  if (message.kind !== "votes") return message;
  const votes = message.votes.filter(({ height, round, type, validatorIndex }) => {
    const past = type === PRECOMMIT ? round < to.round - HIDDEN_ROUNDS : round < to.round;
    return past || draw(to.salt, height, round, type, to.id) % 5 !== validatorIndex;
  });
  if (votes.length === 0) return undefined;
  return votes.length === message.votes.length ? message : { kind: "votes", votes };
}

/** A fixed draw for a place, so that sending again does not help. */
function draw(...place: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const value of place) {
    hash = Math.imul(hash ^ value, 0x01000193);
    hash ^= hash >>> 13;
  }
  return Math.imul(hash, 0x9e3779b1) >>> 16;
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
