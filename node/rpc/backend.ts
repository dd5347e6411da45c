import type {
  RequestQuery,
  ResponseCheckTx,
  ResponseFinalizeBlock,
  ResponseQuery,
} from "cosmjs-types/tendermint/abci/types";
import type { Block } from "../../chain/types/block.ts";
import type { BlockId } from "../../chain/types/block-id.ts";
import type { Commit } from "../../chain/types/commit.ts";
import type { GenesisDoc } from "../../chain/types/genesis.ts";
import type { ConsensusParams } from "../../chain/types/params.ts";
import type { Timestamp } from "../../chain/types/time.ts";
import type { ValidatorSet } from "../../chain/types/validator-set.ts";
import type { BlobHttp } from "../blobs/index.ts";
import type { PeerSnapshot } from "../p2p/index.ts";

export interface NodeStatus {
  /** 0 before the first block; then the hashes are empty. */
  readonly height: number;
  readonly blockHash: Uint8Array;
  /** Application hash after `height`. */
  readonly appHash: Uint8Array;
  readonly time: Timestamp;
  readonly earliestHeight: number;
  readonly catchingUp: boolean;
  /** The own key, whether or not it is in the set; power 0 outside. */
  readonly validator: { readonly address: Uint8Array; readonly pubKey: Uint8Array; readonly power: number } | undefined;
}

export interface CommittedEvent {
  readonly block: Block;
  readonly blockId: BlockId;
  readonly response: ResponseFinalizeBlock;
}

/** What the RPC servers need of a node, and nothing else. */
export interface NodeBackend {
  readonly chainId: string;
  readonly genesis: GenesisDoc;
  /** libp2p peer id. */
  readonly nodeId: string;
  readonly moniker: string;
  readonly listenAddress: string;
  status(): NodeStatus;
  /** Lowest and highest stored block; 0 before the first. */
  base(): number;
  height(): number;
  block(
    height: number,
  ): Promise<{ readonly block: Block; readonly blockId: BlockId; readonly bytes: number } | undefined>;
  heightOf(blockHash: Uint8Array): Promise<number | undefined>;
  /** The commit of a block: canonical from the next block, or the one seen when it is the last. */
  commit(height: number): Promise<{ readonly commit: Commit; readonly canonical: boolean } | undefined>;
  finalizeResponse(height: number): Promise<ResponseFinalizeBlock | undefined>;
  /** The set that signs `height`; known up to two heights ahead. */
  validators(height: number): Promise<ValidatorSet | undefined>;
  consensusParams(height: number): Promise<ConsensusParams | undefined>;
  query(request: RequestQuery): Promise<ResponseQuery>;
  /** CheckTx, then mempool and gossip. */
  addTx(tx: Uint8Array): Promise<ResponseCheckTx>;
  /** CheckTx alone. */
  checkTx(tx: Uint8Array): Promise<ResponseCheckTx>;
  mempool(): { readonly count: number; readonly bytes: number; txs(limit: number): readonly Uint8Array[] };
  peers(): readonly PeerSnapshot[];
  consensusState(): { readonly height: number; readonly round: number; readonly step: string };
  /** After each applied block; returns the end of the subscription. */
  onBlock(listener: (event: CommittedEvent) => void): () => void;
  /** An encoded OpeningEnvelope from a host or validator: checked, pooled, gossiped. */
  submitOpening(envelope: Uint8Array): Promise<{ readonly accepted: boolean; readonly reason: string }>;
  readonly blobs: BlobHttp;
}
