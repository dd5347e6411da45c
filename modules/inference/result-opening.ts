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
import { MAX_CLASSES, MAX_ENTRIES, MAX_EXPONENT, MAX_VECTOR_BYTES } from "./limits.ts";

/** A result's opening whose form is right. */
export interface CheckedOpening {
  readonly query: QueryVectors;
  readonly settlement: SettlementVector;
}

/** Throws inference/11 for bytes that are not the canonical form of a well-formed opening. */
export function readResultOpening(bytes: Uint8Array): CheckedOpening {
  const { query, settlement } = strict(bytes);
  if (!query || !settlement) throw errors.badOpening("an opening holds query vectors and a settlement vector");
  checkQuery(query);
  checkSettlement(settlement);
  return { query, settlement };
}

function strict(bytes: Uint8Array): ResultOpening {
  try {
    return decodeStrict(ResultOpening, bytes);
  } catch (error) {
    throw errors.badOpening(`not a canonical opening: ${(error as Error).message}`);
  }
}

function checkQuery({ classes, weightExponent }: QueryVectors): void {
  demand(classes.length <= MAX_CLASSES, `a query has at most ${MAX_CLASSES} classes`);
  demand(new Set(classes.map((entry) => entry.class)).size === classes.length, "a class is listed twice");
  demand(isExponent(weightExponent) && classes.every(isClassVector), "a class vector is out of range");
}

function isClassVector({ weight, exponent, v }: ClassVector): boolean {
  return Math.abs(weight) <= 127 && isExponent(exponent) && v.length <= MAX_VECTOR_BYTES && !v.includes(0x80);
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
  const total = sum(entries.map(({ weight }) => weight)) + unattributed + capExcess;
  demand(total === ONE, `the shares sum to ${ONE}, got ${total}`);
  const names = new Set(entries.map(({ contribution, item }) => `${contribution}/${item}`));
  demand(names.size === entries.length, "an item is listed twice");
}

/** By weight descending, then (contribution, item) ascending. */
function inOrder(a: SettlementEntry, b: SettlementEntry): boolean {
  if (a.weight !== b.weight) return a.weight > b.weight;
  return a.contribution !== b.contribution ? a.contribution < b.contribution : a.item < b.item;
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.badOpening(message);
}
