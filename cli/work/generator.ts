import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import {
  DataForm,
  decodeLog,
  encodeManifest,
  JobFolder,
  logRoot,
  Method,
  manifestHash,
} from "../../node/factory/job/index.ts";
import { adapterIndexRoot, decodeAdapterHeader } from "../../node/influence/adapter/index.ts";
import { int32Bytes, weightsHash } from "../../node/influence/grid.ts";
import { buildAdapterIndexOf } from "../../node/pipeline/adapter-index.ts";
import { MsgRegisterModel, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import { MODEL_CLAIMS, noteModelClaims } from "./claim-cost.ts";
import { keptRows } from "./factory-folder.ts";
import { loadIndex, saveIndex } from "./model-folder.ts";
import { checkRows, indexMessage, type Registration } from "./model-register.ts";
import { attestationOf, registerUntilDecided } from "./model-verdict.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";

/** Whether a folder is that of a job on language: a generator. */
export function holdsGenerator(dir: string): boolean {
  const folder = new JobFolder(dir);
  return folder.read("json") !== undefined && folder.manifest().form === DataForm.DATA_FORM_LANGUAGE;
}

export interface RegisteredGenerator {
  readonly id: string;
  readonly weightsHash: string;
  readonly logRoot: string;
  readonly indexRoot: string;
  /** State of both claims. */
  readonly attestation: string;
}

/**
 * Uploads what a finished low-rank job on language made, its states and its index included, registers it, and waits until
 * validators recomputed both. Throws CliError `notFound`, `refused`.
 */
export async function registerGenerator(
  session: Session,
  registration: Registration,
  progress: Progress,
): Promise<RegisteredGenerator> {
  const { dir, id } = registration;
  const job = finishedJob(dir);
  const { manifest, weights, log } = job;
  const snapshots = manifest.sources.map(({ snapshot }) => snapshot);
  await checkRows(session, snapshots, manifest.rows);
  const index = loadIndex(dir);
  await noteModelClaims(session, MODEL_CLAIMS, progress);
  const place = { model: id, root: adapterIndexRoot(index.header), rows: decodeAdapterHeader(index.header).rows };
  const { ended } = await registerUntilDecided(session, progress, {
    ...{ id, weightsHash: weightsHash(weights) },
    model: () => generatorMessage(session, registration, job, progress),
    index: () => indexMessage(session, place, index, progress),
  });
  return {
    ...{ id, attestation: attestationOf(ended), indexRoot: toHex(place.root) },
    weightsHash: toHex(weightsHash(weights)),
    logRoot: toHex(logRoot(decodeLog(log))),
  };
}

export interface IndexedGenerator {
  readonly rows: number;
  readonly heldOutRows: number;
  readonly views: number;
  readonly indexRoot: string;
  readonly bytes: number;
}

/** Builds the influence index of a finished low-rank job on language from what its folder keeps. */
export async function indexGenerator(dir: string, progress: Progress): Promise<IndexedGenerator> {
  const { folder, manifest, graph, tokenizer, log } = finishedJob(dir);
  const { rows } = keptRows(folder);
  if (manifest.method !== Method.METHOD_LORA) {
    throw new CliError(EXIT.refused, `the job in ${dir} is no adapter`, "an index is of `factory init --method lora`");
  }
  if (rows.placed.length === 0) {
    throw new CliError(EXIT.refused, `the job in ${dir} is not on snapshots`, "an index names items of snapshots");
  }
  const model = {
    ...{ manifest: encodeManifest(manifest), graph, tokenizer, log, sources: rows.sources, places: rows.placed },
    ...{ heldOut: rows.heldOut ?? [], readState: async (checkpoint: number) => folder.state(checkpoint) },
  };
  const built = await buildAdapterIndexOf(model, {
    onProgress: (stage, view, views) => progress.note(`checkpoint ${view + 1} of ${views}: ${stage}`),
  });
  const { header, headerBytes, rows: rowBytes, basis } = built;
  saveIndex(dir, { header: headerBytes, rows: rowBytes, inverse: basis });
  return {
    ...{ rows: header.rows, heldOutRows: header.heldOutRows, views: header.views.length },
    ...{ indexRoot: toHex(built.indexRoot), bytes: headerBytes.length + rowBytes.length + basis.length },
  };
}

function finishedJob(dir: string) {
  const folder = new JobFolder(dir);
  const manifest = folder.manifest();
  const [graph, tokenizer, log] = [folder.read("graph"), folder.read("tokenizer"), folder.read("log")];
  const weights = folder.weights();
  if (graph && tokenizer && log && weights) return { folder, manifest, graph, tokenizer, log, weights };
  throw new CliError(EXIT.notFound, `the job in ${dir} is not finished`, "run `openledgerd factory train` first");
}

/** Hexadecimal digits of the graph's hash in the name of what the weights belong to. */
const NAME_DIGITS = 16;

async function generatorMessage(
  session: Session,
  { id, priceRequest, priceToken, licence }: Registration,
  { folder, manifest, graph, tokenizer, log, weights }: ReturnType<typeof finishedJob>,
  progress: Progress,
) {
  const upload = async (bytes: Uint8Array) =>
    fromHex(await uploadArtefact(session.client.url, session.uploader, bytes));
  const { checkpoints } = decodeLog(log);
  const bar = progress.bar("uploading states", checkpoints.length);
  for (const index of checkpoints.keys()) {
    await upload(folder.state(index));
    bar.set(index + 1);
  }
  bar.end();
  const graphHash = sha256(graph);
  const value = {
    ...{ owner: session.address, id, licence, priceRequest, priceToken, task: Task.TASK_GENERATE },
    ...{ encoder: `graph:${toHex(graphHash).slice(0, NAME_DIGITS)}`, encoderHash: graphHash },
    snapshots: manifest.sources.map(({ snapshot }) => snapshot),
    labels: [],
    manifestHash: manifestHash(manifest),
    manifestBlob: await upload(encodeManifest(manifest)),
    weightsHash: weightsHash(weights),
    weightsBlob: await upload(int32Bytes(weights)),
    baseBlob: await upload(graph),
    tokenizerBlob: await upload(tokenizer),
    checkpointsRoot: logRoot(decodeLog(log)),
    checkpointsBlob: await upload(log),
  };
  return { typeUrl: MsgRegisterModel.typeUrl, value };
}
