import type { Commit } from "./commit.ts";
import type { Header } from "./header.ts";

/** A block: header, transactions, encoded tendermint.types.Evidence messages, and the commit of the block before. */
export interface Block {
  readonly header: Header;
  readonly txs: readonly Uint8Array[];
  readonly evidence: readonly Uint8Array[];
  /** undefined only in the first block. */
  readonly lastCommit: Commit | undefined;
}
