import { equalBytes } from "../../chain/crypto/bytes.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { type IndexInfo, type Model, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { isGenerator } from "../generator/index.ts";
import { indexRoot } from "../influence/index-format.ts";
import { fetchBlob, JobDataError } from "../jobs/index.ts";
import { abstained, type Finding, rejected } from "./attester.ts";
import { examineAdapterIndex } from "./examine-adapter-index.ts";
import { headManifest } from "./examine-training.ts";
import { examinationSeed, type HeavyPorts, heavyFinding } from "./heavy-findings.ts";
import { indexedRows } from "./model-rows.ts";
import { fetchEncoder } from "./models.ts";

const utf8 = new TextDecoder();
const NO_WITNESS = new Float64Array(0);

/** Recomputes what the seed draws of a registered model's influence index. */
export async function examineIndex(claim: Claim, ports: HeavyPorts): Promise<Finding> {
  const { model } = await ports.ask(Query.Model, { id: utf8.decode(claim.subject) });
  const index = model?.index;
  if (!index || !equalBytes(index.claimId, claim.id)) return abstained("the model has another index claim", false);
  try {
    return await examine(claim, { model, index }, ports);
  } catch (error) {
    if (!(error instanceof JobDataError)) throw error;
    return abstained(`model ${model.id}: ${error.message}`, error.code === "missing");
  }
}

async function examine(
  claim: Claim,
  { model, index }: { readonly model: Model; readonly index: IndexInfo },
  ports: HeavyPorts,
): Promise<Finding> {
  if (isGenerator(model)) return examineAdapterIndex(claim, { model, index }, ports);
  const manifest = headManifest(await fetchBlob(ports, model.manifestBlob, "the manifest"));
  if (!manifest) return abstained("an index of a classifier that is no head has no rules yet", false);
  const headerBytes = await fetchBlob(ports, index.headerBlob, "the index header");
  if (!equalBytes(indexRoot(headerBytes), index.root)) {
    return rejected("the index header has another hash than the registered root", NO_WITNESS);
  }
  const input = {
    ...{ seed: examinationSeed(claim), headerBytes, workers: ports.workers, features: ports.features },
    rowBytes: await fetchBlob(ports, index.rowsBlob, "the index rows"),
    inverse: await fetchBlob(ports, index.inverseBlob, "the inverse"),
    model: await fetchBlob(ports, model.weightsBlob, "the weights"),
    lambdaGrid: Number(manifest.lambdaGrid),
    ...(await indexedRows(model, ports)),
    encoder: { id: model.encoder, files: await fetchEncoder(ports.blobs, model) },
  };
  return heavyFinding({ kind: "index", input }, ports);
}
