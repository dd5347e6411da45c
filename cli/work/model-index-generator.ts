import { toHex } from "../../chain/crypto/bytes.ts";
import { encodeManifest, type JobFolder } from "../../node/factory/job/index.ts";
import { buildAdapterIndexOf, type RowPlace } from "../../node/pipeline/adapter-index.ts";
import { CliError, EXIT } from "../errors.ts";
import { keptRows, openFolder } from "./factory-folder.ts";
import { saveIndex } from "./model-folder.ts";
import type { Progress } from "./progress.ts";

export interface IndexedGenerator {
  readonly rows: number;
  readonly heldOutRows: number;
  readonly indexRoot: string;
  readonly bytes: number;
  /** Checkpoints of the training that the index looks at. */
  readonly views: number;
  /** What every row keeps of each of them. */
  readonly coordinates: number;
}

/** Builds the influence index of the finished low-rank job in `dir`. Throws CliError `notFound`, InfluenceError. */
export async function indexGenerator(
  { dir, workers }: { readonly dir: string; readonly workers?: number | undefined },
  progress: Progress,
): Promise<IndexedGenerator> {
  const { folder, manifest } = openFolder(dir);
  const { rows } = keptRows(folder);
  const { header, headerBytes, ...built } = await buildAdapterIndexOf(
    {
      manifest: encodeManifest(manifest),
      graph: finished(folder, "graph"),
      tokenizer: finished(folder, "tokenizer"),
      log: finished(folder, "log"),
      readState: async (checkpoint) => folder.state(checkpoint),
      sources: rows.sources,
      places: rows.placed.length > 0 ? rows.placed : filePlaces(rows.sources.flatMap((source) => source.rows)),
      heldOut: rows.heldOut ?? [],
    },
    {
      workers,
      onProgress: (stage, view, views) => progress.note(`checkpoint ${view + 1} of ${views}: ${STAGES[stage]}`),
    },
  );
  saveIndex(dir, { header: headerBytes, rows: built.rows, inverse: built.basis });
  return {
    ...{ rows: header.rows, heldOutRows: header.heldOutRows, indexRoot: toHex(built.indexRoot) },
    bytes: headerBytes.length + built.rows.length + built.basis.length,
    ...{ views: header.views.length, coordinates: header.coordinates },
  };
}

const STAGES = { factors: "gradients of all rows", bases: "eigenbases", rows: "writing rows" } as const;

function finished(folder: JobFolder, file: "graph" | "tokenizer" | "log"): Uint8Array {
  const bytes = folder.read(file);
  if (bytes) return bytes;
  throw new CliError(
    EXIT.notFound,
    `the job in ${folder.dir} is not finished`,
    "run `openledgerd factory train` first",
  );
}

/** Rows of a file are no chain's: one contribution of them all. */
function filePlaces(rows: readonly { readonly itemId: Uint8Array }[]): RowPlace[] {
  return rows.map(({ itemId }, i) => ({ itemId, contribution: 0, item: i, entry: i }));
}
