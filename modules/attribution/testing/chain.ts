import { type Context, type ContextBranch, createContext } from "../../../chain/app/context.ts";
import { type AppEvent, EventLog } from "../../../chain/app/events.ts";
import type { ExtendedBlockVote } from "../../../chain/app/injected.ts";
import type { Module } from "../../../chain/app/module.ts";
import { toBase64, toHex } from "../../../chain/crypto/bytes.ts";
import type { KvStore } from "../../../chain/store/kv.ts";
import { memoryKv } from "../../../chain/store/memory.ts";
import { type Claim, ClaimKind, type Equivocation } from "../../../proto/gen/openledger/attribution/v1.ts";
import type { MessageCodec, Partially } from "../../../proto/runtime.ts";
import { authModule } from "../../auth/index.ts";
import { bankModule, FEE_COLLECTOR } from "../../bank/index.ts";
import { DISPUTE, disputeModule } from "../../dispute/index.ts";
import { INFERENCE, inferenceModule } from "../../inference/index.ts";
import { REWARDS, rewardsModule, TREASURY } from "../../rewards/index.ts";
import { stakingModule } from "../../staking/index.ts";
import { type AttributionNeeds, attributionModule } from "../index.ts";
import { ATTRIBUTION } from "../keys.ts";
import { account, Catalogue, CHAIN_ID, FUNDS, OPTIONS, type ValidatorKeys } from "./fixtures.ts";

export interface ChainGenesis {
  readonly validators: readonly ValidatorKeys[];
  /** Named accounts that start with FUNDS. */
  readonly accounts: readonly string[];
  /** Genesis JSON by module. */
  readonly state?: Readonly<Record<string, unknown>>;
  /** Held-out items of the catalogue's snapshot by contributor. */
  readonly heldOut?: ReadonlyMap<string, number>;
  /** Height of genesis, the one before the first block. */
  readonly height?: number;
}

/** Votes for the block before, by validator address in hex; who is missing was absent. */
export type Votes = ReadonlyMap<string, { readonly extension: Uint8Array; readonly signature: Uint8Array }>;

export interface BlockInput {
  readonly votes: Votes;
  /** Encoded MsgBlockInfo of the pool. */
  readonly candidates?: Uint8Array;
  /** Changes the prepared transaction 0 before it is delivered; it then skips ProcessProposal. */
  readonly tamper?: (prepared: Uint8Array) => Uint8Array;
  readonly execute?: (ctx: Context) => void;
}

/** Real auth, bank, staking, attribution, inference and rewards on one state; blocks without an engine. */
export class TestChain {
  readonly catalogue = new Catalogue();
  readonly bank;
  readonly staking;
  readonly attribution;
  readonly inference;
  readonly rewards;
  readonly dispute;
  readonly modules: readonly Module[];
  readonly log = new EventLog();
  /** Evidence that reached whoever slashes, in every mode. */
  readonly slashed: Equivocation[] = [];
  readonly minted: bigint;
  height = 0;
  /** Last transaction 0's error, undefined when it was delivered. */
  failure: unknown;
  readonly #stores = new Map<string, KvStore>();

  constructor(genesis: ChainGenesis) {
    if (genesis.heldOut) this.catalogue.heldOut = genesis.heldOut;
    const accounts = [FEE_COLLECTOR, TREASURY, REWARDS, ATTRIBUTION, INFERENCE, DISPUTE];
    const auth = authModule({ ...OPTIONS, moduleAccounts: accounts });
    const bank = bankModule({ ...OPTIONS, treasury: TREASURY }, { accounts: auth.keeper });
    const staking = stakingModule(OPTIONS);
    const { models, datanets, curation } = this.catalogue;
    const rewards = rewardsModule(OPTIONS, { bank: bank.keeper, curation, datanets });
    const { fidelity } = this.catalogue;
    const needs: AttributionNeeds = {
      bank: bank.keeper,
      staking: staking.keeper,
      forfeits: rewards.keeper,
      fidelity,
      slashing: { onEquivocation: (_, evidence) => void this.slashed.push(evidence) },
    };
    this.attribution = attributionModule({ ...OPTIONS, extensionsFrom: 1 }, needs);
    const { claims, influence } = this.attribution;
    this.inference = inferenceModule(OPTIONS, {
      bank: bank.keeper,
      models,
      datanets,
      claims,
      influence,
      rewards: rewards.keeper,
    });
    this.dispute = disputeModule(OPTIONS, { bank: bank.keeper, claims, forfeits: rewards.keeper });
    claims.register(ClaimKind.CLAIM_KIND_STEP, this.dispute.stepClaims);
    this.bank = bank.keeper;
    this.staking = staking.keeper;
    this.rewards = rewards;
    const own = [this.attribution.module, this.inference.module, rewards.module, this.dispute.module];
    this.modules = [auth.module, bank.module, staking.module, ...own];
    this.height = genesis.height ?? 0;
    const ctx = this.context("genesis");
    const state: Record<string, unknown> = { ...defaultState(genesis), ...genesis.state };
    for (const module of this.modules) module.initGenesis?.(ctx, state[module.name]);
    for (const module of this.modules) module.validatorUpdates?.(ctx);
    ctx.write();
    this.minted = this.bank.supply(ctx);
  }

