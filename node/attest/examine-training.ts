import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { type Model, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { fetchBlob, JobDataError } from "../jobs/index.ts";
import { abstained, type Finding, rejected } from "./attester.ts";
import { examinationSeed, type HeavyPorts, heavyFinding } from "./heavy-findings.ts";
import { modelSources } from "./model-rows.ts";
import { fetchEncoder } from "./models.ts";
import type { TrainingExamination } from "./recompute-training.ts";

const utf8 = new TextDecoder();
const NO_WITNESS = new Float64Array(0);

/** Recomputes a registered model's training from the rows of its snapshots. */
export async function examineTraining(claim: Claim, ports: HeavyPorts): Promise<Finding> {
  const { model } = await ports.ask(Query.Model, { id: utf8.decode(claim.subject) });
  if (!model || !equalBytes(model.trainingClaimId, claim.id)) return abstained("the model has another claim", false);
  try {
    const manifest = await fetchBlob(ports, model.manifestBlob, "the manifest");
    const different = differenceOf(model, manifest);
    if (different) return rejected(different, NO_WITNESS);
    const input = { seed: examinationSeed(claim), manifest, ...(await inputsOf(model, manifest, ports)) };
    return await heavyFinding({ kind: "training", input }, ports);
  } catch (error) {
    if (!(error instanceof JobDataError)) throw error;
    return abstained(`model ${model.id}: ${error.message}`, error.code === "missing");
  }
}

/** A head's manifest; undefined for a job's. */
export function headManifest(bytes: Uint8Array): TrainingManifest | undefined {
  try {
    return decodeStrict(TrainingManifest, bytes);
  } catch {
    return undefined;
  }
}

/** In what a registration contradicts its manifest, as far as the manifest's bytes tell. */
function differenceOf(model: Model, bytes: Uint8Array): string | undefined {
  if (!equalBytes(sha256(bytes), model.manifestHash)) return "the manifest has another hash than the model says";
  const manifest = headManifest(bytes);
  if (!manifest) return undefined;
  if (manifest.encoder !== model.encoder || !equalBytes(manifest.encoderHash, model.encoderHash)) {
    return "the manifest names another encoder than the model";
  }
  if (manifest.snapshots.join("\n") !== model.snapshots.join("\n")) {
    return "the manifest names other snapshots than the model";
  }
  if (manifest.labels.join("\n") !== model.labels.join("\n")) return "the manifest has other labels than the model";
  return equalBytes(manifest.weightsHash, model.weightsHash) ? undefined : "the manifest names other weights";
}

type Inputs = Omit<TrainingExamination, "seed" | "manifest">;

async function inputsOf(model: Model, manifest: Uint8Array, ports: HeavyPorts): Promise<Inputs> {
  const isHead = headManifest(manifest) !== undefined;
  const optional = async (id: Uint8Array, what: string) => (id.length > 0 ? fetchBlob(ports, id, what) : undefined);
  return {
    model: await fetchBlob(ports, model.weightsBlob, "the weights"),
    log: await optional(model.checkpointsBlob, "the training log"),
    logRoot: model.checkpointsRoot.length > 0 ? model.checkpointsRoot : undefined,
    weightsHash: model.weightsHash,
    isHead,
    rows: await modelSources(model, ports),
    encoder: { id: model.encoder, files: await fetchEncoder(ports.blobs, model) },
    graph: isHead ? undefined : await optional(model.baseBlob, "the base graph"),
    tokenizer: isHead ? undefined : await optional(model.tokenizerBlob, "the tokenizer"),
    ...{ workers: ports.workers, features: ports.features },
  };
}
