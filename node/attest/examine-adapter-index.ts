import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import type { IndexInfo, Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { adapterIndexRoot } from "../influence/adapter/index.ts";
import { fetchBlob } from "../jobs/index.ts";
import { abstained, type Finding, rejected } from "./attester.ts";
import { examinationSeed, type HeavyPorts, heavyFinding } from "./heavy-findings.ts";
import { indexedRows } from "./model-rows.ts";

const NO_WITNESS = new Float64Array(0);

/** Recomputes a generator's influence index. Throws JobDataError. */
export async function examineAdapterIndex(
  claim: Claim,
  { model, index }: { readonly model: Model; readonly index: IndexInfo },
  ports: HeavyPorts,
): Promise<Finding> {
  const headerBytes = await fetchBlob(ports, index.headerBlob, "the index header");
  if (!equalBytes(adapterIndexRoot(headerBytes), index.root)) {
    return rejected("the index header has another hash than the registered root", NO_WITNESS);
  }
  const training = await trainingOf(model, ports);
  if (typeof training === "string") return abstained(`model ${model.id}: ${training}`, false);
  const { rows: places, heldOut, sources } = await indexedRows(model, ports);
  const input = {
    ...{ seed: examinationSeed(claim), headerBytes, workers: ports.workers, logRoot: model.checkpointsRoot },
    rows: await fetchBlob(ports, index.rowsBlob, "the index rows"),
    basis: await fetchBlob(ports, index.inverseBlob, "the eigenbases"),
    ...training,
    ...{
      sources,
      places: places.map(({ itemId, contribution, item, entry }) => ({ itemId, contribution, item, entry })),
    },
    heldOut: heldOut.map(({ text }) => ({ text })),
  };
  return heavyFinding({ kind: "adapter-index", input }, ports);
}

/** The registered training, which is judged by its own claim; why it is none that an index can belong to. */
async function trainingOf(model: Model, ports: HeavyPorts) {
  if (model.checkpointsBlob.length === 0) return "it was registered without a training log";
  const manifest = await fetchBlob(ports, model.manifestBlob, "the manifest");
  if (!equalBytes(sha256(manifest), model.manifestHash)) return "its manifest has another hash than it says";
  const weights = await fetchBlob(ports, model.weightsBlob, "the weights");
  if (!equalBytes(sha256(weights), model.weightsHash)) return "its weights have another hash than it says";
  return {
    ...{ manifest, weights },
    graph: await fetchBlob(ports, model.baseBlob, "the graph"),
    tokenizer: await fetchBlob(ports, model.tokenizerBlob, "the tokenizer"),
    log: await fetchBlob(ports, model.checkpointsBlob, "the training log"),
  };
}
