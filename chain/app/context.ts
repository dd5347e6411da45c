import { StoreBranch } from "../store/branch.ts";
import { GasKv } from "../store/gas.ts";
import type { KvStore, StoreSet } from "../store/kv.ts";
import type { Timestamp } from "../types/time.ts";
import { type AppEvent, EventLog, type EventSink } from "./events.ts";
import { type GasMeter, unlimitedGas } from "./gas.ts";

/** What the code runs for. `block`: begin and end of block and transaction 0. */
export type ContextMode =
  | "check"
  | "recheck"
  | "simulate"
  | "deliver"
  | "prepare"
  | "process"
  | "query"
  | "genesis"
  | "block";

/** All that a module sees of the world: state, block facts, gas and events. Pure; nothing in it is asynchronous. */
export interface Context {
  readonly chainId: string;
  /** Of the block being executed; of the last committed block in queries and checks. */
  readonly height: number;
  readonly time: Timestamp;
  readonly mode: ContextMode;
  readonly gas: GasMeter;
  readonly events: EventSink;
  /** The branch of a module's store, gas metered. A module opens its own store only. */
  kv(store: string): KvStore;
  /** A nested scope: its writes and events reach this context only by `write`. Gas is shared. */
  branch(): ContextBranch;
}

export interface ContextBranch extends Context {
  /** Passes writes and events on; the branch may go on after it. */
  write(): void;
  /** Forgets the writes and events since the last `write`. */
  discard(): void;
}

/** Facts of a context that its branches share. */
export interface ContextFacts {
  readonly chainId: string;
  readonly height: number;
  readonly time: Timestamp;
  readonly mode: ContextMode;
}

/** A context that the application itself holds: it can open scopes of another mode or gas meter over its writes. */
export interface AppContext extends ContextBranch {
  branch(): AppContext;
  /** A branch under other facts or another meter. */
  scope(change: { readonly mode?: ContextMode; readonly gas?: GasMeter }): AppContext;
  /** What the scope emitted since its last `write`. */
  readonly emitted: readonly AppEvent[];
  /** `emitted`, which the scope then forgets. */
  takeEvents(): readonly AppEvent[];
}

class RootContext implements AppContext {
  readonly chainId: string;
  readonly height: number;
  readonly time: Timestamp;
  readonly mode: ContextMode;
  readonly gas: GasMeter;
  readonly #branch: StoreBranch;
  readonly #parentEvents: EventLog;
  readonly #metered = new Map<string, KvStore>();
  readonly #events = new EventLog();

  constructor(facts: ContextFacts, parent: { stores: StoreSet; gas: GasMeter; events: EventLog }) {
    this.chainId = facts.chainId;
    this.height = facts.height;
    this.time = facts.time;
    this.mode = facts.mode;
    this.gas = parent.gas;
    this.#branch = new StoreBranch(parent.stores);
    this.#parentEvents = parent.events;
  }

  get events(): EventSink {
    return this.#events;
  }

  kv(name: string): KvStore {
    let store = this.#metered.get(name);
    if (!store) {
      store = new GasKv(this.#branch.store(name), this.gas);
      this.#metered.set(name, store);
    }
    return store;
  }

  get emitted(): readonly AppEvent[] {
    return this.#events.events;
  }

  takeEvents(): readonly AppEvent[] {
    return this.#events.take();
  }

  branch(): AppContext {
    return this.scope({});
  }

  scope(change: { readonly mode?: ContextMode; readonly gas?: GasMeter }): AppContext {
    const facts = { chainId: this.chainId, height: this.height, time: this.time, mode: change.mode ?? this.mode };
    return new RootContext(facts, { stores: this.#branch, gas: change.gas ?? this.gas, events: this.#events });
  }

  write(): void {
    this.#branch.write();
    this.#parentEvents.append(this.#events.take());
  }

  discard(): void {
    this.#branch.discard();
    this.#events.take();
  }
}

/**
 * A context whose writes reach `stores`, and whose events reach `events`, by `write` only. Gas counts without limit
 * unless a meter is given.
 */
export function createContext(
  facts: ContextFacts,
  ports: { readonly stores: StoreSet; readonly gas?: GasMeter; readonly events?: EventLog },
): AppContext {
  return new RootContext(facts, {
    stores: ports.stores,
    gas: ports.gas ?? unlimitedGas(),
    events: ports.events ?? new EventLog(),
  });
}
