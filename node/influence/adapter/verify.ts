import { equalBytes } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import type { Gradients } from "../../factory/job/gradients.ts";
import { checkLogOf, decodeLog, logRoot } from "../../factory/job/log.ts";
import type { ClaimVerdict } from "../../factory/verify-claim.ts";
import { InfluenceError } from "../errors.ts";
import { roundHalfUp } from "../grid.ts";
import { drawn } from "../sample.ts";
import { Turner } from "./bases.ts";
import { decodeBasis } from "./basis-format.ts";
import { gradientSize } from "./blocks.ts";
import { basesOf, coordinatesOf, energiesOf, heldOutMean } from "./build.ts";
import { checkBases, checkSameWeights, checkWhitening } from "./check-basis.ts";
import { RowCheck } from "./check-rows.ts";
import { demand, Wrong } from "./demand.ts";
import { adapterRowBytes, decodeAdapterHeader, decodeAdapterRow } from "./format.ts";
import { type GradientOptions, openGraphGradients, RowGradients } from "./gradients.ts";
import { type AdapterJob, asInfluenceError, openAdapterJob } from "./job.ts";
import { DAMPING_GRIDS, DEFAULT_DAMPING_GRID } from "./limits.ts";
import { adapterRowsRoot } from "./row-root.ts";
import { heldOutVectors, judge } from "./rules.ts";
import type { AdapterHeader, AdapterRow, AdapterView, TokenRow, ViewCheckpoint } from "./types.ts";
import { readViews } from "./views.ts";
import { whitened } from "./whitening.ts";
import { wordOrders } from "./word-order.ts";

/** An adapter index claim with what recomputes it. */
export interface AdapterIndexClaim {
  readonly headerBytes: Uint8Array;
  readonly rows: Uint8Array;
  readonly basis: Uint8Array;
  /** Canonical manifest bytes, graph and weights as registered. */
  readonly manifest: Uint8Array;
  readonly graph: Uint8Array;
  readonly weights: Uint8Array;
  /** Training log, and the root that is registered for it. */
  readonly log: Uint8Array;
  readonly logRoot: Uint8Array;
  /** State of a checkpoint of the log, as bytes. */
  readonly readState: (checkpoint: number) => Promise<Uint8Array>;
  /** Trained items with their texts, in the order of the training, as the snapshots give them. */
  readonly items: readonly TokenRow[];
  readonly texts: readonly string[];
  readonly heldOut?: readonly Pick<TokenRow, "tokens">[];
  readonly versions?: (row: number) => readonly Int32Array[];
}

export interface VerifyAdapterOptions extends GradientOptions {
  /** Rows whose gradients make the witness; as many as fit 2^21 numbers, at most 32, by default. */
  readonly witnessRows?: number;
}

const MOST_WITNESS_ROWS = 32;
const MOST_WITNESS = 2 ** 21;
/** Grid of gradients in a witness. */
const WITNESS_ONE = 2 ** 20;

interface Opened {
  readonly claim: AdapterIndexClaim;
  readonly job: AdapterJob;
  readonly checkpoints: readonly ViewCheckpoint[];
  readonly header: AdapterHeader;
  readonly views: readonly AdapterView[];
  readonly rows: readonly AdapterRow[];
}

/** The registered training, which is not on trial here. Throws InfluenceError where its parts do not fit each other. */
async function openTraining(claim: AdapterIndexClaim): Promise<Pick<Opened, "job" | "checkpoints">> {
  const job = openAdapterJob(claim.manifest, claim.graph);
  try {
    const log = decodeLog(claim.log);
    checkLogOf(log, job.manifestHash);
    if (!equalBytes(logRoot(log), claim.logRoot)) {
      throw new InfluenceError("hash-mismatch", "the training log does not lead to the registered root");
    }
    return { job, checkpoints: await readViews(job, log, claim.readState) };
  } catch (error) {
    throw asInfluenceError(error);
  }
}

function checkHeader(claim: AdapterIndexClaim, header: AdapterHeader, job: AdapterJob): void {
  demand(equalBytes(header.manifestHash, job.manifestHash), "the index is of another job");
  demand(equalBytes(header.weightsHash, sha256(claim.weights)), "the index is of other weights");
  const shapes = (blocks: AdapterHeader["blocks"]) => blocks.map(({ rows, columns }) => `${rows}x${columns}`).join(" ");
  demand(shapes(header.blocks) === shapes(job.blocks), "the index is of another adapter's shape");
  demand(header.coordinates === coordinatesOf(gradientSize(job.blocks)), "rows keep another number of coordinates");
  const allowed = header.selection.candidates > 0 ? DAMPING_GRIDS : [DEFAULT_DAMPING_GRID];
  demand(allowed.includes(header.dampingGrid), "the damping is none that a selection could choose");
  const { items } = claim;
  demand(header.rows === items.length && header.trainedRows === items.length, "the rows are not those of the training");
}

