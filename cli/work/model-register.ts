import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { decodeIndexHeader, indexRoot } from "../../node/influence/index-format.ts";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { MsgRegisterIndex, MsgRegisterModel, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import { loadIndex, loadModelEncoder, loadTrained } from "./model-folder.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";

export interface Registration {
  readonly dir: string;
  readonly id: string;
  readonly priceRequest: string;
  readonly priceToken: string;
  readonly licence: string;
}

export interface Registered {
  readonly id: string;
  readonly weightsHash: string;
  readonly indexRoot: string;
  readonly trainingClaim: string;
  readonly indexClaim: string;
  /** State of both claims. */
  readonly attestation: string;
}

/** Uploads the blobs of `dir` and registers model and index. What is registered already is not registered again. */
export async function registerFolder(
  session: Session,
  registration: Registration,
  progress: Progress,
): Promise<Registered> {
  const { dir, id } = registration;
  const trained = loadTrained(dir);
  const index = loadIndex(dir);
  const { weightsHash } = decodeIndexHeader(index.header);
  const known = await session.find(Query.Model, { id });
  if (known?.model && toHex(known.model.weightsHash) !== toHex(weightsHash)) {
    throw new CliError(EXIT.refused, `model ${id} exists with other weights`, "choose another --id");
  }
  if (!known?.model) await session.send([await modelMessage(session, registration, trained, progress)]);
  if (!known?.model?.index) await session.send([await indexMessage(session, id, index, progress)]);
  const { model, trainingStatus, indexStatus } = await session.query(Query.Model, { id });
  return {
    id,
    weightsHash: toHex(weightsHash),
    indexRoot: toHex(indexRoot(index.header)),
    trainingClaim: toHex(model?.trainingClaimId ?? new Uint8Array(0)),
    indexClaim: toHex(model?.index?.claimId ?? new Uint8Array(0)),
    attestation: `training ${statusName(trainingStatus)}, index ${statusName(indexStatus)}`,
  };
}

/** As queries print it, without its prefix. */
function statusName(status: ClaimStatus): string {
  const name = Object.entries(ClaimStatus).find(([, value]) => value === status)?.[0] ?? String(status);
  return name.replace("CLAIM_STATUS_", "").toLowerCase();
}

async function modelMessage(
  session: Session,
  { dir, id, priceRequest, priceToken, licence }: Registration,
  trained: { readonly manifest: Uint8Array; readonly model: Uint8Array },
  progress: Progress,
) {
  progress.note(`uploading manifest and weights: ${trained.model.length} bytes`);
  const manifest = decodeStrict(TrainingManifest, trained.manifest);
  const upload = (bytes: Uint8Array) => uploadArtefact(session.client.url, session.uploader, bytes);
  const value = {
    owner: session.address,
    id,
    encoder: manifest.encoder,
    encoderHash: manifest.encoderHash,
    ...(await uploadEncoder(dir, upload, progress)),
    snapshots: manifest.snapshots,
    labels: manifest.labels,
    manifestHash: sha256(trained.manifest),
    manifestBlob: fromHex(await upload(trained.manifest)),
    weightsHash: manifest.weightsHash,
    weightsBlob: fromHex(await upload(trained.model)),
    priceRequest,
    priceToken,
    licence,
  };
  return { typeUrl: MsgRegisterModel.typeUrl, value };
}

/** The blobs that a model with an encoder graph names. */
async function uploadEncoder(dir: string, upload: (bytes: Uint8Array) => Promise<string>, progress: Progress) {
  const files = loadModelEncoder(dir);
  if (!files) return {};
  progress.note(`uploading the encoder: ${files.graph.length + files.tokenizer.length} bytes`);
  return {
    encoderBlob: fromHex(await upload(files.spec)),
    tokenizerBlob: fromHex(await upload(files.tokenizer)),
    baseBlob: fromHex(await upload(files.graph)),
  };
}

async function indexMessage(
  session: Session,
  model: string,
  { header, rows, inverse }: { readonly header: Uint8Array; readonly rows: Uint8Array; readonly inverse: Uint8Array },
  progress: Progress,
) {
  progress.note(`uploading the index: ${header.length + rows.length + inverse.length} bytes`);
  const upload = async (bytes: Uint8Array) =>
    fromHex(await uploadArtefact(session.client.url, session.uploader, bytes));
  const value = {
    owner: session.address,
    model,
    root: indexRoot(header),
    rows: decodeIndexHeader(header).rows,
    headerBlob: await upload(header),
    rowsBlob: await upload(rows),
    inverseBlob: await upload(inverse),
  };
  return { typeUrl: MsgRegisterIndex.typeUrl, value };
}
