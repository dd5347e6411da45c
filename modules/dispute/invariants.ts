import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { sum } from "../../chain/math/int.ts";
import { type Dispute, DisputeOutcome, DisputePhase } from "../../proto/gen/openledger/dispute/v1.ts";
import { lastPosition } from "./bisect.ts";
import { type DisputeKeeper, isDue, isOpen } from "./keeper.ts";
import { DISPUTE } from "./keys.ts";
import { geometryOf } from "./log-proof.ts";
import type { BankNeeds } from "./needs.ts";

/** I4, I11 and the bounds of this module's queues. */
export function invariants(keeper: DisputeKeeper, bank: BankNeeds): Invariant[] {
  return [
    { name: "dispute/escrow", check: (ctx) => checkEscrow(ctx, keeper, bank) },
    { name: "dispute/queues", check: (ctx) => checkQueues(ctx, keeper) },
    { name: "dispute/sides", check: (ctx) => checkSides(ctx, keeper) },
  ];
}

function checkEscrow(ctx: Context, keeper: DisputeKeeper, bank: BankNeeds): string | undefined {
  const held = sum([...keeper.disputes(ctx)].filter(isOpen).map(({ bond }) => BigInt(bond)));
  const balance = bank.moduleBalance(ctx, DISPUTE);
  return held === balance ? undefined : `open disputes hold ${held}, the module account ${balance}`;
}

function checkQueues(ctx: Context, keeper: DisputeKeeper): string | undefined {
  const all = [...keeper.disputes(ctx)];
  const open = all.filter(isOpen);
  const listed = [...keeper.open(ctx)];
  if (open.length !== listed.length || keeper.openCount(ctx) !== open.length) {
    return `${open.length} disputes are open, ${listed.length} are listed, ${keeper.openCount(ctx)} are counted`;
  }
  const due = new Map([...keeper.due(ctx)].map(([deadline, id]) => [toHex(id), deadline]));
  const wrong = all.find(
    (dispute) => due.get(toHex(dispute.id)) !== (isDue(dispute) ? Number(dispute.deadline) : undefined),
  );
  if (wrong) return `dispute ${toHex(wrong.id)} is queued for another height than its deadline`;
  return due.size === all.filter(isDue).length ? undefined : "the queue holds what is no dispute";
}

function checkSides(ctx: Context, keeper: DisputeKeeper): string | undefined {
  for (const dispute of keeper.disputes(ctx)) {
    const why = brokenSides(dispute);
    if (why !== undefined) return `dispute ${toHex(dispute.id)}: ${why}`;
  }
  return undefined;
}

/** The agreed position stays before the disputed one; exactly one step is left when the committee is asked. */
function brokenSides(dispute: Dispute): string | undefined {
  const { agreed, disputed, phase, outcome, asked } = dispute;
  if (!agreed || !disputed || agreed.position >= disputed.position) return "its sides are out of order";
  if (Number(disputed.position) > lastPosition(geometryOf(dispute))) return "a side lies beyond the result";
  const { DISPUTE_PHASE_OVER, DISPUTE_PHASE_REFEREE, DISPUTE_PHASE_STEP } = DisputePhase;
  if (phase === DISPUTE_PHASE_OVER) {
    return outcome === DisputeOutcome.DISPUTE_OUTCOME_UNSPECIFIED ? "over without an outcome" : undefined;
  }
  if (phase === DISPUTE_PHASE_STEP || phase === DISPUTE_PHASE_REFEREE) {
    return disputed.position - agreed.position === 1n ? undefined : "more than a step is left";
  }
  return asked > agreed.position && asked < disputed.position ? undefined : "it asks for what is known";
}
