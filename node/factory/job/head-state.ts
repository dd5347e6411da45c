import { equalBytes } from "../../../chain/crypto/bytes.ts";
import { ByteReader, ByteWriter } from "../../influence/bytes.ts";
import { int32Bytes, int32FromBytes } from "../../influence/grid.ts";
import type { LbfgsState } from "../lbfgs.ts";
import { JobError } from "./errors.ts";
import { decoding, float64Bytes, float64FromBytes } from "./state.ts";

const MAGIC = "openledger/job-state/head/1";
/** Pairs that the solver remembers at most. */
const MOST_PAIRS = 64;

/** Where the training of a head and its fold heads stands. */
export interface HeadState {
  readonly step: number;
  /** Heads that are done, on the grid, in order; undefined for a fold that has none. */
  readonly finished: readonly (Int32Array | undefined)[];
  /** The one that is under way; absent between two. */
  readonly solver: LbfgsState | undefined;
}

/** Canonical bytes. The numbers of the solver are the exact solver's own: the same 64 bits on every machine. */
export function encodeHeadState(manifestHash: Uint8Array, { step, finished, solver }: HeadState): Uint8Array {
  const out = new ByteWriter();
  out.text(MAGIC);
  out.fixed(manifestHash, 32);
  out.u64(step);
  out.u8(finished.length);
  for (const head of finished) {
    out.u8(head ? 1 : 0);
    if (head) out.raw(int32Bytes(head));
  }
  out.u8(solver ? 1 : 0);
  if (solver) {
    out.u32(solver.iteration);
    out.u8(solver.isStuck ? 1 : 0);
    out.raw(float64Bytes(Float64Array.of(solver.startNorm, solver.value)));
    out.raw(float64Bytes(solver.point));
    out.raw(float64Bytes(solver.gradient));
    out.u8(solver.pairs.length);
    for (const { s, y } of solver.pairs) {
      out.raw(float64Bytes(s));
      out.raw(float64Bytes(y));
    }
  }
  return out.finish();
}

/** Inverse for heads of `size` weights, at most `heads` of them. Throws JobError bad-bytes. */
export function decodeHeadState(
  bytes: Uint8Array,
  expected: { readonly manifestHash: Uint8Array; readonly size: number; readonly heads: number },
): HeadState {
  const { size } = expected;
  return decoding(() => {
    const input = new ByteReader(bytes, "state");
    if (input.text() !== MAGIC) throw new JobError("bad-bytes", "state: not of a head");
    if (!equalBytes(input.fixed(32), expected.manifestHash)) throw new JobError("bad-bytes", "state: of another job");
    const step = input.u64();
    const finished = Array.from({ length: atMost(input.u8(), expected.heads) }, () =>
      flag(input.u8()) ? int32FromBytes(input.fixed(4 * size)) : undefined,
    );
    const solver = flag(input.u8()) ? readSolver(input, size) : undefined;
    input.end();
    return { step, finished, solver };
  });
}

function readSolver(input: ByteReader, size: number): LbfgsState {
  const iteration = input.u32();
  const isStuck = flag(input.u8());
  const [startNorm, value] = numbers(input, 2) as unknown as [number, number];
  const point = numbers(input, size);
  const gradient = numbers(input, size);
  const pairs = Array.from({ length: atMost(input.u8(), MOST_PAIRS) }, () => ({
    s: numbers(input, size),
    y: numbers(input, size),
  }));
  return { iteration, isStuck, startNorm, value, point, gradient, pairs };
}

function numbers(input: ByteReader, count: number): Float64Array {
  const values = float64FromBytes(input.fixed(8 * count));
  if (!values.every(Number.isFinite)) throw new JobError("bad-bytes", "state: a number is not finite");
  return values;
}

function flag(value: number): boolean {
  if (value > 1) throw new JobError("bad-bytes", `state: ${value} where 0 or 1 belongs`);
  return value === 1;
}

function atMost(value: number, most: number): number {
  if (value > most) throw new JobError("bad-bytes", `state: ${value} where at most ${most} belongs`);
  return value;
}
