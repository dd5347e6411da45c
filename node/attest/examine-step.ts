import { type Claim, ClaimKind, Query as Claims } from "../../proto/gen/openledger/attribution/v1.ts";
import { StepStatement } from "../../proto/gen/openledger/dispute/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { claimedTraining } from "../disputes/training.ts";
import { fetchBlob, JobDataError, type JobPorts } from "../jobs/index.ts";
import { abstained, type Finding } from "./attester.ts";
import { type HeavyPorts, heavyFinding } from "./heavy-findings.ts";

/** Referees one disputed step of a training by the exact reference. */
export async function examineStep(claim: Claim, ports: HeavyPorts): Promise<Finding> {
  const statement = decodeStrict(StepStatement, claim.statement);
  const { claim: disputed } = await ports.ask(Claims.Claim, { claimId: statement.claimId });
  if (disputed?.kind !== ClaimKind.CLAIM_KIND_TRAINING) return abstained("no training is disputed", false);
  try {
    const { inputs, logBlob, job } = await claimedTraining(disputed.subject, ports);
    const states: Uint8Array[] = [];
    for (const id of statement.beforeBlobs) states.push(...(await available(ports, id)));
    const input = {
      ...{ inputs, states, workers: ports.workers },
      ...{ before: statement.before, after: statement.after, roundingHash: statement.roundingHash },
      ...{ position: Number(statement.position), steps: Number(statement.steps) },
      ownsManifest: job === undefined,
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
