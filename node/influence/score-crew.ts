import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FormName } from "./kernel/row-dots.ts";
import { isShared, MOST_HELPERS, type ResidentModel, type SharedModel } from "./resident.ts";
import { placeQuery, scoreRows } from "./score.ts";
import { finishParts, openBoard, type ScoreTask, workParts } from "./score-board.ts";
import { siblingModule } from "./sibling.ts";
import type { QueryVectors } from "./types.ts";

export type HelperMessage =
  | { readonly kind: "adopt"; readonly key: string; readonly model: SharedModel; readonly form: FormName }
  | { readonly kind: "drop"; readonly key: string }
  | { readonly kind: "score"; readonly key: string; readonly task: ScoreTask };

/** Where helpers have their scratch. */
export interface HelperPlace {
  readonly thread: number;
  readonly helper: number;
}

/** A helper that keeps dying is left dead. */
const MOST_RESTARTS = 8;

type Adoption = Extract<HelperMessage, { kind: "adopt" }>;

/**
 * The threads that share a query's rows with one verifier worker, over the same memory: none until the first index that is
 * large enough. One that dies is replaced, and what it had taken is done by the others.
 */
export class ScoreCrew {
  readonly #thread: number;
  readonly #size: number;
  readonly #helpers = new Map<number, Worker>();
  readonly #adopted = new Map<string, Adoption>();
  #restarts = 0;

  constructor(thread: number, size = availableParallelism() - 1) {
    this.#thread = thread;
    this.#size = Math.min(MOST_HELPERS, size);
  }

  /** Those that live. */
  get helpers(): readonly Worker[] {
    return [...this.#helpers.values()];
  }

  adopt(key: string, model: SharedModel, form: FormName): void {
    if (!isShared(model.header)) return;
    for (let helper = this.#helpers.size + 1; helper <= this.#size && this.#restarts === 0; helper++) {
      this.#start(helper);
    }
    const adoption: Adoption = { kind: "adopt", key, model, form };
    this.#adopted.set(key, adoption);
    this.#tell(adoption);
  }

  drop(key: string): void {
    if (this.#adopted.delete(key)) this.#tell({ kind: "drop", key });
  }

  /** Memory for numbers of a query under this key: what helpers write to is shared. */
  room(key: string, length: number): Float64Array {
    return new Float64Array(this.#adopted.has(key) ? new SharedArrayBuffer(8 * length) : new ArrayBuffer(8 * length));
  }

  /** `scoreRows` into such memory, with the helpers' help where it is shared. Throws InfluenceError "bad-shape". */
  score(key: string, resident: ResidentModel, query: QueryVectors, scores: Float64Array): Float64Array {
    if (this.#helpers.size === 0 || !this.#adopted.has(key)) return scoreRows(resident, query, scores);
    placeQuery(resident, query);
    const task = { query, scores, board: openBoard(resident.header.rows) };
    this.#tell({ kind: "score", key, task });
    workParts(resident, task);
    finishParts(resident, task);
    return scores;
  }

  #tell(message: HelperMessage): void {
    for (const helper of this.#helpers.values()) helper.postMessage(message);
  }

  #start(helper: number): void {
    const workerData: HelperPlace = { thread: this.#thread, helper };
    const worker = new Worker(siblingModule("score-worker", import.meta.url), { workerData });
    worker.unref();
    worker.on("error", () => undefined);
    worker.on("exit", () => this.#replace(helper));
    this.#helpers.set(helper, worker);
    for (const adoption of this.#adopted.values()) worker.postMessage(adoption);
  }

  #replace(helper: number): void {
    this.#helpers.delete(helper);
    if (this.#restarts++ < MOST_RESTARTS) this.#start(helper);
  }
}
