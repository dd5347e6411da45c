import { ONE } from "../../chain/math/fixed.ts";
import { sum } from "../../chain/math/int.ts";
import {
  type ClassVector,
  type QueryVectors,
  ResultOpening,
  type SettlementEntry,
  type SettlementVector,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import { GENERATION_ALGORITHM } from "./ids.ts";
import { MAX_CLASSES, MAX_ENTRIES, MAX_EXPONENT, MAX_VECTOR_BYTES, MAX_VIEW_BYTES, MAX_VIEWS } from "./limits.ts";

/** A result's opening whose form is right. */
export interface CheckedOpening {
  readonly query: QueryVectors;
  /** By influence. */
  readonly settlement: SettlementVector;
  /** By token attribution: there for a generator, and for nothing else. */
  readonly tokens: SettlementVector | undefined;
}

/** Throws inference/11 for bytes that are not the canonical form of a well-formed opening under the claim's algorithm. */
export function readResultOpening(bytes: Uint8Array, algorithm: string): CheckedOpening {
  const { query, settlement, tokens } = strict(bytes);
  if (!query || !settlement) throw errors.badOpening("an opening holds query vectors and a settlement vector");
  const generated = algorithm === GENERATION_ALGORITHM;
  if (generated) checkViews(query);
  else checkClasses(query);
  checkSettlement(settlement);
  demand(generated === (tokens !== undefined), "generators, and only they, open a vector of token attribution");
  if (tokens) checkSettlement(tokens);
  return { query, settlement, tokens };
}

function strict(bytes: Uint8Array): ResultOpening {
  try {
    return decodeStrict(ResultOpening, bytes);
  } catch (error) {
    throw errors.badOpening(`not a canonical opening: ${(error as Error).message}`);
  }
}

function checkClasses({ classes, weightExponent }: QueryVectors): void {
  demand(classes.length <= MAX_CLASSES, `a query has at most ${MAX_CLASSES} classes`);
  demand(new Set(classes.map((entry) => entry.class)).size === classes.length, "a class is listed twice");
  const fit = (entry: ClassVector) => Math.abs(entry.weight) <= 127 && isVector(entry, MAX_VECTOR_BYTES);
  demand(isExponent(weightExponent) && classes.every(fit), "a class vector is out of range");
}

/** One vector a checkpoint view, in the order of the views, all of one length and without a weight. */
function checkViews({ classes: views, weightExponent }: QueryVectors): void {
  demand(views.length <= MAX_VIEWS, `a generator's query has at most ${MAX_VIEWS} views`);
  const fit = (view: ClassVector, i: number) =>
    view.class === i && view.weight === 1 && view.v.length === views[0]?.v.length && isVector(view, MAX_VIEW_BYTES);
  demand(weightExponent === 0 && views.every(fit), "a view's vector is out of range or out of place");
}

function isVector({ exponent, v }: ClassVector, maxBytes: number): boolean {
  return isExponent(exponent) && v.length <= maxBytes && !v.includes(0x80);
}

function isExponent(value: number): boolean {
  return Math.abs(value) <= MAX_EXPONENT;
}

/** Invariant I7: the shares sum to exactly 10^18. */
function checkSettlement({ entries, unattributed, capExcess, eligibleClusters }: SettlementVector): void {
  demand(entries.length <= MAX_ENTRIES, `a settlement vector has at most ${MAX_ENTRIES} entries`);
  demand(entries.length <= eligibleClusters, "every entry is a cluster that was eligible");
  demand(
    entries.every(({ weight }) => weight > 0n),
    "an entry without weight is left out",
  );
  demand(
    entries.every((entry, i) => i === 0 || inOrder(entries[i - 1] as SettlementEntry, entry)),
    "entries are sorted and distinct",
  );
  const cap = capOf(eligibleClusters);
  demand((entries[0]?.weight ?? 0n) <= cap, `an entry gets at most ${cap} of ${eligibleClusters} clusters`);
  const total = sum(entries.map(({ weight }) => weight)) + unattributed + capExcess;
  demand(total === ONE, `the shares sum to ${ONE}, got ${total}`);
  const names = new Set(entries.map(({ contribution, item }) => `${contribution}/${item}`));
  demand(names.size === entries.length, "an item is listed twice");
}

/** ECONOMY.md "Fee split": max(20 %, 2 / n) of n eligible clusters, rounded down. */
function capOf(clusters: number): bigint {
  const parts = clusters < 2 ? ONE : (2n * ONE) / BigInt(clusters);
  return parts > ONE / 5n ? parts : ONE / 5n;
}

/** By weight descending, then (contribution, item) ascending. */
function inOrder(a: SettlementEntry, b: SettlementEntry): boolean {
  if (a.weight !== b.weight) return a.weight > b.weight;
  return a.contribution !== b.contribution ? a.contribution < b.contribution : a.item < b.item;
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.badOpening(message);
}
