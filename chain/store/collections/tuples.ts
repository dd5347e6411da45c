import { concatBytes } from "../../crypto/hash.ts";
import { badKey, type KeyCodec } from "./codec.ts";

/** Key of two parts, ordered by the first, then the second. `prefix(a)` selects all keys of one first part. */
export interface PairCodec<A, B> extends KeyCodec<readonly [A, B]> {
  prefix(first: A): Uint8Array;
}

/** Key of three parts. `prefix(a)` or `prefix(a, b)` selects by the leading parts. */
export interface TripleCodec<A, B, C> extends KeyCodec<readonly [A, B, C]> {
  prefix(first: A, second?: B): Uint8Array;
}

/** Throws `bad_key` when a terminal codec stands before the last position. */
export function pair<A, B>(first: KeyCodec<A>, second: KeyCodec<B>): PairCodec<A, B> {
  assertInner(first);
  return {
    terminal: second.terminal,
    encode: ([a, b]) => concatBytes(first.encode(a), second.encode(b)),
    decode(bytes, at) {
      const [a, middle] = first.decode(bytes, at);
      const [b, next] = second.decode(bytes, middle);
      return [[a, b], next];
    },
    prefix: (a) => first.encode(a),
  };
}

/** Throws `bad_key` when a terminal codec stands before the last position. */
export function triple<A, B, C>(first: KeyCodec<A>, second: KeyCodec<B>, third: KeyCodec<C>): TripleCodec<A, B, C> {
  assertInner(first);
  assertInner(second);
  return {
    terminal: third.terminal,
    encode: ([a, b, c]) => concatBytes(first.encode(a), second.encode(b), third.encode(c)),
    decode(bytes, at) {
      const [a, afterFirst] = first.decode(bytes, at);
      const [b, afterSecond] = second.decode(bytes, afterFirst);
      const [c, next] = third.decode(bytes, afterSecond);
      return [[a, b, c], next];
    },
    prefix: (a, b) => (b === undefined ? first.encode(a) : concatBytes(first.encode(a), second.encode(b))),
  };
}

function assertInner<K>(codec: KeyCodec<K>): void {
  if (codec.terminal) throw badKey("a codec that reads to the end of the key stands in the last position only");
}
