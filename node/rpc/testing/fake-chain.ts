import {
  type Event,
  type ExecTxResult,
  type RequestQuery,
  ResponseCheckTx,
  ResponseFinalizeBlock,
  ResponseQuery,
} from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../../../chain/crypto/bytes.ts";
import { EMPTY_HASH, sha256 } from "../../../chain/crypto/hash.ts";
import { type ChainState, genesisState } from "../../../chain/execution/chain-state.ts";
import { makeBlock, packBlock } from "../../../chain/execution/make-block.ts";
import { nextState } from "../../../chain/execution/next-state.ts";
import { type Commit, toCommit } from "../../../chain/types/commit.ts";
import type { GenesisDoc } from "../../../chain/types/genesis.ts";
import { DEFAULT_CONSENSUS_PARAMS } from "../../../chain/types/params.ts";
import { CHAIN_ID, extendedCommitOf, TIME, validatorsOf } from "../../../chain/types/testing/fixtures.ts";
import type { ValidatorSet } from "../../../chain/types/validator-set.ts";
import type { BlobHttp, BlobHttpRequest } from "../../blobs/index.ts";
import type { CommittedEvent, NodeBackend, NodeStatus } from "../backend.ts";

/** What the application would answer for a transaction. */
export type Execute = (tx: Uint8Array, index: number) => Partial<ExecTxResult>;

interface Stored extends CommittedEvent {
  readonly bytes: number;
  readonly seen: Commit;
  readonly validators: ValidatorSet;
}

export const event = (type: string, attributes: Readonly<Record<string, string>>, index = true): Event => ({
  type,
  attributes: Object.entries(attributes).map(([key, value]) => ({ key, value, index })),
});

/** A transaction that CheckTx refuses. */
export const REFUSED_TX = new TextEncoder().encode("refused");

/** A chain of real signed blocks in memory, made one by one by {@link produce}. Its application is a stub. */
export class FakeChain implements NodeBackend {
  readonly chainId = CHAIN_ID;
  readonly nodeId = "12D3KooWRBy97UB99e3J6hiPesre1MZeuNQvfan4gBziswrRJsNK";
  readonly moniker = "fake";
  readonly listenAddress = "/ip4/127.0.0.1/tcp/26656";
  readonly genesis: GenesisDoc;
  readonly blobRequests: BlobHttpRequest[] = [];
  readonly openings: Uint8Array[] = [];
  readonly queries: RequestQuery[] = [];
  /** Answers `query`; replace it in a test. */
  onQuery: (request: RequestQuery) => Partial<ResponseQuery> = () => ({});
  execute: Execute = (tx) => ({ events: [event("message", { sender: "open1sender", tx: toHex(tx) })] });
  /** Validator and parameter updates of the next blocks. */
  updates: Partial<Pick<ResponseFinalizeBlock, "validatorUpdates" | "consensusParamUpdates">> = {};
  blockEvents: readonly Event[] = [event("epoch", { name: "hour" })];
  readonly #keys = validatorsOf(30, 20, 10);
  readonly #blocks: Stored[] = [];
  readonly #pool: Uint8Array[] = [];
  readonly #listeners = new Set<(event: CommittedEvent) => void>();
  #state: ChainState;

  constructor() {
    const consensusParams = { ...DEFAULT_CONSENSUS_PARAMS, version: { app: 1n } };
    const validators = this.#keys.set.validators.map(({ pubKey, power }, i) => ({ pubKey, power, name: `v${i}` }));
    this.genesis = {
      genesisTime: TIME,
      chainId: CHAIN_ID,
      initialHeight: 1,
      consensusParams,
      validators,
      appHash: new Uint8Array(0),
      appState: { bank: { supply: "100000000000000000000" } },
    };
    const appHash = sha256(new Uint8Array(0));
    const start = { chainId: CHAIN_ID, initialHeight: 1, time: TIME, params: consensusParams, validators, appHash };
    // CometBFT's first header names the root of no results.
    this.#state = { ...genesisState(start), lastResultsHash: EMPTY_HASH };
  }

