import { formatOpen, pairs } from "../output.ts";
import type { CheckpointView, JobView } from "./jobs.ts";
import { sparkline } from "./plot.ts";

/** A job and its curves, for people. */
export function jobText(job: JobView, points: readonly CheckpointView[]): string {
  const { result, paid, dispute } = job;
  const facts: [string, string | number][] = [
    ["job", job.id],
    ["status", job.heldUntil === null ? job.status : `${job.status} until block ${job.heldUntil}`],
    ["requester", job.requester],
    ["trainer", job.trainer || "-"],
    ["trains", `${job.method} on ${job.base}, data ${job.snapshots.join(", ")}`],
    ["price", formatOpen(BigInt(job.price))],
    ["bond", formatOpen(BigInt(job.bond))],
    ["deadline", `block ${job.deadline}`],
    ["manifest", job.manifestBlob],
  ];
  if (result) facts.push(["weights", result.weightsHash], ["log root", result.logRoot], ["claim", result.claim]);
  if (dispute) facts.push(["disputed by", dispute.challenger]);
  if (paid) {
    facts.push(["paid to trainer", formatOpen(BigInt(paid.trainer))]);
    facts.push(["paid to validators", formatOpen(BigInt(paid.attesters))]);
    facts.push(["refunded", formatOpen(BigInt(paid.requester))]);
  }
  if (job.model) facts.push(["model", job.model]);
  const parts = [pairs(facts)];
  if (points.length > 0) parts.push(curveText(points));
  return parts.join("\n\n");
}

function curveText(points: readonly CheckpointView[]): string {
  const lines = [`loss      ${sparkline(points.map(({ loss }) => loss))}`];
  if (points.some(({ heldOut }) => heldOut > 0)) {
    lines.push(`held out  ${sparkline(points.map(({ heldOut }) => heldOut))}`);
  }
  const newest = points.at(-1);
  return newest ? [...lines, pointText(newest)].join("\n") : lines.join("\n");
}

export function pointText({ step, loss, heldOut, heldOutLoss }: CheckpointView): string {
  const held = heldOut > 0 ? `, held out ${(100 * heldOut).toFixed(2)} %` : "";
  const heldLoss = heldOutLoss > 0 ? `, held-out loss ${heldOutLoss.toFixed(5)}` : "";
  return `step ${step}: loss ${loss.toFixed(5)}${heldLoss}${held}`;
}
