import type { ResidentModel } from "./resident.ts";
import { scorePart } from "./score.ts";
import type { QueryVectors } from "./types.ts";

/** Rows that a thread takes at a time: about a millisecond of 512 dims, the most that anybody waits for anybody. */
export const PART_ROWS = 16_384;
/** What a part that another thread took may take longer before it is done again here. */
const GRACE_MS = 2;

/** Words of a board: parts taken, rows of a part, then 1 for every part that is done. */
const TAKEN = 0;
const SIZE = 1;
const DONE = 2;

/** Whose turn it is in one query: words that all threads of the query see. */
export type ScoreBoard = Int32Array;

export function openBoard(rows: number, partRows = PART_ROWS): ScoreBoard {
  const board = new Int32Array(new SharedArrayBuffer(4 * (DONE + Math.ceil(rows / partRows))));
  board[SIZE] = partRows;
  return board;
}

const partsOf = (board: ScoreBoard) => board.length - DONE;

/** What the threads of one query share. */
export interface ScoreTask {
  readonly query: QueryVectors;
  readonly board: ScoreBoard;
  /** Of all rows, on shared memory. */
  readonly scores: Float64Array;
}

function score(resident: ResidentModel, { query, board, scores }: ScoreTask, part: number): void {
  const first = part * board[SIZE]!;
  scorePart(resident, query, { first, end: Math.min(resident.header.rows, first + board[SIZE]!) }, scores);
}

/** Scores parts that nobody has taken until there are none; the query is placed in this thread's scratch. */
export function workParts(resident: ResidentModel, task: ScoreTask): void {
  const { board } = task;
  for (let part = Atomics.add(board, TAKEN, 1); part < partsOf(board); part = Atomics.add(board, TAKEN, 1)) {
    score(resident, task, part);
    Atomics.store(board, DONE + part, 1);
    Atomics.notify(board, DONE + part);
  }
}

/**
 * Waits for what other threads took, and does it again where they take long: a thread that died or was held up costs
 * time, never an answer. Both write the same integers to the same places.
 */
export function finishParts(resident: ResidentModel, task: ScoreTask): void {
  const { board } = task;
  for (let part = 0; part < partsOf(board); part++) {
    if (Atomics.load(board, DONE + part) === 1) continue;
    if (Atomics.wait(board, DONE + part, 0, GRACE_MS) === "timed-out") score(resident, task, part);
  }
}
