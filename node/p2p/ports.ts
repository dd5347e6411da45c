/** Text form of a libp2p peer id (`12D3Koo...`). */
export type PeerId = string;

/** Structured log, the shape of pino's. */
export interface NodeLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Monotonic time in milliseconds. */
export type NowMs = () => number;

export const SILENT_LOG: NodeLog = { debug() {}, info() {}, warn() {}, error() {} };

/** Undoes a subscription. */
export type Unsubscribe = () => void;

/** A set of listeners in the order of their registration. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #listeners = new Set<(...args: Args) => void>();

  add(listener: (...args: Args) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(...args: Args): void {
    for (const listener of this.#listeners) listener(...args);
  }
}
