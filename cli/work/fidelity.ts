import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { claimId, statementHash } from "../../modules/attribution/client.ts";
import { fidelityInputs, PPM_UNIT } from "../../node/attest/examine-fidelity.ts";
import { measurementOf } from "../../node/attest/recompute-fidelity.ts";
import { type BlobId, downloadBlob } from "../../node/blobs/index.ts";
import { encodeEvidence, type FidelityDesign } from "../../node/fidelity/measure.ts";
import {
  ClaimKind,
  ClaimStatus,
  Query as Claims,
  FidelityReport,
  MsgPostFidelity,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import { claimCost, noteClaimCost } from "./claim-cost.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { waitFor } from "./wait.ts";

export interface FidelityRequest {
  readonly id: string;
  readonly design: FidelityDesign;
  /** Threads of the retrainings. */
  readonly workers: number;
}

export interface MeasuredFidelity {
  readonly model: string;
  readonly lds: number;
  readonly standardError: number;
  readonly claim: string;
}

const PPM = 1_000_000;
/** 600 blocks and their windows, on a slow network. */
const CLAIM_TIMEOUT_MS = 2 * 60 * 60_000;

/** Retrains on subsets, posts what it says of the model's index, and waits until validators checked it. */
export async function postFidelity(
  session: Session,
  { id, design, workers }: FidelityRequest,
  progress: Progress,
): Promise<MeasuredFidelity> {
  const { url } = session.client;
  const { params } = await session.query(Claims.Params, {});
  noteClaimCost(await claimCost(session, [ClaimKind.CLAIM_KIND_FIDELITY], params?.minClaimBond ?? "0"), progress);
  const ports = { ask: session.query, blobs: { blob: (blob: BlobId) => downloadBlob(url, blob) } };
  const inputs = await fidelityInputs(id, design, ports);
  const bar = progress.bar("retraining", design.subsets);
  const measurement = await measurementOf({ ...inputs, workers }, (done) => bar.set(done));
  const retrained = await measurement.retrain(Array.from({ length: design.subsets }, (_, m) => m));
  bar.end();
  const outputs = retrained.map((each) => each.outputs);
  const { ldsPpm, errorPpm } = measurement.fidelity(outputs);
  const evidenceBlob = fromHex(await uploadArtefact(url, session.uploader, encodeEvidence(outputs)));
  const report = { model: id, lds: BigInt(ldsPpm) * PPM_UNIT, standardError: BigInt(errorPpm) * PPM_UNIT };
  const statement = { ...report, ...design, evidenceBlob };
  const claim = await post(session, statement);
  progress.note(`LDS ${ldsPpm / PPM}: validators retrain on drawn subsets`);
  await accepted(session, claim);
  return { model: id, lds: ldsPpm / PPM, standardError: errorPpm / PPM, claim: toHex(claim) };
}

async function post(session: Session, report: FidelityReport): Promise<Uint8Array> {
  const { params } = await session.query(Claims.Params, {});
  const poster = session.address;
  const value = { ...report, poster, bond: params?.minClaimBond ?? "0" };
  await session.send([{ typeUrl: MsgPostFidelity.typeUrl, value }]);
  const payloadHash = statementHash(encodeBytes(FidelityReport, report));
  const subject = new TextEncoder().encode(report.model);
  return claimId({ kind: ClaimKind.CLAIM_KIND_FIDELITY, poster, subject, payloadHash });
}

async function accepted(session: Session, id: Uint8Array): Promise<void> {
  const ask = async () => {
    const { claim } = await session.query(Claims.Claim, { claimId: id });
    return claim && claim.status !== ClaimStatus.CLAIM_STATUS_OPEN ? claim : undefined;
  };
  const claim = await waitFor(ask, {
    what: "the verdict on the fidelity",
    timeoutMs: CLAIM_TIMEOUT_MS,
    everyMs: 2_000,
  });
  if (claim.status === ClaimStatus.CLAIM_STATUS_ACCEPTED) return;
  const isRejected = claim.status === ClaimStatus.CLAIM_STATUS_REJECTED;
  const what = isRejected ? "was rejected" : "found no quorum";
  throw new CliError(EXIT.refused, `the claim of the model's fidelity ${what}`, "the model keeps the fidelity it had");
}
