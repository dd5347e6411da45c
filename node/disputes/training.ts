import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { parseJobSubject } from "../../modules/finetune/ids.ts";
import { type Claim, ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as Jobs } from "../../proto/gen/openledger/finetune/v1.ts";
import { type Model, Query as ModelsQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { modelSources } from "../attest/model-rows.ts";
import { fetchEncoder } from "../attest/models.ts";
import {
  decodeLog,
  decodeManifest,
  headOf,
  JobError,
  type JobManifest,
  logRoot,
  type TrainingLog,
} from "../factory/job/index.ts";
import { fetchBlob, JobDataError, type JobInputs, type JobPorts, jobInputs } from "../jobs/index.ts";
import { DisputeError } from "./errors.ts";

const utf8 = new TextDecoder();

/** A training that somebody claimed, of a model or of a job on chain. */
export interface ClaimedTraining {
  readonly inputs: JobInputs;
  /** Empty for a training without a log. */
  readonly logBlob: Uint8Array;
  readonly logRoot: Uint8Array;
  /** Of the claimed weights. */
  readonly weightsHash: Uint8Array;
  /** The job's id; undefined for a model's training. */
  readonly job: string | undefined;
}

/** Gathers what a training claim refers to. Throws JobDataError. */
export async function claimedTraining(subject: Uint8Array, ports: JobPorts): Promise<ClaimedTraining> {
  const named = parseJobSubject(subject);
  if (named) {
    const { job } = await ports.ask(Jobs.Job, { id: named.job });
    if (!job?.result) throw new JobDataError("inconsistent", `job ${named.job} has no result`);
    const { logBlob, logRoot: root, weightsHash } = job.result;
    return { inputs: await jobInputs(job, ports), logBlob, logRoot: root, weightsHash, job: job.id };
  }
  const { model } = await ports.ask(ModelsQuery.Model, { id: utf8.decode(subject) });
  if (!model) throw new JobDataError("inconsistent", "there is no such model");
  const { checkpointsBlob, checkpointsRoot, weightsHash } = model;
  return {
    inputs: await modelInputs(model, ports),
    logBlob: checkpointsBlob,
    logRoot: checkpointsRoot,
    weightsHash,
    job: undefined,
  };
}

async function modelInputs(model: Model, ports: JobPorts): Promise<JobInputs> {
  const manifest = await fetchBlob(ports, model.manifestBlob, "the manifest");
  const base = baseOf(manifest);
  const named = async (id: Uint8Array, hash: Uint8Array | undefined, what: string) => {
    const first = [id, hash].find((each) => each !== undefined && each.length > 0);
    return first && fetchBlob(ports, first, what);
  };
  return {
    manifest,
    sources: await modelSources(model, ports),
    graph: await named(model.baseBlob, base?.graphHash, "the base graph"),
    tokenizer: await named(model.tokenizerBlob, base?.tokenizerHash, "the tokenizer"),
    encoder: await fetchEncoder(ports.blobs, model),
  };
}

/** What a job's manifest names by hash, and so by the id of a blob, where the registration names no blob. */
function baseOf(manifest: Uint8Array): JobManifest["base"] {
  try {
    return decodeManifest(manifest).base;
  } catch (error) {
    if (error instanceof JobError) return undefined;
    throw error;
  }
}

export interface DisputedTraining {
  readonly claim: Claim;
  readonly inputs: JobInputs;
  readonly log: TrainingLog;
  readonly job: string | undefined;
}

/** A claimed training with the log that its poster committed to. Throws DisputeError, JobDataError. */
export async function disputedTraining(claim: Claim, ports: JobPorts): Promise<DisputedTraining> {
  if (claim.kind !== ClaimKind.CLAIM_KIND_TRAINING) {
    throw new DisputeError("not-disputable", `claim ${toHex(claim.id)} is of no training`);
  }
  const training = await claimedTraining(claim.subject, ports);
  if (training.logBlob.length === 0 || training.logRoot.length === 0) {
    throw new DisputeError("not-disputable", "the training has no log of checkpoints");
  }
  const log = claimedLog(await fetchBlob(ports, training.logBlob, "the training log"), training);
  return { claim, inputs: training.inputs, log, job: training.job };
}

/**
 * The log that a claim committed to. One that ends with other weights than the claimed ones proves no step of the claim: it
 * is wrong without a dispute. Throws DisputeError bad-log.
 */
export function claimedLog(bytes: Uint8Array, claimed: Pick<ClaimedTraining, "logRoot" | "weightsHash">): TrainingLog {
  const log = decodedLog(bytes);
  if (!equalBytes(logRoot(log), claimed.logRoot)) {
    throw new DisputeError("bad-log", `the log's blob has the root ${toHex(logRoot(log))}, not the claimed one`);
  }
  const { weightsHash } = headOf(log);
  if (equalBytes(weightsHash, claimed.weightsHash)) return log;
  const [ends, wanted] = [weightsHash, claimed.weightsHash].map((hash) => toHex(hash).slice(0, 16));
  throw new DisputeError("bad-log", `the log ends with the weights ${ends}, the claim is of ${wanted}`);
}

function decodedLog(bytes: Uint8Array): TrainingLog {
  try {
    return decodeLog(bytes);
  } catch (cause) {
    if (!(cause instanceof JobError)) throw cause;
    throw new DisputeError("bad-log", cause.message, { cause });
  }
}
