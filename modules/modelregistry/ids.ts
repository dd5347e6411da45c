import { taggedHash, u32be, utf8Bytes } from "../../chain/crypto/tagged.ts";

/** Version of the rules that a training claim is recomputed under: softmax head on a frozen encoder, solved on a grid. */
export const TRAINING_ALGORITHM = "softmax-head-1";

/** Version of the rules that an index claim is recomputed under. */
export const INDEX_ALGORITHM = "class-block-gauss-newton-2";

/** What a model consists of besides a head on a built-in encoder; empty where it has no such part. */
export interface ModelParts {
  readonly task: number;
  readonly encoderBlob: Uint8Array;
  readonly tokenizerBlob: Uint8Array;
  readonly baseBlob: Uint8Array;
  readonly checkpointsRoot: Uint8Array;
  readonly checkpointsBlob: Uint8Array;
}

/** What the owner of a model is bound to by its training claim. */
export function trainingPayloadHash(
  model: {
    readonly id: string;
    readonly encoderHash: Uint8Array;
    readonly manifestHash: Uint8Array;
    readonly weightsHash: Uint8Array;
    readonly snapshots: readonly string[];
  } & ModelParts,
): Uint8Array {
  const { id, encoderHash, manifestHash, weightsHash, snapshots } = model;
  const parts = [utf8Bytes(id), encoderHash, manifestHash, weightsHash, ...snapshots.map(utf8Bytes)];
  const { task, encoderBlob, tokenizerBlob, baseBlob, checkpointsRoot, checkpointsBlob } = model;
  const more = [encoderBlob, tokenizerBlob, baseBlob, checkpointsRoot, checkpointsBlob];
  if (task === 0 && more.every((part) => part.length === 0)) return taggedHash("openledger/training", ...parts);
  return taggedHash("openledger/training/parts", u32be(task), ...more, ...parts);
}

/** What the owner of a model is bound to by its index claim. */
export function indexPayloadHash(index: {
  readonly model: string;
  readonly root: Uint8Array;
  readonly rows: number;
  readonly headerBlob: Uint8Array;
  readonly rowsBlob: Uint8Array;
  readonly inverseBlob: Uint8Array;
}): Uint8Array {
  const { model, root, rows, headerBlob, rowsBlob, inverseBlob } = index;
  return taggedHash("openledger/index", utf8Bytes(model), root, u32be(rows), headerBlob, rowsBlob, inverseBlob);
}
