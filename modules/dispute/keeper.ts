import type { Context } from "../../chain/app/context.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import type { KvStore } from "../../chain/store/kv.ts";
import { type Dispute, DisputePhase, type Params } from "../../proto/gen/openledger/dispute/v1.ts";
import { errors } from "./errors.ts";
import { claimDisputeKey, DISPUTE, tables } from "./keys.ts";

const { DISPUTE_PHASE_OVER, DISPUTE_PHASE_REFEREE } = DisputePhase;

/** The only reader and writer of the module's keys. Rules are in the files beside it. */
export class DisputeKeeper {
  #kv(ctx: Context): KvStore {
    return ctx.kv(DISPUTE);
  }

  params(ctx: Context): Params {
    return tables.params.require(this.#kv(ctx));
  }

  setParams(ctx: Context, params: Params): void {
    tables.params.set(this.#kv(ctx), params);
  }

  dispute(ctx: Context, id: Uint8Array): Dispute | undefined {
    return id.length === 32 ? tables.disputes.get(this.#kv(ctx), id) : undefined;
  }

  /** Throws dispute/2 (not found). */
  require(ctx: Context, id: Uint8Array): Dispute {
    const dispute = this.dispute(ctx, id);
    if (!dispute) throw errors.notFound("no such dispute");
    return dispute;
  }

  /** Saves a dispute and keeps its places in the queues in step with it. */
  save(ctx: Context, dispute: Dispute): void {
    const kv = this.#kv(ctx);
    const before = this.dispute(ctx, dispute.id);
    if (before && isDue(before)) tables.due.remove(kv, [Number(before.deadline), before.id]);
    if (isDue(dispute)) tables.due.add(kv, [Number(dispute.deadline), dispute.id]);
    const wasOpen = before !== undefined && isOpen(before);
    if (isOpen(dispute) && !wasOpen) {
      tables.open.add(kv, [dispute.claimId, dispute.id]);
      tables.openCount.set(kv, this.openCount(ctx) + 1);
    }
    if (!isOpen(dispute) && wasOpen) {
      tables.open.remove(kv, [dispute.claimId, dispute.id]);
      tables.openCount.set(kv, this.openCount(ctx) - 1);
    }
    if (dispute.number > this.disputesOf(ctx, dispute.claimId)) {
      tables.numbers.set(kv, dispute.claimId, dispute.number);
    }
    tables.disputes.set(kv, dispute.id, dispute);
  }

  *disputes(ctx: Context): Generator<Dispute> {
    for (const [, dispute] of tables.disputes.iterate(this.#kv(ctx))) yield dispute;
  }

  /** Disputes in which something is due, by deadline, then by id. */
  *due(ctx: Context): Generator<readonly [number, Uint8Array]> {
    yield* tables.due.iterate(this.#kv(ctx));
  }

  openCount(ctx: Context): number {
    return tables.openCount.get(this.#kv(ctx)) ?? 0;
  }

  /** Ids of all disputes that are not over, by claim; those after the place of another one, over or not. */
  *open(ctx: Context, after?: Dispute): Generator<Uint8Array> {
    const range = after ? { from: [after.claimId, after.id] as const } : {};
    for (const [, id] of tables.open.iterate(this.#kv(ctx), range)) {
      if (!after || !equalBytes(id, after.id)) yield id;
    }
  }

  /** Of one claim. */
  *openOf(ctx: Context, claimId: Uint8Array): Generator<Uint8Array> {
    for (const [, id] of tables.open.iterate(this.#kv(ctx), { prefix: claimDisputeKey.prefix(claimId) })) yield id;
  }

  /** Disputes of a claim so far. */
  disputesOf(ctx: Context, claimId: Uint8Array): number {
    return tables.numbers.get(this.#kv(ctx), claimId) ?? 0;
  }
}

export function isOpen({ phase }: Pick<Dispute, "phase">): boolean {
  return phase !== DISPUTE_PHASE_OVER;
}

/** A move or a step claim is due; a referee's time is the claim engine's affair. */
export function isDue({ phase }: Pick<Dispute, "phase">): boolean {
  return phase !== DISPUTE_PHASE_OVER && phase !== DISPUTE_PHASE_REFEREE;
}
