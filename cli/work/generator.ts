import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { DataForm, decodeLog, encodeManifest, JobFolder, logRoot, manifestHash } from "../../node/factory/job/index.ts";
import { int32Bytes, weightsHash } from "../../node/influence/grid.ts";
import { MsgRegisterModel, Query, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import type { Registration } from "./model-register.ts";
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
  readonly trainingClaim: string;
}

/** Uploads what a finished job on language made, its states included, and registers it. Throws CliError `notFound`, `refused`. */
export async function registerGenerator(
  session: Session,
  registration: Registration,
  progress: Progress,
): Promise<RegisteredGenerator> {
  const { dir, id } = registration;
  const { log, weights, ...files } = finishedJob(dir);
  const known = await session.find(Query.Model, { id });
  if (known?.model && toHex(known.model.weightsHash) !== toHex(weightsHash(weights))) {
    throw new CliError(EXIT.refused, `model ${id} exists with other weights`, "choose another --id");
  }
  if (!known?.model) {
    const value = await generatorMessage(session, registration, { log, weights, ...files }, progress);
    await session.send([{ typeUrl: MsgRegisterModel.typeUrl, value }]);
  }
  const { model } = await session.query(Query.Model, { id });
  return {
    id,
    weightsHash: toHex(weightsHash(weights)),
    logRoot: toHex(logRoot(decodeLog(log))),
    trainingClaim: toHex(model?.trainingClaimId ?? new Uint8Array(0)),
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
  return {
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
}
