import {
  CheckTxType,
  ResponseProcessProposal_ProposalStatus as ProposalStatus,
  type RequestCheckTx,
  type RequestFinalizeBlock,
  type RequestInfo,
  type RequestInitChain,
  type RequestPrepareProposal,
  type RequestProcessProposal,
  type RequestQuery,
  type RequestVerifyVoteExtension,
  type ResponseCheckTx,
  ResponseFinalizeBlock,
  type ResponseInfo,
  ResponseInitChain,
  type ResponsePrepareProposal,
  type ResponseProcessProposal,
  type ResponseQuery,
  type ResponseVerifyVoteExtension,
  ResponseVerifyVoteExtension_VerifyStatus as VerifyStatus,
} from "cosmjs-types/tendermint/abci/types";
import { ConsensusParams as WireParams } from "cosmjs-types/tendermint/types/params";
import { type Log, SILENT_LOG } from "../ports.ts";
import type { StoreBranch } from "../store/branch.ts";
import { readOnly, type StoreSet } from "../store/kv.ts";
import type { MultiStore } from "../store/multistore.ts";
import {
  type ConsensusParams,
  DEFAULT_CONSENSUS_PARAMS,
  decodeConsensusParams,
  validateParams,
} from "../types/params.ts";
import type { Timestamp } from "../types/time.ts";
import { fromCommitInfo, fromExtendedCommitInfo, toCheckTx, toEvents, toTxResult, toValidatorUpdates } from "./abci.ts";
import type { GasPrice } from "./ante/fee.ts";
import type { AnteNeeds } from "./ante/needs.ts";
import { VerifiedSet } from "./ante/verified-set.ts";
import { APP_STORE, readParams, readTime, writeTime } from "./app-store.ts";
import { type Application, BoundaryError, type CommitWrites, type ExportedState } from "./boundary.ts";
import { type AppContext, type ContextMode, createContext } from "./context.ts";
import { toAppError } from "./errors.ts";
import { executeBlock } from "./finalize.ts";
import { genesisError } from "./genesis-json.ts";
import { CHAIN_STATE, initGenesis } from "./init-chain.ts";
import type { InjectedTx } from "./injected.ts";
import { InvariantBroken } from "./invariant.ts";
import type { Module } from "./module.ts";
import type { ChainOptions } from "./options.ts";
import { buildProposal, checkProposal, type ProposalOptions } from "./proposals.ts";
import { answerQuery } from "./query.ts";
import { createRouter, type Router } from "./router.ts";
import { type RunOptions, runTx } from "./tx/run.ts";

/** Version of the application protocol, in every header. */
export const APP_VERSION = 1n;

/** Longest vote extension: a root and a reveal of 32 bytes with room for their tags. */
export const MAX_VOTE_EXTENSION_BYTES = 96;

export interface AppOptions {
  readonly chain: ChainOptions;
  /** In the order in which genesis and hooks run. */
  readonly modules: readonly Module[];
  readonly ante: AnteNeeds;
  /** Transaction 0; without it blocks hold wallets' transactions only. */
  readonly injected?: InjectedTx;
  /** Whether bytes are a canonical vote extension; without it only the empty extension is. */
  readonly isExtension?: (bytes: Uint8Array) => boolean;
  /** Lowest fees that this node lets into its mempool; any fee when empty. */
  readonly minGasPrices?: readonly GasPrice[];
  /** Checks all invariants after every block and throws InvariantBroken: for tests and simulation, since it reads all state. */
  readonly checkInvariants?: boolean;
  /** Shared with the workers that verify signatures beforehand. */
  readonly verified?: VerifiedSet;
  readonly version?: string;
  readonly log?: Log;
}

/** Names of the stores that a multistore of these modules needs. */
export function storeNames(modules: readonly Module[]): readonly string[] {
  return [APP_STORE, ...modules.flatMap(({ store }) => (store === undefined ? [] : [store]))].sort();
}

/** The application over a multistore that its host has loaded. */
export function createApp(options: AppOptions, stores: MultiStore): Application {
  return new App(options, stores);
}

class App implements Application {
  readonly #options: AppOptions;
  readonly #stores: MultiStore;
  readonly #router: Router;
  readonly #verified: VerifiedSet;
  readonly #log: Log;
  /** State of genesis until the first block is committed: no version of its own, as in the SDK. */
  #genesis: { readonly branch: StoreBranch; readonly height: number } | undefined;
  #params: ConsensusParams = DEFAULT_CONSENSUS_PARAMS;
  #check: AppContext | undefined;
  #finalized: number | undefined;