  context(mode: Context["mode"] = "query", height = this.height): ContextBranch {
    const store = (name: string) => {
      const found = this.#stores.get(name) ?? memoryKv();
      this.#stores.set(name, found);
      return found;
    };
    const facts = { chainId: CHAIN_ID, height, time: { seconds: 1_700_000_000n, nanos: 0 }, mode };
    return createContext(facts, { stores: { store }, events: this.log });
  }

  /** Prepares, checks, delivers and ends the next block; throws when a module's invariant is broken after it. */
  block(input: BlockInput): void {
    const height = this.height + 1;
    const lastCommit = this.commitOf(input.votes);
    const { injected } = this.attribution;
    const prepare = { height, lastCommit, candidates: input.candidates, maxBytes: 4_000_000 };
    const prepared = injected.prepare(this.context("prepare", height), prepare);
    injected.process(this.context("process", height), prepared, lastCommit);
    const ctx = this.context("block", height);
    const branch = ctx.branch();
    this.failure = undefined;
    try {
      injected.deliver(branch, input.tamper?.(prepared) ?? prepared);
      branch.write();
    } catch (error) {
      this.failure = error;
    }
    input.execute?.(ctx);
    for (const module of this.modules) module.endBlock?.(ctx, { proposerAddress: new Uint8Array(0), votes: [] });
    for (const module of this.modules) module.validatorUpdates?.(ctx);
    ctx.write();
    this.height = height;
    const broken = this.broken();
    if (broken.length > 0) throw new Error(`height ${height}: ${broken.join("; ")}`);
  }

  /** The commit of the last block, of which the next one's transaction 0 is made. */
  commitOf(votes: Votes): { readonly round: number; readonly votes: ExtendedBlockVote[] } {
    const set = this.staking.setAt(this.context("query"), this.height) ?? [];
    const signed = set.map(({ address, power }) => {
      const vote = votes.get(toHex(address));
      const none = new Uint8Array(0);
      if (!vote) return { address, power, flag: 1, extension: none, extensionSignature: none };
      return { address, power, flag: 2, extension: vote.extension, extensionSignature: vote.signature };
    });
    return { round: 0, votes: signed };
  }

  /** Executes one message in a branch of `ctx`; throws what it is refused with. */
  send<M, R>(
    ctx: Context,
    method: { readonly request: MessageCodec<M>; readonly response: MessageCodec<R> },
    partial: Partially<M>,
  ): R {
    const { typeUrl } = method.request;
    const route = this.modules.flatMap(({ messages }) => messages).find((each) => each.codec.typeUrl === typeUrl);
    if (!route) throw new Error(`no route for ${typeUrl}`);
    const message = route.codec.decode(method.request.encode(method.request.fromPartial(partial)).finish());
    route.validate(message);
    const branch = ctx.branch();
    const response = route.handle(branch, message);
    branch.write();
    return method.response.decode(response);
  }

  query<Q, R>(
    method: { readonly path: string; readonly request: MessageCodec<Q>; readonly response: MessageCodec<R> },
    request: Partially<Q>,
  ): R {
    const route = this.modules.flatMap(({ queries }) => queries).find(({ path }) => path === method.path);
    if (!route) throw new Error(`no route for ${method.path}`);
    const bytes = method.request.encode(method.request.fromPartial(request)).finish();
    return method.response.decode(route.handle(this.context(), bytes));
  }

  openClaims(): Claim[] {
    return [...this.attribution.keeper.openClaims(this.context())];
  }

  broken(): string[] {
    const ctx = this.context();
    return this.modules
      .flatMap(({ invariants }) => invariants ?? [])
      .flatMap(({ name, check }) => {
        const why = check(ctx);
        return why === undefined ? [] : [`${name}: ${why}`];
      });
  }

  events(type: string): readonly AppEvent[] {
    return this.log.events.filter((event) => event.type === type);
  }

  balance(name: string): bigint {
    return this.bank.balance(this.context(), account(name));
  }

  /** Every key and value of the named stores, in order: equal for equal states. */
  dump(stores: readonly string[] = [ATTRIBUTION, INFERENCE, REWARDS, "bank"]): string[] {
    return stores.flatMap((name) =>
      [...(this.#stores.get(name) ?? memoryKv()).iterate()].map(
        ([key, value]) => `${name} ${toHex(key)} ${toHex(value)}`,
      ),
    );
  }

  export(): Record<string, unknown> {
    const ctx = this.context();
    return Object.fromEntries(this.modules.map((module) => [module.name, module.exportGenesis?.(ctx)]));
  }
}

function defaultState({ validators, accounts }: ChainGenesis): Record<string, unknown> {
  const owners = new Set([...accounts.map(account), ...validators.map(({ operator }) => operator)]);
  const coins = [{ denom: "uopen", amount: FUNDS.toString() }];
  return {
    bank: { balances: [...owners].map((address) => ({ address, coins })) },
    staking: {
      validators: validators.map(({ name, operator, pubKey, power, beacon }) => ({
        operator,
        consensus_pubkey: toBase64(pubKey),
        power: String(power),
        moniker: name,
        beacon_end: toBase64(beacon.end),
      })),
    },
  };
}
