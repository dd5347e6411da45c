/**
 * - `empty_key`, `key_too_long`, `value_too_long`: a write outside the limits of `limits.ts`
 * - `read_only`: a write to a committed version
 * - `not_found`: `require` on an absent key
 * - `bad_key`, `bad_value`: bytes that a codec did not write, or a value that it cannot write
 * - `pruned`: the version is older than the retained ones
 * - `unknown_version`: the version was never committed here
 * - `unknown_store`: no store of that name
 * - `corrupt`: the disk's records contradict each other; the node must stop
 * - `gap`: a block that does not follow the last one, or a range that the block store does not hold
 * - `unprovable`: ICS-23 has no proof for it: an empty store, an empty value, or absence beside an empty value
 * - `bad_proof`: a proof that does not prove what it should
 * - `nothing_to_roll_back`: no retained checkpoint covers the asked version
 */
export type StoreErrorCode =
  | "empty_key"
  | "key_too_long"
  | "value_too_long"
  | "read_only"
  | "not_found"
  | "bad_key"
  | "bad_value"
  | "pruned"
  | "unknown_version"
  | "unknown_store"
  | "corrupt"
  | "gap"
  | "unprovable"
  | "bad_proof"
  | "nothing_to_roll_back";

/** Every operating error of `chain/store`; `code` is stable, the message is for people. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(`store: ${message}`);
    this.name = "StoreError";
    this.code = code;
  }
}
