import { parseAmount } from "../../chain/app/coins.ts";
import { ClaimKind, type KindParams, type Params } from "../../proto/gen/openledger/attribution/v1.ts";
import { feeOf } from "./attest-fee.ts";
import { errors } from "./errors.ts";
import {
  MAX_ATTEST_FEE,
  MAX_CLAIM_OPENING_BYTES,
  MAX_COMMIT_BLOCKS,
  MAX_COMMITTEE,
  MAX_HOLD_BLOCKS,
  MAX_OPENING_BYTES,
  MAX_PEER_SAMPLE,
  MAX_WINDOW,
} from "./limits.ts";

/** A tenth of the bond burns without quorum unless told otherwise: a long window that comes to nothing held others up. */
function kindParams(kind: ClaimKind, changes: Partial<KindParams> & Pick<KindParams, "commitBlocks">): KindParams {
  return { kind, holdBlocks: 0n, maxOpen: 0, noQuorumBurnBps: 1_000, attestFee: "", ...changes };
}

/** Genesis defaults (DESIGN.md section 5); the bond in uopen. */
export const DEFAULT_PARAMS: Params = {
  seedDelay: 3n,
  commitBlocks: 4n,
  openBlocks: 3n,
  maxOpeningBytes: 2_097_152,
  maxTalliesPerBlock: 128,
  maxOpenClaims: 1_024,
  minClaimBond: "1000000",
  committeeSize: 32,
  peerSample: 6,
  kinds: [
    kindParams(ClaimKind.CLAIM_KIND_TRAINING, {
      ...{ commitBlocks: 60n, holdBlocks: 3_600n, maxOpen: 128, attestFee: "50000" },
    }),
    kindParams(ClaimKind.CLAIM_KIND_INDEX, { commitBlocks: 60n, maxOpen: 128, attestFee: "50000" }),
    kindParams(ClaimKind.CLAIM_KIND_FIDELITY, { commitBlocks: 600n, maxOpen: 16, attestFee: "200000" }),
    kindParams(ClaimKind.CLAIM_KIND_STEP, { commitBlocks: 30n, noQuorumBurnBps: 0 }),
  ],
  unattestedKinds: [],
};

/** Kinds that a network without verifiers may leave unattested. What money depends on is always attested. */
const OPTIONAL_KINDS: readonly ClaimKind[] = [ClaimKind.CLAIM_KIND_TRAINING, ClaimKind.CLAIM_KIND_INDEX];

/** Who attests these is paid out of the request's fee, or out of what the loser of the dispute staked. */
const PAID_ELSEWHERE: readonly ClaimKind[] = [ClaimKind.CLAIM_KIND_RESULT, ClaimKind.CLAIM_KIND_STEP];

/** A block must have room for one opening of each kind. */
const MIN_OPENING_BYTES = 32_768;
/** With the votes of a large set these still fit the longest transaction 0. */
const MOST_OPENING_BYTES = 2 * 1_024 * 1_024;

/** Throws attribution/19 for parameters outside the rails. */
export function checkParams(params: Params): void {
  demand(within(params.seedDelay, 1, MAX_WINDOW), `seed_delay is 1 to ${MAX_WINDOW}`);
  demand(within(params.commitBlocks, 2, MAX_COMMIT_BLOCKS), `commit_blocks is 2 to ${MAX_COMMIT_BLOCKS}`);
  demand(within(params.openBlocks, 1, MAX_WINDOW), `open_blocks is 1 to ${MAX_WINDOW}`);
  const bytes = params.maxOpeningBytes;
  demand(
    bytes >= MIN_OPENING_BYTES && bytes <= MOST_OPENING_BYTES,
    `max_opening_bytes is ${MIN_OPENING_BYTES} to ${MOST_OPENING_BYTES}`,
  );
  demand(params.maxTalliesPerBlock >= 1 && params.maxTalliesPerBlock <= 4_096, "max_tallies_per_block is 1 to 4096");
  demand(params.maxOpenClaims >= 1 && params.maxOpenClaims <= 4_096, "max_open_claims is 1 to 4096");
  parseAmount(params.minClaimBond);
  const { committeeSize, peerSample } = params;
  demand(committeeSize >= 1 && committeeSize <= MAX_COMMITTEE, `committee_size is 1 to ${MAX_COMMITTEE}`);
  demand(peerSample >= 2 && peerSample <= MAX_PEER_SAMPLE, `peer_sample is 2 to ${MAX_PEER_SAMPLE}`);
  checkKinds(params);
}

function checkKinds({ kinds, unattestedKinds }: Params): void {
  kinds.forEach((terms, i) => {
    const { kind, commitBlocks, holdBlocks, noQuorumBurnBps } = terms;
    const before = kinds[i - 1]?.kind ?? ClaimKind.CLAIM_KIND_UNSPECIFIED;
    demand(kind > before, "kinds are listed once each, by kind ascending");
    demand(
      within(commitBlocks, 2, MAX_COMMIT_BLOCKS),
      `commit_blocks of kind ${kind} is 2 to ${MAX_COMMIT_BLOCKS}, got ${commitBlocks}`,
    );
    demand(holdBlocks <= BigInt(MAX_HOLD_BLOCKS), `hold_blocks of kind ${kind} is at most ${MAX_HOLD_BLOCKS}`);
    demand(noQuorumBurnBps <= 10_000, `no_quorum_burn_bps of kind ${kind} is at most 10000`);
    const most = PAID_ELSEWHERE.includes(kind) ? 0n : BigInt(MAX_ATTEST_FEE);
    demand(feeOf(terms) <= most, `attest_fee of kind ${kind} is at most ${most}`);
  });
  unattestedKinds.forEach((kind, i) => {
    const isOptional = OPTIONAL_KINDS.includes(kind) && unattestedKinds.indexOf(kind) === i;
    demand(isOptional, `claims of kind ${kind} cannot be left unattested, or are listed twice`);
  });
}

/** What holds for claims of one kind. */
export function termsOf({ kinds, commitBlocks }: Params, kind: ClaimKind): KindParams {
  const common = { kind, commitBlocks, holdBlocks: 0n, maxOpen: 0, noQuorumBurnBps: 0, attestFee: "" };
  return kinds.find((each) => each.kind === kind) ?? common;
}

export function isAttested({ unattestedKinds }: Params, kind: ClaimKind): boolean {
  return !unattestedKinds.includes(kind);
}

/**
 * Claims that one block may post: what one later block can open of them in the worst case. Windows of successive blocks
 * overlap, so each brings one block's worth; that a window has several blocks is left for proposers that leave openings out.
 */
export function claimsPerBlock(params: Params, committee: number): number {
  const largest = MAX_CLAIM_OPENING_BYTES + committee * MAX_OPENING_BYTES;
  return Math.max(1, Math.floor((params.maxOpeningBytes - MAX_CLAIM_OPENING_BYTES) / largest));
}

function within(value: bigint, low: number, high: number): boolean {
  return value >= BigInt(low) && value <= BigInt(high);
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.genesis(message);
}
