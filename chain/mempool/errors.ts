/**
 * Why the mempool took no transaction.
 *
 * - `too_large`: longer than one transaction may be
 * - `known`: in the pool already, or among those recently seen and refused or committed
 * - `full`: the pool has no room; send again when it has drained
 */
export type MempoolErrorCode = "too_large" | "known" | "full";

export class MempoolError extends Error {
  readonly code: MempoolErrorCode;
  constructor(code: MempoolErrorCode, message: string) {
    super(message);
    this.name = "MempoolError";
    this.code = code;
  }
}
