/**
 * Why a node does not start, or stops.
 *
 * - `bad_config`: config.json does not parse or breaks a rule
 * - `bad_genesis`: genesis.json is missing, malformed, or another than the one the data was made with
 * - `bad_key`: a key file is missing or malformed
 * - `home_in_use`: another process runs on this home
 * - `port_in_use`: a listen address is taken
 * - `sign_state`: signing state missing or behind the chain: signing could contradict an earlier vote
 * - `corrupt`: data on disk fails its checks
 * - `app_hash`: replay or a decided block gave another application hash
 * - `internal`: a broken invariant; the node stops rather than go on
 */
export type NodeErrorCode =
  | "bad_config"
  | "bad_genesis"
  | "bad_key"
  | "home_in_use"
  | "port_in_use"
  | "sign_state"
  | "corrupt"
  | "app_hash"
  | "internal";

/** Exit codes of `openledgerd`; stable, documented in the README. */
export const EXIT_CODES: Readonly<Record<NodeErrorCode, number>> = {
  bad_config: 3,
  bad_genesis: 3,
  bad_key: 3,
  home_in_use: 4,
  port_in_use: 4,
  sign_state: 5,
  corrupt: 6,
  app_hash: 6,
  internal: 1,
};

export class NodeError extends Error {
  readonly code: NodeErrorCode;
  /** What to do next, one sentence. */
  readonly hint: string;
  constructor(code: NodeErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NodeError";
    this.code = code;
    this.hint = hint;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}
