import type { Addresses } from "../../chain/app/addresses.ts";
import { parseAmount } from "../../chain/app/coins.ts";
import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import {
  JobMethod,
  Msg,
  type MsgCompleteJob,
  type MsgCreateFinetuneJob,
  type MsgSubmitCheckpoint,
} from "../../proto/gen/openledger/finetune/v1.ts";
import { isSlug, parseSnapshotId } from "../datanet/ids.ts";
import { checkHash, checkText, positiveAmountOf } from "../datanet/types.ts";
import { cancelJob, createJob } from "./create.ts";
import { disputeJob } from "./disputes.ts";
import { errors } from "./errors.ts";
import { isJobId } from "./ids.ts";
import { GRID_ONE, MAX_BASE_BLOBS, MAX_BASE_BYTES, MAX_SAFE, MAX_SNAPSHOTS } from "./limits.ts";
import { linkModel } from "./link.ts";
import type { FinetuneParts } from "./parts.ts";
import { acceptJob, completeJob, submitCheckpoint } from "./train.ts";

export function messages(addresses: Addresses, parts: FinetuneParts): MessageRoute[] {
  return [...requesterRoutes(addresses, parts), ...trainerRoutes(addresses, parts), disputeRoute(addresses, parts)];
}

function requesterRoutes(addresses: Addresses, parts: FinetuneParts): MessageRoute[] {
  const check = (message: { readonly requester: string; readonly job: string }) => {
    addresses.fromText(message.requester);
    checkJob(message);
  };
  return [
    messageRoute({
      codec: Msg.CreateFinetuneJob.request,
      response: Msg.CreateFinetuneJob.response,
      amino: "openledger/MsgCreateFinetuneJob",
      signers: ({ requester }) => [requester],
      validate: (message) => validateJob(addresses, message),
      handle: (ctx, message) => ({ job: createJob(ctx, parts, message) }),
    }),
    messageRoute({
      codec: Msg.CancelFinetuneJob.request,
      response: Msg.CancelFinetuneJob.response,
      amino: "openledger/MsgCancelFinetuneJob",
      signers: ({ requester }) => [requester],
      validate: check,
      handle(ctx, message) {
        cancelJob(ctx, parts, message);
        return {};
      },
    }),
    messageRoute({
      codec: Msg.LinkModel.request,
      response: Msg.LinkModel.response,
      amino: "openledger/MsgLinkModel",
      signers: ({ requester }) => [requester],
      validate(message) {
        check(message);
        demand(isSlug(message.model), "name a model");
      },
      handle(ctx, message) {
        linkModel(ctx, parts, message);
        return {};
      },
    }),
  ];
}

function trainerRoutes(addresses: Addresses, parts: FinetuneParts): MessageRoute[] {
  return [
    messageRoute({
      codec: Msg.AcceptJob.request,
      response: Msg.AcceptJob.response,
      amino: "openledger/MsgAcceptJob",
      signers: ({ trainer }) => [trainer],
      validate(message) {
        addresses.fromText(message.trainer);
        checkJob(message);
      },
      handle(ctx, message) {
        acceptJob(ctx, parts, message);
        return {};
      },
    }),
    messageRoute({
      codec: Msg.SubmitCheckpoint.request,
      response: Msg.SubmitCheckpoint.response,
      amino: "openledger/MsgSubmitCheckpoint",
      signers: ({ trainer }) => [trainer],
      validate: (message) => validateCheckpoint(addresses, message),
      handle(ctx, message) {
        submitCheckpoint(ctx, parts, message);
        return {};
      },
    }),
    messageRoute({
      codec: Msg.CompleteJob.request,
      response: Msg.CompleteJob.response,
      amino: "openledger/MsgCompleteJob",
      signers: ({ trainer }) => [trainer],
      validate: (message) => validateResult(addresses, message),
      handle: (ctx, message) => ({ claimId: completeJob(ctx, parts, message) }),
    }),
  ];
}

function disputeRoute(addresses: Addresses, parts: FinetuneParts): MessageRoute {
  return messageRoute({
    codec: Msg.DisputeJob.request,
    response: Msg.DisputeJob.response,
    amino: "openledger/MsgDisputeJob",
    signers: ({ challenger }) => [challenger],
    validate(message) {
      addresses.fromText(message.challenger);
      checkJob(message);
    },
    handle: (ctx, message) => ({ number: disputeJob(ctx, parts, message) }),
  });
}

function validateJob(addresses: Addresses, message: MsgCreateFinetuneJob): void {
  addresses.fromText(message.requester);
  checkHash("manifest_hash", message.manifestHash);
  checkHash("manifest_blob", message.manifestBlob);
  checkText("base", message.base, { min: 1, max: MAX_BASE_BYTES });
  const { JOB_METHOD_HEAD, JOB_METHOD_FULL } = JobMethod;
  demand(message.method >= JOB_METHOD_HEAD && message.method <= JOB_METHOD_FULL, "method is head, lora or full");
  demand(message.baseBlobs.length <= MAX_BASE_BLOBS, `a job has at most ${MAX_BASE_BLOBS} base blobs`);
  for (const blob of message.baseBlobs) checkHash("a base blob", blob);
  const { snapshots, checkpointInterval } = message;
  demand(snapshots.length >= 1 && snapshots.length <= MAX_SNAPSHOTS, `a job has 1 to ${MAX_SNAPSHOTS} snapshots`);
  demand(new Set(snapshots).size === snapshots.length, "a snapshot is listed twice");
  for (const id of snapshots) {
    demand(parseSnapshotId(id) !== undefined, `not a snapshot id (datanet/window): ${JSON.stringify(id.slice(0, 60))}`);
  }
  positiveAmountOf(message.price, "price");
  parseAmount(message.bond);
  demand(checkpointInterval >= 1, "checkpoint_interval is at least 1");
}

function validateCheckpoint(addresses: Addresses, message: MsgSubmitCheckpoint): void {
  addresses.fromText(message.trainer);
  checkJob(message);
  checkHash("root", message.root);
  demand(message.step >= 1n && message.step <= BigInt(MAX_SAFE), "step is 1 to 2^53 - 1");
  const losses = [message.loss, message.heldOutLoss];
  demand(
    losses.every((loss) => loss <= BigInt(MAX_SAFE)),
    "a loss is at most 2^53 - 1 units of 2^-24",
  );
  demand(message.heldOut <= BigInt(GRID_ONE), `held_out is at most ${GRID_ONE} units of 2^-24`);
}

function validateResult(addresses: Addresses, message: MsgCompleteJob): void {
  addresses.fromText(message.trainer);
  checkJob(message);
  checkHash("weights_hash", message.weightsHash);
  checkHash("weights_blob", message.weightsBlob);
  checkHash("log_root", message.logRoot);
  checkHash("log_blob", message.logBlob);
  demand(message.steps >= 1n && message.steps <= BigInt(MAX_SAFE), "steps is 1 to 2^53 - 1");
}

function checkJob({ job }: { readonly job: string }): void {
  demand(isJobId(job), "job is the id of a job: 64 hex digits");
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.badRequest(message);
}
