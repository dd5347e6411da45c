import { RequestCheckTx, type RequestQuery, ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import { decodeCommit } from "../chain/codec/commit.ts";
import { decodeBlock } from "../chain/types/block.ts";
import type { GenesisDoc } from "../chain/types/genesis.ts";
import { decodeConsensusParams } from "../chain/types/params.ts";
import { ValidatorSet } from "../chain/types/validator-set.ts";
import type { AppClient } from "./app/client.ts";
import type { AttestationPort } from "./attest/port.ts";
import type { BlobHttp } from "./blobs/index.ts";
import { blockIdFromMeta, type CommittedBlock, type Executor } from "./chain/executor.ts";
import type { ConsensusService } from "./consensus/service.ts";
import type { LevelBlocks } from "./disk/level-blocks.ts";
import type { ValidatorKey } from "./keys/validator-key.ts";
import type { MempoolService } from "./mempool/service.ts";
import type { Network } from "./p2p/index.ts";
import type { CommittedEvent, NodeBackend, NodeStatus } from "./rpc/backend.ts";
import type { BlockSync } from "./sync/block-sync.ts";

export interface BackendParts {
  readonly genesis: GenesisDoc;
  readonly moniker: string;
  readonly app: AppClient;
  readonly blocks: LevelBlocks;
  readonly executor: Executor;
  readonly mempool: MempoolService;
  readonly network: Network;
  readonly consensus: ConsensusService;
  readonly sync: BlockSync;
  readonly attest: AttestationPort;
  readonly blobs: BlobHttp;
  readonly key: ValidatorKey | undefined;
}

/** The node as its RPC servers see it. */
export class Backend implements NodeBackend {
  readonly #parts: BackendParts;
  readonly #listeners = new Set<(event: CommittedEvent) => void>();

  constructor(parts: BackendParts) {
    this.#parts = parts;
  }

  get chainId(): string {
    return this.#parts.genesis.chainId;
  }

  get genesis(): GenesisDoc {
    return this.#parts.genesis;
  }

  get nodeId(): string {
    return this.#parts.network.host.peerId;
  }

  get moniker(): string {
    return this.#parts.moniker;
  }

  get listenAddress(): string {
    return this.#parts.network.host.addrs[0] ?? "";
  }

  get blobs(): BlobHttp {
    return this.#parts.blobs;
  }

  status(): NodeStatus {
    const { executor, blocks, consensus, sync, key } = this.#parts;
    const { state } = executor;
    const started = state.lastHeight >= state.initialHeight;
    return {
      height: started ? state.lastHeight : 0,
      blockHash: state.lastBlockId.hash,
      appHash: state.appHash,
      time: state.lastTime,
      earliestHeight: blocks.base(),
      catchingUp: sync.catchingUp || consensus.behind() > 1,
      validator: key && {
        address: key.address,
        pubKey: key.pubKey,
        power: state.validators.get(state.validators.indexOf(key.address))?.power ?? 0,
      },
    };
  }

  base(): number {
    return this.#parts.blocks.base();
  }

  height(): number {
    return this.status().height;
  }

  async block(height: number) {
    const { blocks } = this.#parts;
    const [bytes, meta] = await Promise.all([blocks.loadBlock(height), blocks.loadMeta(height)]);
    if (!bytes || !meta || height > this.height()) return undefined;
    return { block: decodeBlock(bytes), blockId: blockIdFromMeta(meta), bytes: bytes.length };
  }

  heightOf(blockHash: Uint8Array): Promise<number | undefined> {
    return this.#parts.blocks.heightOf(blockHash);
  }

  async commit(height: number) {
    const next = await this.block(height + 1);
    if (next?.block.lastCommit) return { commit: next.block.lastCommit, canonical: true };
    const seen = await this.#parts.blocks.loadSeenCommit(height);
    return seen && { commit: decodeCommit(seen), canonical: false };
  }

  async finalizeResponse(height: number): Promise<ResponseFinalizeBlock | undefined> {
    const bytes = height <= this.height() ? await this.#parts.blocks.loadResponse(height) : undefined;
    return bytes && ResponseFinalizeBlock.decode(bytes);
  }

  async validators(height: number): Promise<ValidatorSet | undefined> {
    const bytes = await this.#parts.blocks.loadValidators(height);
    return bytes && ValidatorSet.decode(bytes);
  }

  async consensusParams(height: number) {
    const bytes = await this.#parts.blocks.loadParams(height);
    return bytes && decodeConsensusParams(bytes);
  }

  query(request: RequestQuery) {
    return this.#parts.app.query(request);
  }

  addTx(tx: Uint8Array) {
    return this.#parts.mempool.add(tx);
  }

  checkTx(tx: Uint8Array) {
    return this.#parts.app.checkTx(RequestCheckTx.fromPartial({ tx }));
  }

  mempool() {
    const { mempool } = this.#parts;
    return { count: mempool.count, bytes: mempool.bytes, txs: (limit: number) => mempool.list(limit) };
  }

  peers() {
    return this.#parts.network.host.snapshot();
  }

  consensusState() {
    return this.#parts.consensus.describe();
  }

  onBlock(listener: (event: CommittedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async submitOpening(envelope: Uint8Array): Promise<{ readonly accepted: boolean; readonly reason: string }> {
    const verdict = await this.#parts.attest.onOpening(envelope);
    if (verdict.action === "accept") this.#parts.network.openings.publish(envelope);
    return verdict.action === "accept" ? { accepted: true, reason: "" } : { accepted: false, reason: verdict.code };
  }

  /** The driver applied a block. */
  announce({ block, blockId, response }: CommittedBlock): void {
    for (const listener of this.#listeners) listener({ block, blockId, response });
  }
}
