import type { Context } from "../../chain/app/context.ts";
import type { Index } from "../../chain/store/collections.ts";
import type { KvStore } from "../../chain/store/kv.ts";
import {
  type Checkpoint,
  type Counter,
  type Job,
  type JobPayee,
  type JobPayees,
  type Params,
  Totals,
} from "../../proto/gen/openledger/finetune/v1.ts";
import { errors } from "./errors.ts";
import { due, FINETUNE, jobAndStep, tables } from "./keys.ts";

const NO_TOTALS: Totals = Totals.fromPartial({ escrowed: "0", paid: "0", refunded: "0" });

/** The only reader and writer of the module's keys. Rules are in the files beside it. */
export class FinetuneKeeper {
  #kv(ctx: Context): KvStore {
    return ctx.kv(FINETUNE);
  }

  params(ctx: Context): Params {
    return tables.params.require(this.#kv(ctx));
  }

  setParams(ctx: Context, params: Params): void {
    tables.params.set(this.#kv(ctx), params);
  }

  job(ctx: Context, id: string): Job | undefined {
    return tables.jobs.get(this.#kv(ctx), id);
  }

  /** Throws finetune/2 (not found). */
  requireJob(ctx: Context, id: string): Job {
    return tables.jobs.require(this.#kv(ctx), id, () => errors.notFound(`no job ${JSON.stringify(id.slice(0, 80))}`));
  }

  saveJob(ctx: Context, job: Job): void {
    tables.jobs.set(this.#kv(ctx), job.id, job);
  }

  /** By id ascending, from after `startAfter`. */
  *jobs(ctx: Context, startAfter = ""): Generator<Job> {
    for (const [id, job] of tables.jobs.iterate(this.#kv(ctx), { from: startAfter })) {
      if (id !== startAfter) yield job;
    }
  }

  /** Jobs under one reference of an index, by id ascending, from after `startAfter`. */
  *jobsBy<R>(ctx: Context, index: Index<R, string, Job>, at: { reference: R; startAfter: string }): Generator<Job> {
    for (const [reference, id] of index.iterate(this.#kv(ctx), { from: [at.reference, at.startAfter] })) {
      if (reference !== at.reference) return;
      if (id !== at.startAfter) yield this.requireJob(ctx, id);
    }
  }

  /** Jobs whose height has come, earliest first, then by id. */
  *dueJobs(ctx: Context, height: number): Generator<Job> {
    for (const [, id] of due.iterate(this.#kv(ctx), { to: [height + 1, ""] })) yield this.requireJob(ctx, id);
  }

  saveCheckpoint(ctx: Context, checkpoint: Checkpoint): void {
    tables.checkpoints.set(this.#kv(ctx), [checkpoint.job, Number(checkpoint.step)], checkpoint);
  }

  /** Of one job, by step ascending, from after `afterStep`. */
  *checkpoints(ctx: Context, job: string, afterStep = 0): Generator<Checkpoint> {
    const range = { prefix: jobAndStep.prefix(job), from: [job, afterStep + 1] as const };
    for (const [, checkpoint] of tables.checkpoints.iterate(this.#kv(ctx), range)) yield checkpoint;
  }

  *allCheckpoints(ctx: Context): Generator<Checkpoint> {
    for (const [, checkpoint] of tables.checkpoints.iterate(this.#kv(ctx))) yield checkpoint;
  }

  payees(ctx: Context, job: string): readonly JobPayee[] {
    return tables.payees.get(this.#kv(ctx), job)?.payees ?? [];
  }

  savePayees(ctx: Context, payees: JobPayees): void {
    tables.payees.set(this.#kv(ctx), payees.job, payees);
  }

  removePayees(ctx: Context, job: string): void {
    tables.payees.remove(this.#kv(ctx), job);
  }

  *allPayees(ctx: Context): Generator<JobPayees> {
    for (const [, payees] of tables.payees.iterate(this.#kv(ctx))) yield payees;
  }

  counter(ctx: Context, requester: string): Counter {
    return tables.counters.get(this.#kv(ctx), requester) ?? { requester, next: 0n, open: 0 };
  }

  saveCounter(ctx: Context, counter: Counter): void {
    tables.counters.set(this.#kv(ctx), counter.requester, counter);
  }

  *counters(ctx: Context): Generator<Counter> {
    for (const [, counter] of tables.counters.iterate(this.#kv(ctx))) yield counter;
  }

  totals(ctx: Context): Totals {
    return tables.totals.get(this.#kv(ctx)) ?? NO_TOTALS;
  }

  setTotals(ctx: Context, totals: Totals): void {
    tables.totals.set(this.#kv(ctx), totals);
  }

  jobOfModel(ctx: Context, model: string): string | undefined {
    return tables.models.get(this.#kv(ctx), model);
  }

  linkModel(ctx: Context, model: string, job: string): void {
    tables.models.set(this.#kv(ctx), model, job);
  }
}
