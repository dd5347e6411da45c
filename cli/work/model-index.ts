import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { InfluenceError } from "../../node/influence/errors.ts";
import { decodeIndexHeader, indexRoot } from "../../node/influence/index-format.ts";
import { decodeModel, weightsHash } from "../../node/influence/model-format.ts";
import { type EarlierIndex, indexModel } from "../../node/pipeline/index-model.ts";
import { isSelectionQuick } from "../../node/pipeline/selection-cost.ts";
import type { TrainingPlan } from "../../node/pipeline/training.ts";
import { CliError, EXIT } from "../errors.ts";
import { holdsIndex, loadIndex, loadPlan, loadTrained, openModelEncoder, saveIndex } from "./model-folder.ts";
import type { Progress } from "./progress.ts";

export interface IndexRequest {
  readonly dir: string;
  /** Measure ridge and number of blocks; undefined: where there are held-out rows and it takes a minute at most. */
  readonly select?: boolean | undefined;
  /** Folder of an index of the same head, whose inverse is used again; the model's own by default. */
  readonly extend?: string | undefined;
  /** Use no earlier index. */
  readonly fresh?: boolean | undefined;
}

export interface Indexed {
  readonly rows: number;
  readonly heldOutRows: number;
  readonly indexRoot: string;
  readonly bytes: number;
  readonly blocks: number;
  /** Measured when ridge and blocks were chosen; null when they were not. */
  readonly lds: number | null;
  /** Whether the inverse is an earlier index's. */
  readonly reused: boolean;
}

const PPM = 1_000_000;

/** Builds the influence index of the head in `dir`. */
export async function indexFolder(request: IndexRequest, progress: Progress): Promise<Indexed> {
  const { dir } = request;
  const plan = loadPlan(dir);
  const trained = loadTrained(dir);
  const earlier = earlierIndex(request, plan, trained.model);
  if (earlier) progress.note("using the inverse of an earlier index of these weights");
  const encoder = openModelEncoder(dir, plan);
  const { header, headerBytes, rows, inverse } = await indexModel(plan, trained, {
    ...{ encoder, earlier },
    select:
      request.select ?? isSelectionQuick({ rows: plan.rows.length, classes: plan.labels.length, dims: encoder.dims }),
    onSelect: () => progress.note("measuring ridges and numbers of blocks on held-out rows"),
    onProgress: (stage) => {
      if (stage === "rows") progress.note("writing rows");
      else if (!earlier) progress.note(`inverting ${plan.labels.length} curvatures`);
    },
  }).finally(() => encoder.close());
  saveIndex(dir, { header: headerBytes, rows, inverse });
  const { candidates, ldsPpm } = header.selection;
  return {
    ...{ rows: header.rows, heldOutRows: header.heldOutRows, indexRoot: toHex(indexRoot(headerBytes)) },
    bytes: headerBytes.length + rows.length + inverse.length,
    ...{ blocks: header.blocks, lds: candidates > 0 ? ldsPpm / PPM : null, reused: earlier !== undefined },
  };
}

/** An index whose inverse serves: of the same head, and measured when that is asked for. Throws CliError `usage`. */
function earlierIndex(
  { dir, select, extend, fresh }: IndexRequest,
  plan: TrainingPlan,
  model: Uint8Array,
): EarlierIndex | undefined {
  if (fresh) return undefined;
  const found = readIndex(extend ?? dir);
  const { weights } = decodeModel(model);
  const isSame =
    found !== undefined &&
    equalBytes(found.header.weightsHash, weightsHash(weights)) &&
    found.header.trainedRows === plan.rows.length;
  if (isSame && (select !== true || found.header.selection.candidates > 0)) return found;
  if (extend === undefined) return undefined;
  throw new CliError(
    EXIT.usage,
    `${extend} holds no index whose inverse fits`,
    "an inverse is of one head; without --extend a new one is computed",
  );
}

/** Undefined where there is none, or one of another version. */
function readIndex(dir: string): EarlierIndex | undefined {
  if (!holdsIndex(dir)) return undefined;
  const { header, rows, inverse } = loadIndex(dir);
  try {
    return { header: decodeIndexHeader(header), rows, inverse };
  } catch (error) {
    if (error instanceof InfluenceError && error.code === "bad-bytes") return undefined;
    throw error;
  }
}
