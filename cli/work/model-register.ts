import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { decodeIndexHeader, indexRoot } from "../../node/influence/index-format.ts";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as Snapshots } from "../../proto/gen/openledger/datanet/v1.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import {
  ModelStatus,
  MsgRegisterIndex,
  MsgRegisterModel,
  Query,
  type QueryModelResponse,
} from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import { loadIndex, loadModelEncoder, loadTrained } from "./model-folder.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { waitFor } from "./wait.ts";

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
  /** Claims before these that found no quorum: each lost a part of its bond. */
  readonly missed: number;
}

/** Registrations before giving up: validators that were busy once may have time the next. */
const ATTEMPTS = 2;
/** Training and index claims live for hundreds of blocks at most; a slow network makes one in seconds. */
const CLAIMS_TIMEOUT_MS = 30 * 60_000;

/**
 * Uploads the blobs of `dir`, registers model and index, and waits until validators recomputed both. What is registered
 * already is not registered again, unless its claim found no quorum.
 */
export async function registerFolder(
  session: Session,
  registration: Registration,
  progress: Progress,
): Promise<Registered> {
  const { dir, id } = registration;
  const trained = loadTrained(dir);
  const index = loadIndex(dir);
  const { weightsHash } = decodeIndexHeader(index.header);
  await checkRows(session, decodeStrict(TrainingManifest, trained.manifest));
  let missed = 0;
  for (let attempt = 1; ; attempt++) {
    const known = await session.find(Query.Model, { id });
    if (known?.model && toHex(known.model.weightsHash) !== toHex(weightsHash)) {
      throw new CliError(EXIT.refused, `model ${id} exists with other weights`, "choose another --id");
    }
    if (!known?.model || hasFailed(known.trainingStatus)) {
      await session.send([await modelMessage(session, registration, trained, progress)]);
    }
    if (!known?.model?.index || hasFailed(known.indexStatus)) {
      await session.send([await indexMessage(session, id, index, progress)]);
    }
    const ended = await decided(session, id, progress);
    if (ended.model?.status === ModelStatus.MODEL_STATUS_SERVING) {
      return { ...registered(id, index.header, ended), missed };
    }
    if (attempt === ATTEMPTS || isRejected(ended)) throw notServing(id, ended);
    missed += [ended.trainingStatus, ended.indexStatus].filter(hasFailed).length;
    progress.note(`${attestationOf(ended)}: registering again`);
  }
}

/** Validators train on all rows that the snapshots give for it: another number of rows would forfeit the bond. */
async function checkRows(session: Session, { snapshots, rows }: TrainingManifest): Promise<void> {
  let given = 0;
  for (const id of snapshots) {
    const { snapshot } = await session.query(Snapshots.Snapshot, { id });
    given += (snapshot?.clusters ?? 0) - (snapshot?.heldOut ?? 0);
  }
  if (given === rows) return;
  throw new CliError(
    EXIT.refused,
    `the model was trained on ${rows} rows, ${snapshots.join(", ")} give ${given}`,
    "train on all of them: `openledgerd model train`, or `factory init` without --held-out",
  );
}

function registered(id: string, header: Uint8Array, ended: QueryModelResponse): Omit<Registered, "missed"> {
  const { model } = ended;
  return {
    id,
    weightsHash: toHex(model?.weightsHash ?? NO_BYTES),
    indexRoot: toHex(indexRoot(header)),
    trainingClaim: toHex(model?.trainingClaimId ?? NO_BYTES),
    indexClaim: toHex(model?.index?.claimId ?? NO_BYTES),
    attestation: attestationOf(ended),
  };
}

/** Waits for the outcome of both claims; says what changes on the way. */
function decided(session: Session, id: string, progress: Progress): Promise<QueryModelResponse> {
  let said = "";
  const ask = async () => {
    const found = await session.query(Query.Model, { id });
    const text = attestationOf(found);
    if (text !== said) progress.note(`claims of ${id}: ${text}`);
    said = text;
    return isOpen(found.trainingStatus) || isOpen(found.indexStatus) ? undefined : found;
  };
  return waitFor(ask, { what: `the verdict on model ${id}`, timeoutMs: CLAIMS_TIMEOUT_MS });
}

function isOpen(status: ClaimStatus): boolean {
  return status === ClaimStatus.CLAIM_STATUS_OPEN;
}

function hasFailed(status: ClaimStatus): boolean {
  return status === ClaimStatus.CLAIM_STATUS_REJECTED || status === ClaimStatus.CLAIM_STATUS_NO_QUORUM;
}

function isRejected({ trainingStatus, indexStatus }: QueryModelResponse): boolean {
  return [trainingStatus, indexStatus].includes(ClaimStatus.CLAIM_STATUS_REJECTED);
}

function notServing(id: string, ended: QueryModelResponse): CliError {
  const hint = isRejected(ended)
    ? "the bond is forfeited; train and index again on the snapshots that the model names"
    : "validators had no time or not all blobs: see that the node is reachable, then register again";
  return new CliError(EXIT.refused, `model ${id} does not serve: ${attestationOf(ended)}`, hint);
}

function attestationOf({ trainingStatus, indexStatus }: QueryModelResponse): string {
  return `training ${statusName(trainingStatus)}, index ${statusName(indexStatus)}`;
}

const NO_BYTES = new Uint8Array(0);

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
