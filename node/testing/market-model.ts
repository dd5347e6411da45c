import { fromHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { MsgRegisterIndex, MsgRegisterModel } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { type EncoderFiles, resolveEncoder, specOf } from "../influence/encoders/index.ts";
import type { BuiltIndex } from "../influence/index-build.ts";
import { type JobPorts, snapshotSource } from "../jobs/index.ts";
import { indexModel } from "../pipeline/index-model.ts";
import {
  DEFAULT_ENCODER,
  defaultLambdaGrid,
  type TrainedModel,
  type TrainingPlan,
  trainModel,
  usedLabels,
} from "../pipeline/training.ts";
import { splitRows } from "../pipeline/training-rows.ts";
import type { TestSender } from "./sender.ts";
import { message } from "./sender.ts";

/** A trained and indexed model as its owner has it before registering it. */
export interface ModelParts {
  readonly manifest: Uint8Array;
  readonly model: Uint8Array;
  readonly index: Pick<BuiltIndex, "headerBytes" | "rows" | "inverse" | "indexRoot"> & {
    readonly header: Pick<BuiltIndex["header"], "rows">;
  };
  readonly files: EncoderFiles | undefined;
}

export interface MadeModel extends ModelParts {
  readonly index: BuiltIndex;
  readonly plan: TrainingPlan;
  readonly trained: TrainedModel;
}

/** Trains on an accepted snapshot's cluster owners, on an encoder of one's own if there is one. */
export async function makeModel(
  snapshot: string,
  { ports, labels, files }: { ports: JobPorts; labels: readonly string[]; files?: EncoderFiles | undefined },
): Promise<MadeModel> {
  const source = await snapshotSource(snapshot, ports);
  const { training: rows, heldOut } = splitRows([source]);
  const encoder = await resolveEncoder(files ? specOf(files).id : DEFAULT_ENCODER, files);
  const plan = {
    ...{
      rows,
      heldOut,
      labels: usedLabels(labels, rows),
      encoder: encoder.id,
      lambdaGrid: defaultLambdaGrid(rows.length),
    },
    snapshots: [{ id: snapshot, root: source.snapshot.root }],
  };
  try {
    const trained = await trainModel(plan, { encoder });
    const index = await indexModel(plan, trained, { encoder });
    return { plan, trained, manifest: trained.manifest, model: trained.model, index, files };
  } finally {
    await encoder.close();
  }
}

export interface Registrar {
  readonly owner: TestSender;
  /** RPC server that takes the blobs. */
  readonly url: string;
}

/** Uploads a model's parts and registers it with its index. */
export async function registerModel(id: string, parts: ModelParts, { owner, url }: Registrar): Promise<void> {
  const upload = async (bytes: Uint8Array) => fromHex(await owner.upload(url, bytes));
  const manifest = decodeStrict(TrainingManifest, parts.manifest);
  const { files, index } = parts;
  await owner.send(
    message(MsgRegisterModel, {
      ...{ owner: owner.address, id, encoder: manifest.encoder, encoderHash: manifest.encoderHash },
      ...(files && {
        encoderBlob: await upload(files.spec),
        tokenizerBlob: await upload(files.tokenizer),
        baseBlob: await upload(files.graph),
      }),
      ...{ snapshots: manifest.snapshots, labels: manifest.labels, weightsHash: manifest.weightsHash },
      manifestHash: sha256(parts.manifest),
      manifestBlob: await upload(parts.manifest),
      weightsBlob: await upload(parts.model),
      ...{ priceRequest: "100000", priceToken: "10", licence: "CC0-1.0" },
    }),
  );
  await owner.send(
    message(MsgRegisterIndex, {
      ...{ owner: owner.address, model: id, root: index.indexRoot, rows: index.header.rows },
      headerBlob: await upload(index.headerBytes),
      rowsBlob: await upload(index.rows),
      inverseBlob: await upload(index.inverse),
    }),
  );
}
