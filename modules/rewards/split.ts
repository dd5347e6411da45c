import { ONE, shareOf, splitLargestRemainder } from "../../chain/math/fixed.ts";
import { minimum } from "../../chain/math/int.ts";

// ECONOMY.md "Fee split". Every level is floor + largest remainder, so the parts always sum to the whole:
//
//   fee = host + burn + treasury + net          net = model + attestors + contributors + curation
//   contributors = influence + tokens + held-out items (pools.ts)
//   influence = faithful + unpaid part          faithful, tokens = entries + unattributed + cap excess

/** Whole of a share, in units of 1/10000. */
export const BASIS_POINTS = 10_000n;

/** Clusters from which on the cap's excess is the DataNets' rather than the treasury's. */
export const MIN_CLUSTERS_FOR_BOUNTY = 10;

/** Units of 1/10000: the first three of the fee, the others of the net. */
export interface ShareParams {
  readonly host: number;
  readonly burn: number;
  readonly treasury: number;
  readonly model: number;
  readonly attestors: number;
  readonly contributors: number;
  readonly curation: number;
}

/** First two levels: where a fee goes before anybody is looked at. Amounts in uopen. */
export interface GrossSplit {
  readonly host: bigint;
  readonly burn: bigint;
  readonly treasury: bigint;
  readonly model: bigint;
  readonly attestors: bigint;
  readonly contributors: bigint;
  readonly curation: bigint;
}

export function grossSplit(fee: bigint, shares: ShareParams): GrossSplit {
  const outer = [shares.host, shares.burn, shares.treasury].map(BigInt);
  const net = BASIS_POINTS - outer.reduce((a, b) => a + b, 0n);
  const [host, burn, treasury, rest] = splitLargestRemainder(fee, [...outer, net]) as [bigint, bigint, bigint, bigint];
  const inner = [shares.model, shares.attestors, shares.contributors, shares.curation].map(BigInt);
  const parts = splitLargestRemainder(rest, inner) as [bigint, bigint, bigint, bigint];
  return {
    host,
    burn,
    treasury,
    model: parts[0],
    attestors: parts[1],
    contributors: parts[2],
    curation: parts[3],
  };
}

/** The parts of a settlement vector, in units of 10^-18 that sum to 10^18. */
export interface VectorWeights {
  readonly entries: readonly bigint[];
  readonly unattributed: bigint;
  readonly capExcess: bigint;
  readonly eligibleClusters: number;
}

/** Fourth level: what each entry of the vector earns, and where the rest of its pool goes. */
export interface ContributorSplit {
  readonly entries: readonly bigint[];
  readonly bounty: bigint;
  readonly treasury: bigint;
}

/** `fidelity` in units of 10^-18 (above 10^18 counts as 10^18): what it does not vouch for goes to the bounty. */
export function contributorSplit(pool: bigint, fidelity: bigint, vector: VectorWeights): ContributorSplit {
  const faithful = shareOf(pool, minimum(fidelity, ONE));
  const weights = [...vector.entries, vector.unattributed, vector.capExcess];
  const parts = splitLargestRemainder(faithful, weights);
  const unattributed = parts[vector.entries.length] as bigint;
  const excess = parts[vector.entries.length + 1] as bigint;
  const toBounty = vector.eligibleClusters >= MIN_CLUSTERS_FOR_BOUNTY;
  return {
    entries: parts.slice(0, vector.entries.length),
    bounty: pool - faithful + unattributed + (toBounty ? excess : 0n),
    treasury: toBounty ? 0n : excess,
  };
}