/** Everything that hashes and names say, before any gradient. */
function openIndex(claim: AdapterIndexClaim, job: AdapterJob, checkpoints: readonly ViewCheckpoint[]): Opened {
  const header = decodeAdapterHeader(claim.headerBytes);
  checkHeader(claim, header, job);
  demand(equalBytes(sha256(claim.rows), header.rowsHash), "the rows are not those of the header");
  demand(equalBytes(sha256(claim.basis), header.basisHash), "the basis is not that of the header");
  const rows = Array.from({ length: header.rows }, (_, i) =>
    decodeAdapterRow(header, adapterRowBytes(claim.rows, header, i)),
  );
  demand(equalBytes(adapterRowsRoot(claim.rows, header), header.rowsRoot), "the rows do not lead to the header's root");
  for (const [i, { contribution, item, entry }] of claim.items.entries()) {
    const row = rows[i]!;
    const isSame = row.contribution === contribution && row.item === item && row.entry === entry;
    demand(isSame, `row ${i} names another item`);
  }
  const views = decodeBasis(claim.basis, header);
  demand(views.length === checkpoints.length, "the index has another number of views than its training gives");
  for (const [v, { checkpoint, step, weights }] of checkpoints.entries()) {
    const stated = header.views[v]!;
    demand(stated.checkpoint === checkpoint && stated.step === step, `view ${v} is of another checkpoint`);
    checkSameWeights(views[v]!, weights, v);
  }
  return { claim, job, checkpoints, header, views, rows };
}

/** Fields of a row that rules decide, in the order in which they are compared. */
const RULED = [
  ...(["order", "textCosine", "clip", "reference", "overlap", "benefit", "owner", "likeness"] as const),
  "gate",
] as const;

interface ViewFindings {
  readonly witness: readonly Float64Array[];
  readonly heldOut: Float64Array | undefined;
}

/** One view: its bases and whitening against the recomputed gradients, and then every row in them. */
async function checkView(
  opened: Opened,
  source: Gradients,
  v: number,
  taken: ReadonlySet<number>,
): Promise<ViewFindings> {
  const { claim, job, header, rows } = opened;
  const { weights, bases, whitening } = opened.views[v]!;
  const gradients = new RowGradients(source, job, claim.items, weights);
  checkBases(bases, job.blocks, await basesOf(job, gradients));
  const turner = new Turner(job.blocks, bases);
  checkWhitening(whitening, await energiesOf(job, gradients, turner), header.dampingGrid);
  const check = new RowCheck(header, v);
  const witness: Float64Array[] = [];
  await gradients.each((gradient, i) => {
    check.row(rows[i]!, whitened(turner.turn(gradient), whitening), i);
    if (taken.has(i)) witness.push(gradient.map((g) => roundHalfUp(g * WITNESS_ONE)));
  });
  check.end();
  const held = claim.heldOut ?? [];
  if (held.length === 0) return { witness, heldOut: undefined };
  const heldOut = await heldOutMean(new RowGradients(source, job, held, weights), held.length, turner, whitening);
  return { witness, heldOut };
}

/** Fields that follow from the rows' bytes, their texts and the held-out rows. */
function checkRules(
  { claim, header, rows }: Opened,
  means: readonly Float64Array[],
  orders: Int16Array | undefined,
): void {
  const held = means.length > 0 ? heldOutVectors(means, claim.heldOut!.length) : undefined;
  const judged = judge(rows, { views: header.views, texts: claim.texts, held, orders });
  const own = judged.header;
  demand(header.normLimit === own.normLimit, "the norm limit is not the median");
  const isUsual = header.usualOrder === own.usualOrder && header.usualCosine === own.usualCosine;
  demand(isUsual, "the usual word order or text cosine is another");
  demand(header.gradientCosine === own.gradientCosine, "the look-alike threshold is another");
  const isHeld = header.heldOutRows === own.heldOutRows && equalBytes(header.heldOutHash, own.heldOutHash);
  demand(isHeld, "the held-out vectors are others");
  const isHarm = header.benefitExponent === own.benefitExponent && header.harmLimit === own.harmLimit;
  demand(isHarm, "benefits have another unit or limit");
  for (const [i, row] of rows.entries()) {
    const fields = judged.rows[i]!;
    for (const name of RULED) {
      demand(row[name] === fields[name], `row ${i} has another ${name}`);
    }
  }
}

function drawWitness({ header }: Opened, seed: Uint8Array, wanted: number | undefined): Set<number> {
  const size = header.views.length * header.blocks.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const count = wanted ?? Math.max(1, Math.min(MOST_WITNESS_ROWS, Math.floor(MOST_WITNESS / size)));
  return new Set(drawn(seed, "adapter-rows", { limit: header.rows, count }));
}

/** Joins parts without spreading them over a call's arguments. */
function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * Examines an adapter index claim: its checkpoints against the training log, bases and whitening against recomputed gradients
 * of all rows, every row in the posted bases, and all rules. The witness is the gradients of rows that the seed draws, at
 * every view. Throws what cannot be judged: InfluenceError about the training or the given data, not about the claimed bytes.
 */
export async function verifyAdapterIndex(
  claim: AdapterIndexClaim,
  seed: Uint8Array,
  options: VerifyAdapterOptions = {},
): Promise<ClaimVerdict> {
  const { job, checkpoints } = await openTraining(claim);
  const source = openGraphGradients(job, options);
  try {
    const opened = rejecting(() => openIndex(claim, job, checkpoints));
    const taken = drawWitness(opened, seed, options.witnessRows);
    const found: ViewFindings[] = [];
    for (const v of opened.views.keys()) found.push(await checkView(opened, source, v, taken));
    const means = found.flatMap(({ heldOut }) => heldOut ?? []);
    const { versions, items } = claim;
    const orders = versions && (await wordOrders(source, job, items.length, versions));
    rejecting(() => checkRules(opened, means, orders));
    return { verdict: "accept", witness: joined(found.flatMap(({ witness }) => witness)) };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { verdict: "reject", reason: error.message, witness: new Float64Array(0) };
  } finally {
    await source.close();
  }
}

/** Bytes of the claim that cannot be read are as wrong as those that say something else. */
function rejecting<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InfluenceError && error.code === "bad-bytes") throw new Wrong(error.message);
    throw error;
  }
}
