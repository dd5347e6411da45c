import { addresses } from "../../../chain/app/addresses.ts";
import { type Context, type ContextBranch, createContext } from "../../../chain/app/context.ts";
import { sdkErrors } from "../../../chain/app/errors.ts";
import { type AppEvent, EventLog } from "../../../chain/app/events.ts";
import type { Module } from "../../../chain/app/module.ts";
import type { ChainOptions } from "../../../chain/app/options.ts";
import { sha256, sha256Truncated } from "../../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { amountValue, bytesKey, map, numberValue, rawStringKey } from "../../../chain/store/collections.ts";
import type { KvStore } from "../../../chain/store/kv.ts";
import { memoryKv } from "../../../chain/store/memory.ts";
import { ClaimKind, ClaimStatus } from "../../../proto/gen/openledger/attribution/v1.ts";
import { type MessageCodec, type Partially, toJson } from "../../../proto/runtime.ts";
import { claimId } from "../../attribution/ids.ts";
import { curationModule } from "../../curation/index.ts";
import { modelregistryModule } from "../../modelregistry/index.ts";
import { datanetModule } from "../index.ts";
import type { BankNeeds, NewClaim } from "../needs.ts";

/** Coins of every account at the start. */
export const FUNDS = 1_000_000_000n;

export const ACCOUNTS = ["ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ivy", "joe"] as const;

const options: ChainOptions = { chainId: "world-1", addresses: addresses("open"), feeDenom: "uopen" };

const balances = map(1, rawStringKey, amountValue);
const claims = map(1, bytesKey, numberValue);

/** Bech32 address of a named account. */
export function account(name: string): string {
  return options.addresses.toText(sha256Truncated(utf8Bytes(name)));
}

/** The world's beacon of a height: any bytes do that nobody chose. */
export function beaconOf(height: number): Uint8Array {
  return sha256(utf8Bytes(`beacon ${height}`));
}

/** A bank over one table of balances, with the module accounts under their names. */
export class SmallBank implements BankNeeds {
  balance(ctx: Context, owner: string): bigint {
    return balances.get(ctx.kv("bank"), owner) ?? 0n;
  }

  moduleBalance(ctx: Context, module: string): bigint {
    return this.balance(ctx, module);
  }

  supply(ctx: Context): bigint {
    return [...balances.iterate(ctx.kv("bank"))].reduce((sum, [, amount]) => sum + amount, 0n);
  }

  mint(ctx: Context, owner: string, amount: bigint): void {
    balances.set(ctx.kv("bank"), owner, this.balance(ctx, owner) + amount);
  }

  sendToModule(ctx: Context, from: string, module: string, amount: bigint): void {
    this.burn(ctx, from, amount);
    this.mint(ctx, module, amount);
  }

  sendFromModule(ctx: Context, module: string, to: string, amount: bigint): void {
    this.sendToModule(ctx, module, to, amount);
  }

  moduleToModule(ctx: Context, from: string, to: string, amount: bigint): void {
    this.sendToModule(ctx, from, to, amount);
  }

  burn(ctx: Context, owner: string, amount: bigint): void {
    const left = this.balance(ctx, owner) - amount;
    if (amount < 0n) throw sdkErrors.invalidCoins(`negative amount ${amount}`);
    if (left < 0n) throw sdkErrors.insufficientFunds(`${owner} lacks ${-left}`);
    balances.set(ctx.kv("bank"), owner, left);
  }
}

/** Parts of the genesis that a test sets, as proto JSON. */
export interface WorldGenesis {
  readonly datanet?: unknown;
  readonly curation?: unknown;
  readonly modelregistry?: unknown;
}

/** The three modules on one state, with a plain bank and claims that a test decides. */
export class World {
  readonly bank = new SmallBank();
  readonly datanet;
  readonly curation;
  readonly modelregistry;
  readonly modules: readonly Module[];
  readonly log = new EventLog();
  /** Supply right after genesis. */
  readonly minted: bigint;
  height = 1;
  /** Whether claims of models are attested: `decideModel` then ends them. */
  attestModels = false;
  readonly #stores = new Map<string, KvStore>();

  constructor(genesis: WorldGenesis = {}, bank?: ReadonlyMap<string, bigint>) {
    const post = (ctx: Context, claim: NewClaim) => this.#post(ctx, claim);
    const status = (ctx: Context, id: Uint8Array) => claims.get(ctx.kv("claims"), id) as ClaimStatus | undefined;
    const engine = { post, status };
    const lateCuration = () => this.curation.panels;
    const beacons = {
      beaconAt: (_: Context, height: number) => (height <= this.height ? beaconOf(height) : undefined),
      beacon: () => ({ beacon: beaconOf(this.height) }),
    };
    this.datanet = datanetModule(options, {
      bank: this.bank,
      beacons,
      claims: engine,
      get curation() {
        return lateCuration();
      },
    });
    this.curation = curationModule(options, { bank: this.bank, datanet: this.datanet.keeper });
    this.modelregistry = modelregistryModule(options, { datanet: this.datanet.keeper, claims: engine });
    this.modules = [this.datanet.module, this.curation.module, this.modelregistry.module];
    const ctx = this.context("genesis");
    const funds = bank ?? new Map(ACCOUNTS.map((name) => [account(name), FUNDS]));
    for (const [owner, amount] of funds) this.bank.mint(ctx, owner, amount);
    for (const module of this.modules) module.initGenesis?.(ctx, genesis[module.name as keyof WorldGenesis]);
    ctx.write();
    this.minted = this.bank.supply(ctx);
  }