  constructor(options: AppOptions, stores: MultiStore) {
    this.#options = options;
    this.#stores = stores;
    this.#router = createRouter(options.modules);
    this.#verified = options.verified ?? new VerifiedSet();
    this.#log = options.log ?? SILENT_LOG;
    if (stores.version > 0) this.#adopt();
  }

  info(_request: RequestInfo): ResponseInfo {
    return {
      data: "openledger",
      version: this.#version,
      appVersion: APP_VERSION,
      lastBlockHeight: BigInt(this.#stores.version),
      lastBlockAppHash: this.#stores.version === 0 ? new Uint8Array(0) : this.#stores.appHash,
    };
  }

  initChain(request: RequestInitChain): ResponseInitChain {
    if (this.#stores.version > 0) throw new BoundaryError("already_initialised", "the chain has blocks already");
    const params = genesisParams(request.consensusParams);
    const height = Number(request.initialHeight || 1n) - 1;
    const branch = this.#stores.branch();
    const ctx = createContext(this.#facts("genesis", height, request.time), { stores: branch });
    const { chain, modules } = this.#options;
    const validators = initGenesis(ctx, { request, params }, { chain, modules });
    ctx.write();
    this.#genesis = { branch, height };
    this.#adopt();
    return ResponseInitChain.fromPartial({
      consensusParams: request.consensusParams,
      validators: toValidatorUpdates(validators),
      appHash: this.#stores.appHash,
    });
  }

  checkTx(request: RequestCheckTx): ResponseCheckTx {
    const mode = request.type === CheckTxType.RECHECK ? "recheck" : "check";
    return toCheckTx(runTx(this.#checkContext(), request.tx, mode, this.#run(this.#options.minGasPrices)));
  }

  /** Empty for another height than the next: block sync may move the chain while consensus asks. */
  prepareProposal(request: RequestPrepareProposal): ResponsePrepareProposal {
    if (request.height !== BigInt(this.#lastHeight + 1)) {
      this.#log.warn("no proposal for another height", { height: request.height, next: this.#lastHeight + 1 });
      return { txs: [] };
    }
    const ctx = this.#blockContext("prepare", request);
    const lastCommit = fromExtendedCommitInfo(request.localLastCommit);
    const maxBytes = Number(request.maxTxBytes);
    return { txs: buildProposal(ctx, { txs: request.txs, lastCommit, maxBytes }, this.#proposal()) };
  }

  processProposal(request: RequestProcessProposal): ResponseProcessProposal {
    const refusal = this.#refusal(request);
    if (refusal === undefined) return { status: ProposalStatus.ACCEPT };
    this.#log.warn("proposal refused", { height: request.height, reason: refusal });
    return { status: ProposalStatus.REJECT };
  }

  verifyVoteExtension({ voteExtension }: RequestVerifyVoteExtension): ResponseVerifyVoteExtension {
    const canonical = this.#options.isExtension?.(voteExtension) ?? voteExtension.length === 0;
    const accepted = voteExtension.length <= MAX_VOTE_EXTENSION_BYTES && canonical;
    return { status: accepted ? VerifyStatus.ACCEPT : VerifyStatus.REJECT };
  }

  finalizeBlock(request: RequestFinalizeBlock): ResponseFinalizeBlock {
    if (this.#finalized !== undefined)
      throw new BoundaryError("not_finalized", `block ${this.#finalized} awaits its commit`);
    const root = this.#genesis?.branch ?? this.#stores.branch();
    const block = this.#blockContext("block", request, root);
    const info = { proposerAddress: request.proposerAddress, votes: fromCommitInfo(request.decidedLastCommit).votes };
    const { modules, injected } = this.#options;
    const options = { modules, injected, run: this.#run(), log: this.#log };
    const result = executeBlock(block, { txs: request.txs, info }, options);
    writeTime(block.kv(APP_STORE), request.time);
    if (this.#options.checkInvariants) this.#assertInvariants(block);
    block.write();
    const appHash = this.#stores.finalize(root);
    this.#finalized = block.height;
    return ResponseFinalizeBlock.fromPartial({
      events: toEvents(result.events),
      txResults: result.txResults.map(toTxResult),
      validatorUpdates: toValidatorUpdates(result.updates),
      appHash,
    });
  }

  commit(): CommitWrites {
    if (this.#finalized === undefined)
      throw new BoundaryError("not_finalized", "there is no finalized block to commit");
    const { version: height, appHash, writes } = this.#stores.commit();
    this.#finalized = undefined;
    this.#genesis = undefined;
    this.#adopt();
    return { height, appHash, writes };
  }

  query(request: RequestQuery): ResponseQuery {
    return answerQuery(request, {
      router: this.#router,
      stores: this.#stores,
      version: this.#version,
      at: (height) => this.#queryContext(height),
      simulate: (tx) => runTx(this.#checkContext().branch(), tx, "simulate", this.#run()),
    });
  }

  export(): ExportedState {
    const { version: height, appHash } = this.#stores;
    const ctx = this.#queryContext(height);
    const { addresses, feeDenom } = this.#options.chain;
    const appState: Record<string, unknown> = {
      [CHAIN_STATE]: { bech32_prefix: addresses.prefix, fee_denom: feeDenom },
    };
    for (const module of this.#options.modules) {
      if (module.exportGenesis) appState[module.name] = module.exportGenesis(ctx);
    }
    return { height, appHash, appState };
  }

  brokenInvariants(): readonly string[] {
    return this.#broken(this.#queryContext(this.#stores.version));
  }

  get #version(): string {
    return this.#options.version ?? "0.0.0";
  }

  get #lastHeight(): number {
    return this.#genesis?.height ?? this.#stores.version;
  }

  /** Present state: the last committed version, or genesis before the first. */
  #base(): StoreSet {
    if (this.#genesis) return this.#genesis.branch;
    if (this.#stores.version === 0) throw new BoundaryError("not_initialised", "InitChain comes first");
    return this.#stores.branch();
  }

  #facts(mode: ContextMode, height: number, time: Timestamp) {
    return { chainId: this.#options.chain.chainId, mode, height, time };
  }

  /** A context for the block after the last one. Throws `wrong_height` for any other. */
  #blockContext(mode: ContextMode, request: { height: bigint; time: Timestamp }, stores = this.#base()): AppContext {
    const next = this.#lastHeight + 1;
    if (request.height !== BigInt(next)) {
      throw new BoundaryError("wrong_height", `asked for block ${request.height}, the next one is ${next}`);
    }
    return createContext(this.#facts(mode, next, request.time), { stores });
  }

  #queryContext(height: number): AppContext {
    const view = this.#stores.view(height);
    const stores: StoreSet = { store: (name) => readOnly(view.store(name)) };
    return createContext(this.#facts("query", height, readTime(view.store(APP_STORE))), { stores });
  }

  #checkContext(): AppContext {
    if (!this.#check) throw new BoundaryError("not_initialised", "InitChain comes first");
    return this.#check;
  }

  /** Starts over from the present state: its parameters, and a fresh state for CheckTx. */
  #adopt(): void {
    const base = this.#base();
    const store = base.store(APP_STORE);
    this.#params = readParams(store);
    this.#check = createContext(this.#facts("check", this.#lastHeight, readTime(store)), { stores: base });
  }

  #run(minGasPrices: readonly GasPrice[] = []): RunOptions {
    const { ante: needs, chain, injected } = this.#options;
    return {
      ante: { needs, minGasPrices, addresses: chain.addresses, accounts: needs.accounts, verified: this.#verified },
      parse: { router: this.#router, injectedTypeUrl: injected?.typeUrl, maxGas: this.#params.block.maxGas },
    };
  }

  #proposal(): ProposalOptions {
    return { injected: this.#options.injected, run: this.#run(), maxGas: this.#params.block.maxGas, log: this.#log };
  }

  #refusal(request: RequestProcessProposal): string | undefined {
    const lastCommit = fromCommitInfo(request.proposedLastCommit);
    const maxBytes = this.#params.block.maxBytes;
    try {
      const ctx = this.#blockContext("process", request);
      return checkProposal(ctx, { txs: request.txs, lastCommit, maxBytes }, this.#proposal());
    } catch (error) {
      return error instanceof BoundaryError ? error.message : toAppError(error).message;
    }
  }

  #broken(ctx: AppContext): string[] {
    return this.#options.modules.flatMap(({ name, invariants = [] }) =>
      invariants.flatMap((invariant) => {
        const why = invariant.check(ctx);
        return why === undefined ? [] : [`${name}: ${invariant.name}: ${why}`];
      }),
    );
  }

  #assertInvariants(ctx: AppContext): void {
    const [first] = this.#broken(ctx);
    if (first !== undefined) throw new InvariantBroken(`at height ${ctx.height}`, first);
  }
}

function genesisParams(wire: WireParams | undefined): ConsensusParams {
  if (!wire) return DEFAULT_CONSENSUS_PARAMS;
  try {
    const params = decodeConsensusParams(WireParams.encode(wire).finish());
    validateParams(params);
    return params;
  } catch (error) {
    throw genesisError("consensus.params", error instanceof Error ? error.message : "are malformed");
  }
}
