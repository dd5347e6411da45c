import { fromHex } from "../../chain/crypto/bytes.ts";
import type { KvEntry } from "../../chain/store/kv.ts";
import type { LevelDisk } from "../disk/level-disk.ts";
import { IndexError } from "./errors.ts";
import {
  BLOCK_EVENTS,
  concat,
  countKey,
  decodeCount,
  decodeEntry,
  decodePosition,
  type EventSpace,
  encodePosition,
  endOf,
  heightOfCountKey,
  keyPrefix,
  type Position,
  startPrefix,
  TX_EVENTS,
  txKey,
  valuePrefix,
} from "./keys.ts";
import { MAX_SCANNED, SCAN_CHUNK } from "./limits.ts";
import { compareDecimal, type Decimal, decimalText, wholeDecimal } from "./query/decimal.ts";
import { valueMatches } from "./query/match.ts";
import type { Condition, Query } from "./query/parse.ts";

/** Heights from `low` to `high`, both included. */
interface Heights {
  low: number;
  high: number;
}

/** Positions as single numbers: a block holds fewer than 2^20 transactions, so that heights up to 2^33 are exact. */
const INDEX_SPAN = 2 ** 20;

/** Searches one index; counts what it reads and refuses to go on without end. */
export class Search {
  readonly #disk: LevelDisk;
  readonly #heights: Heights;
  #read = 0;

  /** `latest`: the height that the index has reached. */
  constructor(disk: LevelDisk, latest: number) {
    this.#disk = disk;
    this.#heights = { low: 0, high: latest };
  }

