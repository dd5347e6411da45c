import { DecoderError } from "./errors.ts";

/** A stretch of one item that is trained on at once. */
export interface TokenWindow {
  /** Position of the item. */
  readonly item: number;
  readonly tokens: readonly number[];
  /** targets[t] follows tokens[t]. */
  readonly targets: readonly number[];
}

/** Windows as the loss head takes them, row-major [windows, length]. */
export interface WindowBatch {
  readonly length: number;
  readonly tokens: BigInt64Array;
  readonly targets: BigInt64Array;
  /** 1 where there is a target, 0 on padding. */
  readonly mask: Float64Array;
}

/**
 * Cuts items into windows of at most `context` tokens, one after the other, without overlap. Every item is followed by
 * `end`; its first token is predicted from `end` too, so that texts can be written from nothing.
 * Throws DecoderError bad-corpus when there is nothing to predict.
 */
export function windowsOf(
  items: readonly (readonly number[])[],
  { context, end }: { readonly context: number; readonly end: number },
): TokenWindow[] {
  const windows: TokenWindow[] = [];
  for (const [item, ids] of items.entries()) {
    if (ids.length === 0) continue;
    const stream = [end, ...ids, end];
    for (let at = 0; at + 1 < stream.length; at += context) {
      const targets = stream.slice(at + 1, at + 1 + context);
      windows.push({ item, tokens: stream.slice(at, at + targets.length), targets });
    }
  }
  if (windows.length === 0) throw new DecoderError("bad-corpus", "the texts have no tokens");
  return windows;
}

/** Pads windows to one length, the longest of them by default. */
export function batchOf(windows: readonly TokenWindow[], length = longest(windows)): WindowBatch {
  const size = windows.length * length;
  const batch = {
    length,
    tokens: new BigInt64Array(size),
    targets: new BigInt64Array(size),
    mask: new Float64Array(size),
  };
  for (const [row, { tokens, targets }] of windows.entries()) {
    for (let t = 0; t < targets.length; t++) {
      const at = row * length + t;
      batch.tokens[at] = BigInt(tokens[t]!);
      batch.targets[at] = BigInt(targets[t]!);
      batch.mask[at] = 1;
    }
  }
  return batch;
}

function longest(windows: readonly TokenWindow[]): number {
  return windows.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
}
