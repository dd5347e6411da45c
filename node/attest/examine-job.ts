import { equalBytes } from "../../chain/crypto/bytes.ts";
import { parseJobSubject, resultPayloadHash } from "../../modules/finetune/ids.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Checkpoint, type Job, Query } from "../../proto/gen/openledger/finetune/v1.ts";
import { examineResult, fetchBlob, JobDataError, type JobPorts, jobInputs } from "../jobs/index.ts";
import { artefact } from "./artefacts.ts";
import { abstained, accepted, type Finding, rejected } from "./attester.ts";
import { examinationSeed, type HeavyPorts } from "./heavy-findings.ts";

/** Entries of a page of checkpoints. */
const PAGE = 500;

/** Executes a training job again, a long one in drawn segments, and compares its result with what the trainer claimed, checkpoints included. */
export async function examineJob(claim: Claim, ports: HeavyPorts): Promise<Finding> {
  const named = parseJobSubject(claim.subject);
  const { job } = named ? await ports.ask(Query.Job, { id: named.job }) : {};
  if (!job?.result || !isOf(claim, job)) return abstained("the claim is of no result of a job", false);
  const { steps, weightsHash, logRoot, weightsBlob, logBlob } = job.result;
  try {
    const inputs = await jobInputs(job, ports);
    const log = await fetchBlob(ports, logBlob, "the training log");
    const weights = await fetchBlob(ports, weightsBlob, "the weights");
    const published = await checkpointsOf(job.id, ports);
    const claimed = { steps: Number(steps), weightsHash, logRoot, log, weights, published };
    const request = { inputs, claimed, seed: examinationSeed(claim), workers: ports.workers };
    const readBlob = (id: string) => artefact(ports.blobs, id);
    const reply = await examineResult(request, { readBlob, signal: ports.signal });
    if ("inconsistent" in reply) return abstained(`job ${job.id}: ${reply.inconsistent}`, false);
    return reply.wrong === undefined ? accepted(reply.witness) : rejected(reply.wrong, reply.witness);
  } catch (error) {
    if (!(error instanceof JobDataError)) throw error;
    return abstained(`job ${job.id}: ${error.message}`, error.code === "missing");
  }
}

/** The claim of the result, or of one of its disputes, binds exactly what the job holds. */
function isOf(claim: Claim, { id, manifestHash, result }: Job): boolean {
  return result !== undefined && equalBytes(claim.payloadHash, resultPayloadHash({ ...result, job: id, manifestHash }));
}

async function checkpointsOf(job: string, { ask }: JobPorts): Promise<{ step: number; root: Uint8Array }[]> {
  const found: Checkpoint[] = [];
  for (let afterStep = 0n; ; ) {
    const { checkpoints } = await ask(Query.Checkpoints, { job, afterStep, limit: PAGE });
    found.push(...checkpoints);
    if (checkpoints.length < PAGE) return found.map(({ step, root }) => ({ step: Number(step), root }));
    afterStep = checkpoints.at(-1)?.step ?? afterStep;
  }
}
