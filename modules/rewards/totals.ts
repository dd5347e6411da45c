import { sum } from "../../chain/math/int.ts";
import type { FeeSplit } from "../../proto/gen/openledger/rewards/v1.ts";

/** Parts of a fee, in the order of the report. */
export const PARTS = [
  "host",
  "burn",
  "treasury",
  "model",
  "attestors",
  "contributors",
  "heldOut",
  "curation",
  "bounty",
] as const;

export type Part = (typeof PARTS)[number];

export const NO_FEES: FeeSplit = {
  fee: "0",
  host: "0",
  burn: "0",
  treasury: "0",
  model: "0",
  attestors: "0",
  contributors: "0",
  curation: "0",
  bounty: "0",
  heldOut: "0",
};

export function toFeeSplit(fee: bigint, parts: Readonly<Record<Part, bigint>>): FeeSplit {
  const texts = PARTS.map((part) => [part, parts[part].toString()] as const);
  return { ...NO_FEES, ...Object.fromEntries(texts), fee: fee.toString() };
}

export function addSplits(a: FeeSplit, b: FeeSplit): FeeSplit {
  const parts = PARTS.map((part) => [part, BigInt(a[part]) + BigInt(b[part])] as const);
  return toFeeSplit(BigInt(a.fee) + BigInt(b.fee), Object.fromEntries(parts) as Record<Part, bigint>);
}

/** Invariant I3: the parts of a fee sum to the fee, and none is negative. */
export function isWhole(split: FeeSplit): boolean {
  const parts = PARTS.map((part) => BigInt(split[part]));
  return parts.every((part) => part >= 0n) && sum(parts) === BigInt(split.fee);
}