  context(mode: Context["mode"] = "query"): ContextBranch {
    const store = (name: string) => {
      const found = this.#stores.get(name) ?? memoryKv();
      this.#stores.set(name, found);
      return found;
    };
    const facts = { chainId: "world-1", height: this.height, time: { seconds: 1_700_000_000n, nanos: 0 }, mode };
    return createContext(facts, { stores: { store }, events: this.log });
  }

  /** Executes one message; throws what it is refused with, and then leaves no trace. */
  send<M>(codec: MessageCodec<M>, partial: Partially<M>, mode: Context["mode"] = "deliver"): Uint8Array {
    const route = this.modules.flatMap(({ messages }) => messages).find((each) => each.codec.typeUrl === codec.typeUrl);
    if (!route) throw new Error(`no route for ${codec.typeUrl}`);
    const message = route.codec.decode(codec.encode(codec.fromPartial(partial)).finish());
    route.validate(message);
    const ctx = this.context(mode);
    const response = route.handle(ctx, message);
    ctx.write();
    return response;
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

  /** Ends `count` blocks and begins the next one. */
  endBlocks(count = 1): void {
    for (let i = 0; i < count; i++) {
      const ctx = this.context("block");
      for (const module of this.modules) module.endBlock?.(ctx, { proposerAddress: new Uint8Array(0), votes: [] });
      ctx.write();
      this.height += 1;
    }
  }

  /** Ends a snapshot claim in the way of the engine: bond back, or forfeited to the engine's account. */
  decide(id: Uint8Array, outcome: "onAccepted" | "onRejected" | "onNoQuorum", subject: string): void {
    const ctx = this.context("block");
    this.datanet.claimHandlers[outcome](ctx, { id, subject: utf8Bytes(subject) });
    ctx.write();
  }

  /** Ends a claim of a model in the way of the engine. */
  decideModel(id: Uint8Array, status: ClaimStatus, subject: string): void {
    const ctx = this.context("block");
    claims.set(ctx.kv("claims"), id, status);
    const claim = { id, subject: utf8Bytes(subject) };
    if (status === ClaimStatus.CLAIM_STATUS_ACCEPTED) this.modelregistry.claims.onAccepted(ctx, claim);
    if (status === ClaimStatus.CLAIM_STATUS_OVERTURNED) this.modelregistry.claims.onOverturned(ctx, claim);
    ctx.write();
  }

  /** Every broken invariant of the modules. */
  broken(): string[] {
    const ctx = this.context();
    const found: string[] = [];
    for (const { name, check } of this.modules.flatMap(({ invariants }) => invariants ?? [])) {
      const why = check(ctx);
      if (why !== undefined) found.push(`${name}: ${why}`);
    }
    return found;
  }

  balance(name: string): bigint {
    return this.bank.balance(this.context(), account(name));
  }

  burnt(): bigint {
    return this.minted - this.bank.supply(this.context());
  }

  events(type: string): readonly AppEvent[] {
    return this.log.events.filter((event) => event.type === type);
  }

  export(): Required<WorldGenesis> {
    const ctx = this.context();
    const [datanet, curation, modelregistry] = this.modules.map((module) => module.exportGenesis?.(ctx));
    return { datanet, curation, modelregistry };
  }

  /** All balances, for a world that continues this one. */
  funds(): ReadonlyMap<string, bigint> {
    return new Map(balances.iterate(this.context().kv("bank")));
  }

  #post(ctx: Context, claim: NewClaim): Uint8Array {
    const id = claimId(claim);
    if (claims.has(ctx.kv("claims"), id)) throw sdkErrors.conflict("the claim was posted before");
    this.bank.sendToModule(ctx, claim.poster, "attribution", claim.bond);
    const { CLAIM_STATUS_OPEN, CLAIM_STATUS_UNATTESTED } = ClaimStatus;
    const attested = this.attestModels || claim.kind === ClaimKind.CLAIM_KIND_SNAPSHOT;
    claims.set(ctx.kv("claims"), id, attested ? CLAIM_STATUS_OPEN : CLAIM_STATUS_UNATTESTED);
    return id;
  }
}

/** Proto JSON of a value, for genesis parts. */
export function json<T>(codec: MessageCodec<T>, partial: Partially<T>): unknown {
  return toJson(codec, codec.fromPartial(partial));
}
