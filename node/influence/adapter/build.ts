import { InfluenceError } from "../errors.ts";
import type { IndexSelection } from "../types.ts";
import { assembleIndex, type IndexedView, NO_SELECTION } from "./assemble.ts";
import { FactorSums, rounded, Turner } from "./bases.ts";
import { gradientSize } from "./blocks.ts";
import { type GradientOptions, openGraphGradients, RowGradients } from "./gradients.ts";
import { type AdapterJob, openAdapterJob } from "./job.ts";
import { DEFAULT_COORDINATES, DEFAULT_DAMPING_GRID, MOST_COORDINATES, MOST_ROWS, MOST_VIEWS } from "./limits.ts";
import { type PackedView, packView } from "./pack.ts";
import type { BlockBasis, BuiltAdapterIndex, TokenRow, ViewCheckpoint, Whitening } from "./types.ts";
import { Energies, whitened } from "./whitening.ts";
import { wordOrders } from "./word-order.ts";

export interface AdapterIndexInput {
  /** Canonical manifest bytes of a finished low-rank job on language, and its graph's ONNX bytes. */
  readonly job: { readonly manifest: Uint8Array; readonly graph: Uint8Array };
  /** The adapter at the views of its training (`readViews`); the last is the registered one. */
  readonly checkpoints: readonly ViewCheckpoint[];
  /** Trained items in the order of the training. */
  readonly rows: readonly TokenRow[];
  /** Of the rows. */
  readonly texts: readonly string[];
  /** Rows that judge the others: never among `rows`. Without them every benefit is 0 and no row does harm. */
  readonly heldOut?: readonly Pick<TokenRow, "tokens">[];
  /** A row's tokens and those of its shuffled texts (`shuffledTexts`). Without them no word order is measured. */
  readonly versions?: (row: number) => readonly Int32Array[];
  /** Rows from the first on that the adapter was trained on; all by default. */
  readonly trainedRows?: number;
}

export interface AdapterIndexOptions extends GradientOptions {
  readonly coordinates?: number;
  /** Relative to the mean eigenvalue of a factor, units of 2^-40. */
  readonly dampingGrid?: number;
  readonly selection?: IndexSelection;
  readonly onProgress?: (stage: "factors" | "bases" | "rows", view: number, views: number) => void;
}

function checkInput({ checkpoints, rows, texts, trainedRows = rows.length }: AdapterIndexInput, size: number): void {
  const refuse = (what: string): never => {
    throw new InfluenceError("bad-shape", `adapter index: ${what}`);
  };
  if (rows.length < 1 || rows.length > MOST_ROWS) refuse(`${rows.length} rows; 1 to ${MOST_ROWS}`);
  if (texts.length !== rows.length) refuse(`${texts.length} texts for ${rows.length} rows`);
  if (checkpoints.length < 1 || checkpoints.length > MOST_VIEWS) refuse(`${checkpoints.length} checkpoints`);
  if (checkpoints.some(({ step }, v) => v > 0 && step <= checkpoints[v - 1]!.step)) refuse("checkpoints out of order");
  const short = checkpoints.find(({ weights }) => weights.length !== size);
  if (short) refuse(`${short.weights.length} weights of an adapter of ${size}`);
  if (new Set(rows.map(({ entry }) => entry)).size !== rows.length) refuse("two rows are of one snapshot entry");
  if (!Number.isInteger(trainedRows) || trainedRows < 1 || trainedRows > rows.length) {
    refuse(`${trainedRows} trained rows of ${rows.length}`);
  }
}

/** Number of coordinates that an index of this adapter keeps. Throws InfluenceError bad-shape. */
export function coordinatesOf(size: number, wanted: number = DEFAULT_COORDINATES): number {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > MOST_COORDINATES) {
    throw new InfluenceError("bad-shape", `adapter index: ${wanted} coordinates; 1 to ${MOST_COORDINATES}`);
  }
  return Math.min(wanted, size);
}

/** The eigenbases of the trained rows' gradients. */
export async function basesOf(job: AdapterJob, trained: RowGradients): Promise<FactorSums> {
  const sums = new FactorSums(job.blocks);
  await trained.each((gradient) => sums.add(rounded(gradient, job.blocks)));
  return sums;
}

