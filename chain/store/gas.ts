import type { KvEntry, KvStore } from "./kv.ts";

/** Where gas is charged; `consume` throws the application's out-of-gas error. */
export interface GasSink {
  consume(amount: number, what: string): void;
}

/** Prices of store access, in gas. */
export interface KvGasCosts {
  readonly has: number;
  readonly delete: number;
  readonly readFlat: number;
  readonly readPerByte: number;
  readonly writeFlat: number;
  readonly writePerByte: number;
  readonly iterateNextFlat: number;
}

/** The table of the Cosmos SDK (store/types/gas.go, `KVGasConfig`), so that wallets' gas habits hold. */
export const KV_GAS_COSTS: KvGasCosts = {
  has: 1_000,
  delete: 1_000,
  readFlat: 1_000,
  readPerByte: 3,
  writeFlat: 2_000,
  writePerByte: 30,
  iterateNextFlat: 30,
};

/** Charges `meter` for every access before the access is of any use to the caller. */
export class GasKv implements KvStore {
  readonly #parent: KvStore;
  readonly #meter: GasSink;
  readonly #costs: KvGasCosts;

  constructor(parent: KvStore, meter: GasSink, costs: KvGasCosts = KV_GAS_COSTS) {
    this.#parent = parent;
    this.#meter = meter;
    this.#costs = costs;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#meter.consume(this.#costs.readFlat, "ReadFlat");
    const value = this.#parent.get(key);
    this.#meter.consume(this.#costs.readPerByte * (key.length + (value?.length ?? 0)), "ReadPerByte");
    return value;
  }

  has(key: Uint8Array): boolean {
    this.#meter.consume(this.#costs.has, "Has");
    return this.#parent.has(key);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#meter.consume(this.#costs.writeFlat, "WriteFlat");
    this.#meter.consume(this.#costs.writePerByte * (key.length + value.length), "WritePerByte");
    this.#parent.set(key, value);
  }

  delete(key: Uint8Array): void {
    this.#meter.consume(this.#costs.delete, "Delete");
    this.#parent.delete(key);
  }

  iterate(start?: Uint8Array, end?: Uint8Array, reverse?: boolean): Iterable<KvEntry> {
    return this.#charge(this.#parent.iterate(start, end, reverse));
  }

  /** As in the SDK, the seek pays for the first entry and each step pays for the entry that it leaves. */
  *#charge(entries: Iterable<KvEntry>): Generator<KvEntry> {
    const iterator = entries[Symbol.iterator]();
    let entry = iterator.next();
    this.#consumeSeek(entry.done ? undefined : entry.value);
    while (!entry.done) {
      yield entry.value;
      this.#consumeSeek(entry.value);
      entry = iterator.next();
    }
  }

  #consumeSeek(entry: KvEntry | undefined): void {
    if (entry) this.#meter.consume(this.#costs.readPerByte * (entry[0].length + entry[1].length), "ValuePerByte");
    this.#meter.consume(this.#costs.iterateNextFlat, "IterNextFlat");
  }
}
