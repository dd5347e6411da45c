import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { decodeIndexHeader, indexRoot } from "../../node/influence/index-format.ts";
import { Query as Snapshots } from "../../proto/gen/openledger/datanet/v1.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { MsgRegisterIndex, MsgRegisterModel } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import { MODEL_CLAIMS, noteModelClaims } from "./claim-cost.ts";
import { type IndexFiles, loadIndex, loadModelEncoder, loadTrained } from "./model-folder.ts";
import { attestationOf, registerUntilDecided } from "./model-verdict.ts";
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
  /** Claims before these that found no quorum: each lost a part of its bond. */
  readonly missed: number;
}

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
  const manifest = decodeStrict(TrainingManifest, trained.manifest);
  await checkRows(session, manifest.snapshots, manifest.rows);
  const index = loadIndex(dir);
  const { rows, weightsHash } = decodeIndexHeader(index.header);
  const place = { model: id, root: indexRoot(index.header), rows };
  await noteModelClaims(session, MODEL_CLAIMS, progress);
  const { ended, missed } = await registerUntilDecided(session, progress, {
    ...{ id, weightsHash },
    model: () => modelMessage(session, registration, trained, progress),
    index: () => indexMessage(session, place, index, progress),
  });
  const { model } = ended;
  return {
    ...{ id, missed, attestation: attestationOf(ended) },
    weightsHash: toHex(model?.weightsHash ?? NO_BYTES),
    indexRoot: toHex(place.root),
    trainingClaim: toHex(model?.trainingClaimId ?? NO_BYTES),
    indexClaim: toHex(model?.index?.claimId ?? NO_BYTES),
  };
}

/** Validators train on all rows that the snapshots give for it: another number of rows would forfeit the bond. */
export async function checkRows(session: Session, snapshots: readonly string[], rows: number): Promise<void> {
  let given = 0;
  for (const id of snapshots) {
    const { snapshot } = await session.query(Snapshots.Snapshot, { id });
    given += (snapshot?.clusters ?? 0) - (snapshot?.heldOut ?? 0);
  }
  if (given === rows) return;
  throw new CliError(
    EXIT.refused,
    `the model was trained on ${rows} rows, ${snapshots.join(", ")} give ${given}`,
    "train on all of them: `openledgerd model train`, or `factory init --held-out 0`",
  );
}

const NO_BYTES = new Uint8Array(0);

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

/** Uploads an index and says where it is. A generator's basis stands in the place of an inverse. */
export async function indexMessage(
  session: Session,
  place: { readonly model: string; readonly root: Uint8Array; readonly rows: number },
  { header, rows, inverse }: IndexFiles,
  progress: Progress,
) {
  progress.note(`uploading the index: ${header.length + rows.length + inverse.length} bytes`);
  const upload = async (bytes: Uint8Array) =>
    fromHex(await uploadArtefact(session.client.url, session.uploader, bytes));
  const value = {
    ...{ owner: session.address, ...place },
    headerBlob: await upload(header),
    rowsBlob: await upload(rows),
    inverseBlob: await upload(inverse),
  };
  return { typeUrl: MsgRegisterIndex.typeUrl, value };
}
