import { parseJobSubject } from "../../modules/finetune/ids.ts";
import { type Claim, ClaimKind, Query as Claims } from "../../proto/gen/openledger/attribution/v1.ts";
import { StepStatement } from "../../proto/gen/openledger/dispute/v1.ts";
import { Query as Jobs } from "../../proto/gen/openledger/finetune/v1.ts";
import { type Model, Query as ModelsQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { fetchBlob, JobDataError, type JobInputs, type JobPorts, jobInputs } from "../jobs/index.ts";
import { abstained, type Finding } from "./attester.ts";
import { type HeavyPorts, heavyFinding } from "./heavy-findings.ts";
import { modelSources } from "./model-rows.ts";
import { fetchEncoder } from "./models.ts";

const utf8 = new TextDecoder();

/** Referees one disputed step of a training by the exact reference. */
export async function examineStep(claim: Claim, ports: HeavyPorts): Promise<Finding> {
  const statement = decodeStrict(StepStatement, claim.statement);
  const { claim: disputed } = await ports.ask(Claims.Claim, { claimId: statement.claimId });
  if (disputed?.kind !== ClaimKind.CLAIM_KIND_TRAINING) return abstained("no training is disputed", false);
  try {
    const { inputs, logBlob } = await trainingOf(disputed.subject, ports);
    const states: Uint8Array[] = [];
    for (const id of statement.beforeBlobs) states.push(...(await available(ports, id)));
    const input = {
      ...{ inputs, states, workers: ports.workers },
      ...{ before: statement.before, after: statement.after, roundingHash: statement.roundingHash },
      ...{ position: Number(statement.position), steps: Number(statement.steps) },
      log: logBlob.length > 0 ? await fetchBlob(ports, logBlob, "the training log") : undefined,
    };
    return await heavyFinding({ kind: "step", input }, ports);
  } catch (error) {
    if (!(error instanceof JobDataError)) throw error;
    return abstained(`the disputed training: ${error.message}`, error.code === "missing");
  }
}

/** Either side can withhold its own blob of the state; the other's is enough. */
async function available(ports: JobPorts, id: Uint8Array): Promise<Uint8Array[]> {
  try {
    return [await fetchBlob(ports, id, "a state")];
  } catch (error) {
    if (error instanceof JobDataError) return [];
    throw error;
  }
}

interface Disputed {
  readonly inputs: JobInputs;
  readonly logBlob: Uint8Array;
}

async function trainingOf(subject: Uint8Array, ports: JobPorts): Promise<Disputed> {
  const named = parseJobSubject(subject);
  if (named) {
    const { job } = await ports.ask(Jobs.Job, { id: named.job });
    if (!job?.result) throw new JobDataError("inconsistent", `job ${named.job} has no result`);
    return { inputs: await jobInputs(job, ports), logBlob: job.result.logBlob };
  }
  const { model } = await ports.ask(ModelsQuery.Model, { id: utf8.decode(subject) });
  if (!model) throw new JobDataError("inconsistent", "there is no such model");
  return { inputs: await modelInputs(model, ports), logBlob: model.checkpointsBlob };
}

async function modelInputs(model: Model, ports: JobPorts): Promise<JobInputs> {
  const optional = async (id: Uint8Array, what: string) => (id.length > 0 ? fetchBlob(ports, id, what) : undefined);
  return {
    manifest: await fetchBlob(ports, model.manifestBlob, "the manifest"),
    sources: await modelSources(model, ports),
    graph: await optional(model.baseBlob, "the base graph"),
    tokenizer: await optional(model.tokenizerBlob, "the tokenizer"),
    encoder: await fetchEncoder(ports.blobs, model),
  };
}
