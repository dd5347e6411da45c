import { headerLeaves } from "../codec/header.ts";
import { merkleRoot } from "../crypto/merkle.ts";
import type { BlockId } from "./block-id.ts";
import type { Timestamp } from "./time.ts";

/** Block header; every hash is empty or 32 bytes, except `appHash`, which is the application's own. */
export interface Header {
  readonly version: { readonly block: bigint; readonly app: bigint };
  readonly chainId: string;
  readonly height: number;
  readonly time: Timestamp;
  readonly lastBlockId: BlockId;
  readonly lastCommitHash: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly validatorsHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly consensusHash: Uint8Array;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly evidenceHash: Uint8Array;
  readonly proposerAddress: Uint8Array;
}

/** Block hash: merkle root over the 14 encoded fields. */
export function headerHash(header: Header): Uint8Array {
  return merkleRoot(headerLeaves(header));
}
