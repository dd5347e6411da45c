import type { Context } from "../../chain/app/context.ts";
import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { type Job, JobStatus, Query, type QueryJobsRequest } from "../../proto/gen/openledger/finetune/v1.ts";
import { errors } from "./errors.ts";
import type { FinetuneKeeper } from "./keeper.ts";
import { byRequester, byStatus, byTrainer } from "./keys.ts";
import { MAX_PAGE, MAX_SAFE } from "./limits.ts";

/** Characters of an address or id in a query, a bound before any look-up. */
const MAX_NAME = 128;

export function queries(keeper: FinetuneKeeper): QueryRoute[] {
  return [
    queryRoute({ ...Query.Params, handle: (ctx) => ({ params: keeper.params(ctx) }) }),
    queryRoute({
      ...Query.Job,
      handle: (ctx, { id }) => ({ job: keeper.requireJob(ctx, id), payees: [...keeper.payees(ctx, id)] }),
    }),
    queryRoute({
      ...Query.Jobs,
      handle: (ctx, request) => ({ jobs: page(select(ctx, keeper, request), request.limit) }),
    }),
    queryRoute({
      ...Query.Checkpoints,
      handle: (ctx, { job, afterStep, limit }) => {
        keeper.requireJob(ctx, job);
        const last = BigInt(MAX_SAFE - 1);
        const after = Number(afterStep > last ? last : afterStep);
        return { checkpoints: page(keeper.checkpoints(ctx, job, after), limit) };
      },
    }),
    queryRoute({
      ...Query.JobOfModel,
      handle: (ctx, { model }) => {
        const id = keeper.jobOfModel(ctx, model);
        if (id === undefined) throw errors.notFound(`no job is linked to model ${JSON.stringify(model.slice(0, 80))}`);
        return { job: keeper.requireJob(ctx, id) };
      },
    }),
    queryRoute({ ...Query.Totals, handle: (ctx) => ({ totals: keeper.totals(ctx) }) }),
  ];
}

function select(ctx: Context, keeper: FinetuneKeeper, request: QueryJobsRequest): Iterable<Job> {
  const { status, requester, trainer, startAfter } = request;
  const filters = [status !== JobStatus.JOB_STATUS_UNSPECIFIED, requester !== "", trainer !== ""];
  if (filters.filter(Boolean).length > 1) throw errors.badRequest("give one of status, requester and trainer");
  if ([requester, trainer, startAfter].some(({ length }) => length > MAX_NAME)) throw errors.notFound("no such job");
  if (requester !== "") return keeper.jobsBy(ctx, byRequester, { reference: requester, startAfter });
  if (trainer !== "") return keeper.jobsBy(ctx, byTrainer, { reference: trainer, startAfter });
  if (filters[0]) return keeper.jobsBy(ctx, byStatus, { reference: status, startAfter });
  return keeper.jobs(ctx, startAfter);
}

/** At most `limit` entries; 0 means 100. */
function page<T>(entries: Iterable<T>, limit: number): T[] {
  const most = Math.min(limit === 0 ? 100 : limit, MAX_PAGE);
  const found: T[] = [];
  for (const entry of entries) {
    if (found.length >= most) break;
    found.push(entry);
  }
  return found;
}
