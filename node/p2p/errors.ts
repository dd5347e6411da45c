/**
 * Why a network operation failed.
 *
 * - `port-in-use`: another process listens on the address
 * - `listen-failed`: the address can't be listened on for another reason
 * - `bad-address`: a listen or peer address does not parse, or lacks a peer id
 * - `bad-option`: an option is out of its range
 * - `not-connected`: no connection to the peer
 * - `dial-failed`: the peer could not be reached
 * - `unsupported-protocol`: the peer does not speak the protocol (another chain, or another program)
 * - `wrong-chain`: the peer is on another chain or another genesis
 * - `frame-too-large`, `frame-malformed`: a frame broke its limits
 * - `message-too-large`: own message is over the limit and was not sent
 * - `timeout`: the peer did not answer in time
 * - `busy`: the peer, or this node's own limit, refuses more requests now
 * - `refused`: the peer's handler refused the request
 * - `bad-response`: the peer's answer does not decode or breaks the protocol
 * - `closed`: the stream, host or component was closed
 */
export type P2pErrorCode =
  | "port-in-use"
  | "listen-failed"
  | "bad-address"
  | "bad-option"
  | "not-connected"
  | "dial-failed"
  | "unsupported-protocol"
  | "wrong-chain"
  | "frame-too-large"
  | "frame-malformed"
  | "message-too-large"
  | "timeout"
  | "busy"
  | "refused"
  | "bad-response"
  | "closed";

export interface P2pErrorDetails {
  readonly peer?: string;
  /** What a person can do about it. */
  readonly nextStep?: string;
  readonly cause?: unknown;
}

/** Every operating error of the network layer. */
export class P2pError extends Error {
  override readonly name = "P2pError";
  readonly code: P2pErrorCode;
  readonly peer: string | undefined;
  readonly nextStep: string | undefined;

  constructor(code: P2pErrorCode, message: string, details: P2pErrorDetails = {}) {
    super(details.nextStep ? `${message}. ${details.nextStep}` : message, { cause: details.cause });
    this.code = code;
    this.peer = details.peer;
    this.nextStep = details.nextStep;
  }
}

/** The message of anything thrown, for logs. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
