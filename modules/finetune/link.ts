import type { Context } from "../../chain/app/context.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { type Job, JobStatus, type MsgLinkModel } from "../../proto/gen/openledger/finetune/v1.ts";
import { requireStatus } from "./create.ts";
import { errors } from "./errors.ts";
import type { FinetuneParts } from "./parts.ts";

/** Says that a registered model of the requester is the job's result: its lineage is then what validators recomputed. */
export function linkModel(ctx: Context, { keeper, needs }: FinetuneParts, message: MsgLinkModel): void {
  const { requester, job: id, model: modelId } = message;
  const job = keeper.requireJob(ctx, id);
  if (job.requester !== requester) throw errors.notYours(`job ${id} was requested by ${job.requester}`);
  requireStatus(job, JobStatus.JOB_STATUS_PAID);
  if (job.model !== "") throw errors.badModel(`job ${id} is linked to model ${job.model}`);
  const model = needs.models.model(ctx, modelId);
  if (model?.owner !== requester) throw errors.badModel(`${requester} has no model ${JSON.stringify(modelId)}`);
  if (keeper.jobOfModel(ctx, modelId) !== undefined) throw errors.badModel(`model ${modelId} is linked to a job`);
  if (!isResultOf(job, model)) throw errors.badModel(`model ${modelId} has other weights or snapshots than the job`);
  keeper.saveJob(ctx, { ...job, model: modelId });
  keeper.linkModel(ctx, modelId, id);
  ctx.events.emit("job_model_linked", [
    ["job", id],
    ["model", modelId],
    ["requester", requester],
  ]);
}

function isResultOf(
  job: Job,
  model: { readonly weightsHash: Uint8Array; readonly snapshots: readonly string[] },
): boolean {
  if (!job.result || !equalBytes(job.result.weightsHash, model.weightsHash)) return false;
  const named = new Set(job.snapshots);
  return model.snapshots.length === named.size && model.snapshots.every((id) => named.has(id));
}
