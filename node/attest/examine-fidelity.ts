import { subsetSeed } from "../../modules/attribution/client.ts";
import { type Claim, Query as Claims, FidelityReport } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import type { FidelityDesign } from "../fidelity/measure.ts";
import { fetchBlob, JobDataError, type JobPorts } from "../jobs/index.ts";
import { abstained, type Finding, rejected } from "./attester.ts";
import { headManifest } from "./examine-training.ts";
import { examinationSeed, type HeavyPorts, heavyFinding } from "./heavy-findings.ts";
import { indexedRows } from "./model-rows.ts";
import { fetchModel, ModelMismatch } from "./models.ts";
import type { FidelityExamination } from "./recompute-fidelity.ts";

/** An LDS on chain is in units of 10^-18, a measured one in units of 10^-6. */
export const PPM_UNIT = 10n ** 12n;
const NO_WITNESS = new Float64Array(0);

/** Recomputes a measured LDS as far as the seed draws (node/fidelity). */
export async function examineFidelity(claim: Claim, ports: HeavyPorts): Promise<Finding> {
  const report = decodeStrict(FidelityReport, claim.statement);
  if (report.lds % PPM_UNIT !== 0n || report.standardError % PPM_UNIT !== 0n) {
    return rejected("the LDS or its error is not on the grid of 10^-6", NO_WITNESS);
  }
  try {
    const input = {
      ...(await fidelityInputs(report.model, report, ports)),
      ...{ seed: examinationSeed(claim), workers: ports.workers, features: ports.features },
      ...{ ldsPpm: Number(report.lds / PPM_UNIT), errorPpm: Number(report.standardError / PPM_UNIT) },
      evidence: await fetchBlob(ports, report.evidenceBlob, "the evidence"),
    };
    return await heavyFinding({ kind: "fidelity", input }, ports);
  } catch (error) {
    if (error instanceof ModelMismatch) return abstained(error.message, false);
    if (!(error instanceof JobDataError)) throw error;
    return abstained(`model ${report.model}: ${error.message}`, error.code === "missing");
  }
}

export type FidelityInputs = Pick<FidelityExamination, "subsetSeed" | "design" | "blobs" | "lambdaGrid" | "rows">;

/** What a fidelity is measured on. Throws JobDataError, ModelMismatch, BlobError. */
export async function fidelityInputs(id: string, design: FidelityDesign, ports: JobPorts): Promise<FidelityInputs> {
  const { model } = await ports.ask(Query.Model, { id });
  if (!model?.index) throw new JobDataError("inconsistent", `there is no model ${id} with an index`);
  const manifest = headManifest(await fetchBlob(ports, model.manifestBlob, "the manifest"));
  if (!manifest) throw new JobDataError("inconsistent", "a model that is no head has no measured fidelity yet");
  const { claimId } = model.index;
  const { claim: index } = await ports.ask(Claims.Claim, { claimId });
  const { subsets, shareBps, queries } = design;
  return {
    subsetSeed: subsetSeed(id, { claimId, seed: index?.seed ?? new Uint8Array(0) }),
    design: { subsets, shareBps, queries },
    blobs: await fetchModel(ports.blobs, model),
    lambdaGrid: Number(manifest.lambdaGrid),
    rows: (await indexedRows(model, ports)).rows,
  };
}