  /** Transactions for which all conditions hold, in block order. Throws IndexError `too_broad`. */
  async txs(query: Query): Promise<Position[]> {
    const rest = this.#bound(query, "tx.height");
    const hashes = rest.filter(({ key }) => key === "tx.hash");
    const events = rest.filter(({ key }) => key !== "tx.hash");
    const sets: Set<number>[] = [];
    for (const condition of hashes) sets.push(await this.#byHash(condition));
    for (const condition of narrowFirst(events)) {
      if (sets.some(({ size }) => size === 0)) return [];
      sets.push(await this.#byEvent(TX_EVENTS, condition));
    }
    return positions(sets.length > 0 ? sets : [await this.#all((count) => count)]);
  }

  /** Heights of blocks for which all conditions hold, ascending. Throws IndexError `too_broad`. */
  async blocks(query: Query): Promise<number[]> {
    const sets: Set<number>[] = [];
    for (const condition of narrowFirst(this.#bound(query, "block.height"))) {
      sets.push(await this.#byEvent(BLOCK_EVENTS, condition));
    }
    return positions(sets.length > 0 ? sets : [await this.#all(() => 1)]).map(({ height }) => height);
  }

  /** Narrows the heights by the conditions on `key`, and gives the other conditions. */
  #bound(query: Query, key: string): Condition[] {
    for (const condition of query) if (condition.key === key) narrow(this.#heights, condition);
    return query.filter((condition) => condition.key !== key);
  }

  async #byHash(condition: Condition): Promise<Set<number>> {
    if (condition.op === "exists") return this.#all((count) => count);
    if (condition.op !== "text") {
      throw new IndexError("bad_query", "failed to parse query: tx.hash is compared as tx.hash='64 hex digits'");
    }
    if (!/^[0-9a-fA-F]{64}$/.test(condition.text)) return new Set();
    const stored = await this.#disk.get(txKey(fromHex(condition.text.toLowerCase())));
    const position = stored && decodePosition(stored);
    return new Set(position && this.#within(position) ? [pack(position)] : []);
  }

  async #byEvent(space: EventSpace, condition: Condition): Promise<Set<number>> {
    const found = new Set<number>();
    const prefixBytes = keyPrefix(space, condition.key).length;
    for await (const entry of this.#entries(...this.#range(space, condition))) {
      const { value, position } = decodeEntry(entry, prefixBytes);
      if (this.#within(position) && valueMatches(condition, value)) found.add(pack(position));
    }
    return found;
  }

  #range(space: EventSpace, condition: Condition): [Uint8Array, Uint8Array] {
    const { low, high } = this.#heights;
    if (condition.op === "text") {
      const prefix = valuePrefix(space, condition.key, condition.text);
      const at = (height: number) => concat(prefix, encodePosition({ height, index: 0 }));
      return [at(low), at(Math.max(low, high + 1))];
    }
    const prefix =
      condition.op === "number"
        ? startPrefix(space, condition.key, decimalText(condition.number))
        : keyPrefix(space, condition.key);
    return [prefix, endOf(prefix)];
  }

  /** Every position in the heights, `size` of them a block. */
  async #all(size: (txs: number) => number): Promise<Set<number>> {
    const found = new Set<number>();
    const { low, high } = this.#heights;
    for await (const { key, value } of this.#entries(countKey(low), countKey(Math.max(low, high + 1)))) {
      const height = heightOfCountKey(key);
      const count = size(decodeCount(value));
      this.#spend(count);
      for (let index = 0; index < count; index++) found.add(pack({ height, index }));
    }
    return found;
  }

  async *#entries(start: Uint8Array, end: Uint8Array): AsyncGenerator<{ key: Uint8Array; value: Uint8Array }> {
    for (let from = start; ; ) {
      const chunk: readonly KvEntry[] = await this.#disk.read({ start: from, end, limit: SCAN_CHUNK });
      this.#spend(chunk.length);
      for (const [key, value] of chunk) yield { key, value };
      const last = chunk.at(-1);
      if (chunk.length < SCAN_CHUNK || !last) return;
      from = concat(last[0], Uint8Array.of(0));
    }
  }

  #spend(entries: number): void {
    this.#read += entries;
    if (this.#read > MAX_SCANNED) {
      throw new IndexError(
        "too_broad",
        `the query reads more than ${MAX_SCANNED} entries; narrow it with AND tx.height >= N AND tx.height < M (block.height for blocks)`,
      );
    }
  }

  #within({ height }: Position): boolean {
    return height >= this.#heights.low && height <= this.#heights.high;
  }
}

/** Exact values first: they read only what they find. */
function narrowFirst(conditions: readonly Condition[]): Condition[] {
  const rank = ({ op }: Condition) => (op === "text" ? 0 : op === "number" ? 1 : 2);
  return [...conditions].sort((a, b) => rank(a) - rank(b));
}

/** Applies a condition on the height: an exclusive or fractional bound becomes the nearest height inside it. */
function narrow(heights: Heights, condition: Condition): void {
  if (condition.op === "exists") return;
  const number = condition.op === "text" ? wholeDecimal(condition.text) : numberOf(condition);
  if (!number) {
    throw new IndexError("bad_query", `failed to parse query: ${condition.key} is compared with a number`);
  }
  const below = clamp(floor(number));
  const exact = compareDecimal(number, { digits: BigInt(below), scale: 0 }) === 0;
  switch (condition.op) {
    case "text":
    case "number":
      heights.low = Math.max(heights.low, exact ? below : Number.MAX_SAFE_INTEGER - 1);
      heights.high = Math.min(heights.high, exact ? below : -1);
      break;
    case "<":
      heights.high = Math.min(heights.high, exact ? below - 1 : below);
      break;
    case "<=":
      heights.high = Math.min(heights.high, below);
      break;
    case ">":
      heights.low = Math.max(heights.low, below + 1);
      break;
    case ">=":
      heights.low = Math.max(heights.low, exact ? below : below + 1);
  }
}

function numberOf(condition: Condition): Decimal | undefined {
  return "number" in condition ? condition.number : undefined;
}

function floor({ digits, scale }: Decimal): bigint {
  const unit = 10n ** BigInt(scale);
  return digits >= 0n ? digits / unit : -((-digits + unit - 1n) / unit);
}

/** Heights beyond any chain's are all the same to a comparison. */
function clamp(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER - 2);
  return Number(value < -1n ? -1n : value > limit ? limit : value);
}

function pack({ height, index }: Position): number {
  return height * INDEX_SPAN + index;
}

function positions(sets: readonly Set<number>[]): Position[] {
  const [first, ...others] = [...sets].sort((a, b) => a.size - b.size) as [Set<number>, ...Set<number>[]];
  return [...first]
    .filter((packed) => others.every((set) => set.has(packed)))
    .sort((a, b) => a - b)
    .map((packed) => ({ height: Math.floor(packed / INDEX_SPAN), index: packed % INDEX_SPAN }));
}
