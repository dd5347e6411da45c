import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { TRAINING_ALGORITHM } from "../../modules/modelregistry/ids.ts";
import type { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { fromGrid, GRID_ONE, roundHalfUp, toGrid, weightsHash } from "../influence/grid.ts";
import type { HeadModel } from "../influence/types.ts";
import { Crew } from "./crew.ts";
import { evaluate, openSolver, placeSet } from "./head-solver.ts";
import type { SourceRows } from "./job/data.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { FOLD_TOLERANCE, FOLDS, foldOf, gateOfFolds } from "./train-folds.ts";
import { HEAD_TOLERANCE, MAX_ITERATIONS } from "./train-head.ts";
import { subset, type TrainingSet } from "./training-set.ts";

/** The witness of a head is a gradient of the exact solver, so that it can be on a grid on which late ones are no zeros. */
export const HEAD_WITNESS_ONE: number = 2 ** 40;
/** The witness is taken within the first iterations, which every solver has. */
const WITNESS_ITERATIONS = 12;
const LAMBDA_UNIT = 2 ** 40;
/** Bound of the softmax Hessian's eigenvalues for unit features (Boehning 1992). */
const CURVATURE = 0.5;

export interface HeadCheckOptions {
  readonly workers?: number | undefined;
  /** Folds whose heads are recomputed: all by default; the gates are compared only then. */
  readonly folds?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HeadFinding {
  readonly reason: string | undefined;
  readonly witness: Float64Array;
}

/** What a manifest of a head says of its rows, against rows from the snapshots. */
export function headLineage(manifest: TrainingManifest, sources: readonly SourceRows[]): string | undefined {
  const { snapshots, snapshotRoots, labels, rows: claimed, rowsRoot } = manifest;
  const ids = sources.map(({ snapshot }) => snapshot);
  if (manifest.algorithm !== TRAINING_ALGORITHM) return `the algorithm is ${manifest.algorithm}`;
  if (ids.join("\n") !== snapshots.join("\n"))
    return `the manifest names ${snapshots.join(", ")}; the rows are of ${ids.join(", ")}`;
  const wrong = sources.find(({ root }, i) => !equalBytes(root, snapshotRoots[i] ?? new Uint8Array(0)));
  if (wrong) return `the manifest has another root of ${wrong.snapshot}`;
  const rows = sources.flatMap((source) => source.rows);
  if (rows.length !== claimed) return `the manifest has ${claimed} rows, the snapshots give ${rows.length}`;
  const root = merkleRoot(rows.map(({ itemId }) => itemId));
  if (!equalBytes(root, rowsRoot))
    return `the manifest's root over its rows is ${toHex(rowsRoot)}, the snapshots give ${toHex(root)}`;
  const used = new Set(rows.map(({ label }) => label));
  const stray = labels.find((label) => !used.has(label)) ?? [...used].find((label) => !labels.includes(label));
  return stray === undefined ? undefined : `the label ${JSON.stringify(stray)} is not in both rows and manifest`;
}

export interface Optimality {
  /** |gradient| of the objective at the weights, and what it can be at most for weights of a solved head. */
  readonly norm: number;
  readonly bound: number;
}

/**
 * |gradient| at claimed weights on exactly these rows. The solver ends at `tolerance` of the start's gradient; rounding the
 * weights to their grid moves the gradient by at most the curvature times the move.
 */
export async function headOptimality(
  crew: Crew,
  layout: Layout,
  weights: Int32Array,
  { lambda, tolerance }: { readonly lambda: number; readonly tolerance: number },
): Promise<Optimality> {
  const norm = (gradient: Float64Array) => Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  const start = norm((await evaluate(crew, layout, new Float64Array(weights.length), lambda)).gradient);
  const here = norm((await evaluate(crew, layout, fromGrid(weights), lambda)).gradient);
  const rounding = ((CURVATURE + lambda) * Math.sqrt(weights.length)) / (2 * GRID_ONE);
  return { norm: here, bound: tolerance * start + rounding };
}

/**
 * Recomputes a claimed head: first its optimality on exactly the claimed rows, which finds a swapped row at the price of one
 * evaluation, then the head itself and its fold heads, bit by bit.
 */
export async function checkHead(
  manifest: TrainingManifest,
  {
    model,
    set,
    sources,
  }: { readonly model: HeadModel; readonly set: TrainingSet; readonly sources: readonly SourceRows[] },
  seed: Uint8Array,
  options: HeadCheckOptions = {},
): Promise<HeadFinding> {
  const bytes = 8 * layoutOf(set.labels.length, set.dims, set.classes, 0).end;
  const crew = Crew.open({ ...(options.workers === undefined ? {} : { workers: options.workers }), bytes });
  try {
    const folds = sources.flatMap(({ rows }) => rows.map(({ contributor }) => foldOf(contributor)));
    return await new HeadCheck(crew, manifest, { ...set, folds }, options).run(model, seed);
  } finally {
    await crew.close();
  }
}

class HeadCheck {
  private readonly crew: Crew;
  private readonly manifest: TrainingManifest;
  private readonly set: TrainingSet & { readonly folds: readonly number[] };
  private readonly options: HeadCheckOptions;
  private witness = new Float64Array(0);

  constructor(
    crew: Crew,
    manifest: TrainingManifest,
    set: TrainingSet & { readonly folds: readonly number[] },
    options: HeadCheckOptions,
  ) {
    this.crew = crew;
    this.manifest = manifest;
    this.set = set;
    this.options = options;
  }

  async run(model: HeadModel, seed: Uint8Array): Promise<HeadFinding> {
    const { manifest, set } = this;
    const layout = placeSet(this.crew, set);
    const at = (seed[0] ?? 0) % WITNESS_ITERATIONS;
    const optimum = await headOptimality(this.crew, layout, model.weights, {
      lambda: this.lambda(),
      tolerance: HEAD_TOLERANCE,
    });
    const head = await this.solve(set, HEAD_TOLERANCE, at);
    if (!equalBytes(manifest.weightsHash, weightsHash(model.weights)))
      return this.found("the model has another hash than the manifest's weights");
    if (optimum.norm > optimum.bound) {
      const figures = `${optimum.norm.toExponential(2)}, at most ${optimum.bound.toExponential(2)} is possible`;
      return this.found(`the weights are no optimum of the claimed rows: |gradient| ${figures}`);
    }
    const own = weightsHash(head);
    if (!equalBytes(own, manifest.weightsHash))
      return this.found(`the head trained on the claimed rows is ${toHex(own)}`);
    return this.found(await this.checkFolds());
  }

  private lambda(): number {
    return Number(this.manifest.lambdaGrid) / LAMBDA_UNIT;
  }

  private found(reason: string | undefined): HeadFinding {
    return { reason, witness: this.witness };
  }

  /** Solves from zero; keeps the gradient after `at` iterations as the witness. */
  private async solve(set: TrainingSet, tolerance: number, at?: number): Promise<Int32Array> {
    const layout = placeSet(this.crew, set);
    const bounds = { lambda: this.lambda(), tolerance, maxIterations: MAX_ITERATIONS };
    const solver = await openSolver(this.crew, layout, bounds);
    while (!solver.isDone()) {
      this.options.signal?.throwIfAborted();
      if (solver.report().iteration === at) this.keepWitness(solver.state().gradient);
      await solver.step();
    }
    if (at !== undefined && this.witness.length === 0) this.keepWitness(solver.state().gradient);
    return toGrid(solver.result().point);
  }

  private keepWitness(gradient: Float64Array): void {
    this.witness = gradient.map((g) => roundHalfUp(g * HEAD_WITNESS_ONE));
  }

  private async checkFolds(): Promise<string | undefined> {
    const { manifest, set } = this;
    const wanted = this.options.folds ?? Array.from({ length: FOLDS }, (_, fold) => fold);
    const heads: (Int32Array | undefined)[] = [];
    for (const fold of wanted) {
      const outside = set.folds.flatMap((of, row) => (of === fold ? [] : [row]));
      const isJudged = outside.length > 0 && outside.length < set.folds.length;
      heads[fold] = isJudged ? await this.solve(subset(set, outside), FOLD_TOLERANCE) : undefined;
      const own = heads[fold] ? weightsHash(heads[fold]) : new Uint8Array(0);
      if (!equalBytes(own, manifest.foldHashes[fold] ?? new Uint8Array(0)))
        return `the head of fold ${fold} is ${toHex(own)}`;
    }
    if (wanted.length < FOLDS) return undefined;
    const { gate } = await gateOfFolds(this.crew, set, heads);
    return equalBytes(sha256(gateBytes(gate)), manifest.gateHash) ? undefined : "the gates have another hash";
  }
}

/** uint16 little-endian. */
function gateBytes(gate: Uint16Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * gate.length));
  for (const [i, value] of gate.entries()) view.setUint16(2 * i, value, true);
  return new Uint8Array(view.buffer);
}