  /** The next block with what waits in the pool and `txs`, stored and announced. */
  produce(...txs: readonly Uint8Array[]): CommittedEvent {
    const all = [...this.#pool.splice(0), ...txs];
    const state = this.#state;
    const last = this.#blocks.at(-1);
    const proposerAddress = state.validators.proposer().address;
    const block = makeBlock(state, { txs: all, evidence: [], lastCommit: last?.seen, proposerAddress });
    const { blockId, blockBytes } = packBlock(block);
    const height = block.header.height;
    const response = ResponseFinalizeBlock.fromPartial({
      events: [...this.blockEvents],
      txResults: all.map((tx, index) => ({ gasWanted: 100n, gasUsed: 90n, ...this.execute(tx, index) })),
      appHash: sha256(new TextEncoder().encode(String(height))),
      ...this.updates,
    });
    const seen = toCommit(extendedCommitOf({ ...this.#keys, set: state.validators }, { height, blockId }));
    const made = { block, blockId, response, bytes: blockBytes.length, seen, validators: state.validators };
    this.#blocks.push(made);
    this.#state = nextState(state, block, blockId, response);
    for (const listener of this.#listeners) listener(made);
    return made;
  }

  status(): NodeStatus {
    const { pubKey, address, power } = this.#keys.set.validators[0]!;
    const height = this.height();
    return {
      height,
      blockHash: this.#state.lastBlockId.hash,
      appHash: this.#state.appHash,
      time: this.#state.lastTime,
      earliestHeight: this.base(),
      catchingUp: false,
      validator: { pubKey, address, power },
    };
  }

  base(): number {
    return this.#blocks.length > 0 ? 1 : 0;
  }

  height(): number {
    return this.#blocks.length;
  }

  async block(height: number): Promise<Stored | undefined> {
    return this.#blocks[height - 1];
  }

  async heightOf(hash: Uint8Array): Promise<number | undefined> {
    return this.#blocks.find(({ blockId }) => toHex(blockId.hash) === toHex(hash))?.block.header.height;
  }

  async commit(height: number) {
    const next = this.#blocks[height]?.block.lastCommit;
    if (next) return { commit: next, canonical: true };
    const seen = this.#blocks[height - 1]?.seen;
    return seen && { commit: seen, canonical: false };
  }

  async finalizeResponse(height: number): Promise<ResponseFinalizeBlock | undefined> {
    return this.#blocks[height - 1]?.response;
  }

  async validators(height: number): Promise<ValidatorSet | undefined> {
    return this.#blocks[height - 1]?.validators ?? (height === this.height() + 1 ? this.#state.validators : undefined);
  }

  async consensusParams() {
    return this.genesis.consensusParams;
  }

  async query(request: RequestQuery): Promise<ResponseQuery> {
    this.queries.push(request);
    return ResponseQuery.fromPartial({ height: BigInt(this.height()), ...this.onQuery(request) });
  }

  async checkTx(tx: Uint8Array): Promise<ResponseCheckTx> {
    const refused = toHex(tx) === toHex(REFUSED_TX);
    return ResponseCheckTx.fromPartial(refused ? { code: 5, codespace: "sdk", log: "insufficient funds" } : {});
  }

  async addTx(tx: Uint8Array): Promise<ResponseCheckTx> {
    const response = await this.checkTx(tx);
    if (response.code === 0) this.#pool.push(tx);
    return response;
  }

  mempool() {
    const bytes = this.#pool.reduce((sum, tx) => sum + tx.length, 0);
    return { count: this.#pool.length, bytes, txs: (limit: number) => this.#pool.slice(0, limit) };
  }

  peers() {
    return [];
  }

  consensusState() {
    return { height: this.height() + 1, round: 0, step: "propose" };
  }

  onBlock(listener: (event: CommittedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async submitOpening(envelope: Uint8Array) {
    this.openings.push(envelope);
    return envelope[0] === 1 ? { accepted: true, reason: "" } : { accepted: false, reason: "malformed" };
  }

  get blobs(): BlobHttp {
    const handle: BlobHttp["handle"] = async (request) => {
      this.blobRequests.push(request);
      const headers = { "content-type": "application/octet-stream" };
      return { status: request.method === "POST" ? 201 : 200, headers, body: request.body };
    };
    return { handle } as BlobHttp;
  }
}