/** The eigenvalues of the trained rows' gradients in these bases. */
export async function energiesOf(job: AdapterJob, trained: RowGradients, turner: Turner): Promise<Energies> {
  const energies = new Energies(job.blocks, gradientSize(job.blocks));
  await trained.each((gradient) => energies.add(turner.turn(rounded(gradient, job.blocks))));
  return energies;
}

/** Mean whitened gradient of the held-out rows, summed in their order. */
export async function heldOutMean(
  gradients: RowGradients,
  rows: number,
  turner: Turner,
  whitening: Whitening,
): Promise<Float64Array> {
  const mean = new Float64Array(whitening.coordinates.length);
  await gradients.each((gradient) => {
    const values = whitened(turner.turn(gradient), whitening);
    for (let k = 0; k < mean.length; k++) mean[k]! += values[k]! / rows;
  });
  return mean;
}

interface ViewWork {
  readonly job: AdapterJob;
  readonly gradients: (rows: readonly Pick<TokenRow, "tokens">[]) => RowGradients;
  readonly onProgress: (stage: "factors" | "bases" | "rows") => void;
}

async function indexView(
  { job, gradients, onProgress }: ViewWork,
  { rows, heldOut = [], trainedRows = rows.length }: AdapterIndexInput,
  checkpoint: ViewCheckpoint,
  options: { readonly coordinates: number; readonly dampingGrid: number },
): Promise<IndexedView> {
  onProgress("factors");
  const trained = gradients(rows.slice(0, trainedRows));
  const sums = await basesOf(job, trained);
  onProgress("bases");
  const bases: BlockBasis[] = sums.bases();
  const turner = new Turner(job.blocks, bases);
  const whitening = (await energiesOf(job, trained, turner)).whitening(options.dampingGrid, options.coordinates);
  onProgress("rows");
  const packed: PackedView[] = [];
  const pack = (gradient: Float64Array) => packed.push(packView(whitened(turner.turn(gradient), whitening)));
  await trained.each(pack);
  await gradients(rows.slice(trainedRows)).each(pack);
  const mean =
    heldOut.length > 0 ? await heldOutMean(gradients(heldOut), heldOut.length, turner, whitening) : undefined;
  return { ...checkpoint, bases, whitening, rows: packed, heldOut: mean };
}

/**
 * Builds the influence index of a finished low-rank job: of every view the eigenbases of the rows' gradients and the rows in
 * them. The same bytes for any number of workers.
 * Throws InfluenceError: bad-shape, bad-bytes, hash-mismatch, not-finite, worker-lost.
 */
export async function buildAdapterIndex(
  input: AdapterIndexInput,
  options: AdapterIndexOptions = {},
): Promise<BuiltAdapterIndex> {
  const job = openAdapterJob(input.job.manifest, input.job.graph);
  const size = gradientSize(job.blocks);
  checkInput(input, size);
  const coordinates = coordinatesOf(size, options.coordinates);
  const dampingGrid = options.dampingGrid ?? DEFAULT_DAMPING_GRID;
  const source = openGraphGradients(job, options);
  try {
    const views: IndexedView[] = [];
    for (const [v, checkpoint] of input.checkpoints.entries()) {
      const gradients = (rows: readonly Pick<TokenRow, "tokens">[]) =>
        new RowGradients(source, job, rows, checkpoint.weights);
      const onProgress = (stage: "factors" | "bases" | "rows") =>
        options.onProgress?.(stage, v, input.checkpoints.length);
      views.push(await indexView({ job, gradients, onProgress }, input, checkpoint, { coordinates, dampingGrid }));
    }
    const { versions, rows } = input;
    const orders = versions ? await wordOrders(source, job, rows.length, versions) : undefined;
    return assembleIndex({
      orders,
      ...{ manifestHash: job.manifestHash, blocks: job.blocks, dampingGrid, views, rows: input.rows },
      ...{ texts: input.texts, trainedRows: input.trainedRows ?? input.rows.length },
      ...{ heldOutRows: input.heldOut?.length ?? 0, selection: options.selection ?? NO_SELECTION },
    });
  } finally {
    await source.close();
  }
}
