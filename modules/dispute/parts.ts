import type { Claim, ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import type { DisputeKeeper } from "./keeper.ts";
import type { DisputeNeeds } from "./needs.ts";
import type { DisputeOutcomeHandler, Disputes } from "./types.ts";

/** What every rule of this module works with. */
export interface DisputeParts {
  readonly keeper: DisputeKeeper;
  readonly needs: DisputeNeeds;
  readonly handlers: Handlers;
}

/** Modules whose claims can be disputed, by kind, or by kind and algorithm. */
export class Handlers implements Disputes {
  readonly #handlers = new Map<string, DisputeOutcomeHandler>();

  register(kind: ClaimKind, handler: DisputeOutcomeHandler, algorithm?: string): void {
    const key = keyOf(kind, algorithm);
    if (this.#handlers.has(key)) throw new TypeError(`disputes about claims of kind ${key} have a handler already`);
    this.#handlers.set(key, handler);
  }

  of({ kind, algorithm }: Pick<Claim, "kind" | "algorithm">): DisputeOutcomeHandler | undefined {
    return this.#handlers.get(keyOf(kind, algorithm)) ?? this.#handlers.get(keyOf(kind));
  }
}

function keyOf(kind: ClaimKind, algorithm?: string): string {
  return algorithm === undefined ? String(kind) : `${kind}/${algorithm}`;
}
