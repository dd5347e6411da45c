import type { NodeBackend } from "./backend.ts";
import { failed } from "./errors.ts";

/** The height asked for, or `latest`. Throws RpcError as CometBFT does for heights that are not there. */
export function resolveHeight(backend: NodeBackend, asked: number | undefined, latest = backend.height()): number {
  if (asked === undefined) return latest;
  if (asked <= 0) throw failed(`height must be greater than 0, but got ${asked}`);
  if (asked > latest) {
    throw failed(`height ${asked} must be less than or equal to the current blockchain height ${latest}`);
  }
  if (asked < backend.base()) throw failed(`height ${asked} is not available, lowest height is ${backend.base()}`);
  return asked;
}

/** The block that consensus works on, whose validators and parameters are already known. */
export function nextHeight(backend: NodeBackend): number {
  return Math.max(backend.height() + 1, backend.genesis.initialHeight);
}
