import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import {
  type Contribution,
  ContributionStatus,
  type DataNet,
  type Snapshot,
  SnapshotStatus,
  WindowPhase,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { heldOutCounts } from "./held-out.ts";
import type { DatanetKeeper } from "./keeper.ts";
import { DATANET } from "./keys.ts";
import { brokenLineage } from "./lineage.ts";
import type { BankNeeds } from "./needs.ts";

const { CONTRIBUTION_STATUS_COMMITTED, CONTRIBUTION_STATUS_CURATED } = ContributionStatus;

/** What holds after every block (I2, I4, I11, I12, I13 of the economy, for this module's part). */
export function invariants(keeper: DatanetKeeper, bank: Pick<BankNeeds, "moduleBalance">): readonly Invariant[] {
  return [
    { name: "datanet/ledger", check: (ctx) => ledger(ctx, keeper, bank) },
    { name: "datanet/windows", check: (ctx) => first(keeper.datanets(ctx), (net) => windows(ctx, keeper, net)) },
    { name: "datanet/contributions", check: (ctx) => first(keeper.allContributions(ctx), acceptance) },
    { name: "datanet/lineage", check: (ctx) => brokenLineage(byId(keeper.allContributions(ctx))) },
    {
      name: "datanet/snapshots",
      check: (ctx) => first(keeper.allSnapshots(ctx), (each) => snapshot(ctx, keeper, each)),
    },
  ];
}

function ledger(ctx: Context, keeper: DatanetKeeper, bank: Pick<BankNeeds, "moduleBalance">): string | undefined {
  let booked = 0n;
  for (const { bond } of keeper.datanets(ctx)) booked += parseAmount(bond);
  for (const { bond, reviewFee } of keeper.allContributions(ctx)) {
    booked += parseAmount(bond) + parseAmount(reviewFee);
  }
  const held = bank.moduleBalance(ctx, DATANET);
  return held === booked ? undefined : `the account holds ${held}, its ledgers say ${booked}`;
}

function windows(ctx: Context, keeper: DatanetKeeper, net: DataNet): string | undefined {
  let next = 0;
  let unrevealed = 0;
  for (const { seq, status, window } of keeper.contributions(ctx, net.id, 0, net.nextSeq)) {
    if (seq !== next) return `${net.id} has no contribution ${next}`;
    next += 1;
    if (window === net.window && seq < net.nextSeq - net.contributions) return `${net.id} miscounts window ${window}`;
    if (status !== CONTRIBUTION_STATUS_COMMITTED) continue;
    unrevealed += 1;
    const waits = net.phase === WindowPhase.WINDOW_PHASE_SUBMIT || seq >= net.nextSeq - net.pending;
    if (window !== net.window || !waits) return `commitment ${seq} of ${net.id} outlived its window`;
  }
  if (next !== net.nextSeq) return `${net.id} has ${next} contributions, not ${net.nextSeq}`;
  if (unrevealed !== net.unrevealed) return `${net.id} counts ${net.unrevealed} unrevealed of ${unrevealed}`;
  return net.pending <= net.contributions ? undefined : `${net.id} has more pending than contributions`;
}

function acceptance(contribution: Contribution): string | undefined {
  const { id, status, items, accepted, acceptedCount, bond, reviewFee } = contribution;
  if (status !== CONTRIBUTION_STATUS_COMMITTED && parseAmount(reviewFee) > 0n) return `${id} still holds a fee`;
  if (status !== CONTRIBUTION_STATUS_CURATED) return undefined;
  if (parseAmount(bond) > 0n) return `${id} is curated and still bonded`;
  const count = BitArray.fromBytes(items, accepted).count;
  return count === acceptedCount ? undefined : `${id} accepts ${count} items, its count says ${acceptedCount}`;
}

function snapshot(ctx: Context, keeper: DatanetKeeper, each: Snapshot): string | undefined {
  const { id, status, items, clusters, contributions } = each;
  if (status !== SnapshotStatus.SNAPSHOT_STATUS_PENDING && status !== SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) {
    return undefined;
  }
  let total = 0;
  for (const { contribution, accepted } of contributions) {
    const found = keeper.contribution(ctx, contribution);
    if (found?.status !== CONTRIBUTION_STATUS_CURATED) return `${id} lists ${contribution}, which is not curated`;
    if (found.acceptedCount !== accepted) return `${id} miscounts ${contribution}`;
    total += accepted;
  }
  if (total !== items || clusters > items) return `${id} has ${total} items, not ${items}`;
  return draw(each);
}

/** Only what was accepted is drawn, once, and holds out what its seed says. */
function draw(each: Snapshot): string | undefined {
  const { id, status, clusters, owners, heldOutHeight, heldOutSeed, heldOut } = each;
  const owned = owners.reduce((sum, count) => sum + count, 0);
  if (owners.length > 0 && owned !== clusters) return `${id} has ${owned} cluster owners, not ${clusters}`;
  const isDue = status === SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED && owners.length > 0;
  if (isDue !== heldOutHeight > 0n) return `${id} has a draw at height ${heldOutHeight}`;
  if (!isDue && heldOutSeed.length > 0) return `${id} was drawn too early`;
  const counted = [...heldOutCounts(each).values()].reduce((sum, count) => sum + count, 0);
  return counted === heldOut ? undefined : `${id} holds out ${heldOut} items, its seed ${counted}`;
}

function first<T>(entries: Iterable<T>, check: (entry: T) => string | undefined): string | undefined {
  for (const entry of entries) {
    const broken = check(entry);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function byId(contributions: Iterable<Contribution>): ReadonlyMap<string, Contribution> {
  const out = new Map<string, Contribution>();
  for (const contribution of contributions) out.set(contribution.id, contribution);
  return out;
}
