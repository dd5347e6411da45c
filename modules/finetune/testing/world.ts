import { addresses } from "../../../chain/app/addresses.ts";
import { type Context, type ContextBranch, createContext } from "../../../chain/app/context.ts";
import { sdkErrors } from "../../../chain/app/errors.ts";
import { type AppEvent, EventLog } from "../../../chain/app/events.ts";
import type { ChainOptions } from "../../../chain/app/options.ts";
import { equalBytes, toHex } from "../../../chain/crypto/bytes.ts";
import { sha256, sha256Truncated } from "../../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import type { KvStore } from "../../../chain/store/kv.ts";
import { memoryKv } from "../../../chain/store/memory.ts";
import { Claim, ClaimStatus } from "../../../proto/gen/openledger/attribution/v1.ts";
import { SnapshotStatus } from "../../../proto/gen/openledger/datanet/v1.ts";
import { type Job, Params } from "../../../proto/gen/openledger/finetune/v1.ts";
import { type MessageCodec, type Partially, toJson } from "../../../proto/runtime.ts";
import { claimId } from "../../attribution/ids.ts";
import type { ClaimResult } from "../../attribution/types.ts";
import { SmallBank } from "../../datanet/testing/world.ts";
import { jobSubject } from "../ids.ts";
import { finetuneModule } from "../index.ts";
import type { NewClaim, Payee } from "../needs.ts";
import { DEFAULT_PARAMS } from "../params.ts";

/** Coins of every account at the start. */
export const FUNDS = 1_000_000_000n;

export const ACCOUNTS = ["ann", "bob", "cat", "dan", "eve"] as const;

const OPTIONS: ChainOptions = { chainId: "jobs-1", addresses: addresses("open"), feeDenom: "uopen" };

export function account(name: string): string {
  return OPTIONS.addresses.toText(sha256Truncated(utf8Bytes(name)));
}

export function hashOf(text: string): Uint8Array {
  return sha256(utf8Bytes(text));
}

/** The validators that answer: 3 to 1 in power. */
export const VALIDATORS: readonly Payee[] = [
  { operator: account("val-a"), power: 3n },
  { operator: account("val-b"), power: 1n },
];

export type Verdict = "accepted" | "rejected" | "no_quorum";

interface PostedClaim extends NewClaim {
  readonly id: Uint8Array;
}

/** The module account by its bech32 address and by its name are one account of the plain bank. */
class Bank extends SmallBank {
  #name(owner: string): string {
    return owner === OPTIONS.addresses.ofModule("finetune") ? "finetune" : owner;
  }

  override balance(ctx: Context, owner: string): bigint {
    return super.balance(ctx, this.#name(owner));
  }

  override mint(ctx: Context, owner: string, amount: bigint): void {
    super.mint(ctx, this.#name(owner), amount);
  }

  override burn(ctx: Context, owner: string, amount: bigint): void {
    super.burn(ctx, this.#name(owner), amount);
  }
}

interface Overturning {
  readonly challenger: string;
  /** Empty: the trainer missed a move. */
  readonly referees: readonly Payee[];
}

export interface WorldState {
  readonly finetune?: unknown;
  readonly height?: number;
  readonly funds?: ReadonlyMap<string, bigint>;
}

/** The module over a plain bank, with claims that a test decides in the way of the engine. */
export class World {
  readonly bank = new Bank();
  readonly finetune;
  readonly log = new EventLog();
  readonly models = new Map<string, { owner: string; weightsHash: Uint8Array; snapshots: readonly string[] }>();
  readonly snapshots = new Map([
    ["greetings/1", { datanet: "greetings", status: SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED }],
    ["farewells/1", { datanet: "farewells", status: SnapshotStatus.SNAPSHOT_STATUS_PENDING }],
  ]);
  /** Open claims in the order of their posts. */
  readonly claims: PostedClaim[] = [];
  /** Claims that are challenged step by step, by id in hex. */
  readonly challenged = new Set<string>();
  /** True: the engine only records claims. */
  unattested = false;
  /** True: the engine takes no more claims. */
  crowded = false;
  height: number;
  readonly #stores = new Map<string, KvStore>();

  constructor(state: WorldState = {}) {
    this.finetune = finetuneModule(OPTIONS, {
      bank: this.bank,
      datanets: { snapshot: (_, id) => this.snapshots.get(id) },
      models: { model: (_, id) => this.models.get(id) },
      claims: {
        post: (ctx, claim) => this.#post(ctx, claim),
        claim: (_, id) => ({
          status: this.unattested ? ClaimStatus.CLAIM_STATUS_UNATTESTED : ClaimStatus.CLAIM_STATUS_OPEN,
          disputed: this.challenged.has(toHex(id)),
        }),
      },
      forfeits: {
        takeForfeit: (ctx, { from, amount, rejecters, datanets }) => {
          const half = rejecters.length > 0 ? amount / 2n : 0n;
          this.bank.sendFromModule(ctx, from, "attesters", half);
          this.bank.sendFromModule(ctx, from, `bounty ${datanets.join()}`, amount - half);
        },
      },
    });
    this.height = state.height ?? 1;
    const ctx = this.context("genesis");
    const params = { ...DEFAULT_PARAMS, disputeBlocks: 20n };
    const funds = state.funds ?? new Map(ACCOUNTS.map((name) => [account(name), FUNDS]));
    for (const [owner, amount] of funds) this.bank.mint(ctx, owner, amount);
    this.finetune.module.initGenesis?.(ctx, state.finetune ?? { params: toJson(Params, params) });
    ctx.write();
  }

  context(mode: Context["mode"] = "query"): ContextBranch {
    const store = (name: string) => {
      const found = this.#stores.get(name) ?? memoryKv();
      this.#stores.set(name, found);
      return found;
    };
    const facts = { chainId: "jobs-1", height: this.height, time: { seconds: 1_700_000_000n, nanos: 0 }, mode };
    return createContext(facts, { stores: { store }, events: this.log });
  }

  /** Executes one message; throws what it is refused with, and then leaves no trace. */
  send<M, R>(
    method: { readonly request: MessageCodec<M>; readonly response: MessageCodec<R> },
    partial: Partially<M>,
  ): R {
    const { typeUrl } = method.request;
    const route = this.finetune.module.messages.find((each) => each.codec.typeUrl === typeUrl);
    if (!route) throw new Error(`no route for ${typeUrl}`);
    const message = route.codec.decode(method.request.encode(method.request.fromPartial(partial)).finish());
    route.validate(message);
    const ctx = this.context("deliver");
    const response = route.handle(ctx, message);
    ctx.write();
    return method.response.decode(response);
  }

  query<Q, R>(
    method: { readonly path: string; readonly request: MessageCodec<Q>; readonly response: MessageCodec<R> },
    request: Partially<Q>,
  ): R {
    const route = this.finetune.module.queries.find(({ path }) => path === method.path);
    if (!route) throw new Error(`no route for ${method.path}`);
    const bytes = method.request.encode(method.request.fromPartial(request)).finish();
    return method.response.decode(route.handle(this.context(), bytes));
  }

  /** Ends `count` blocks and begins the next one. */
  endBlocks(count = 1): void {
    for (let i = 0; i < count; i++) {
      const ctx = this.context("block");
      this.finetune.module.endBlock?.(ctx, { proposerAddress: new Uint8Array(0), votes: [] });
      ctx.write();
      this.height += 1;
    }
  }

  /** Tallies the oldest open claim: bond back or forfeited, then the module hears of it. */
  decide(verdict: Verdict): void {
    const claim = this.claims.shift();
    if (!claim) throw new Error("no claim is open");
    const ctx = this.context("block");
    const to = verdict === "rejected" ? "attesters" : claim.poster;
    this.bank.sendFromModule(ctx, "attribution", to, claim.bond);
    const record = Claim.fromPartial({ id: claim.id, kind: claim.kind, poster: claim.poster, subject: claim.subject });
    const winners = verdict === "no_quorum" ? [] : VALIDATORS;
    const result = { winners, opening: new Uint8Array(0), outcome: { claimId: claim.id } } as unknown as ClaimResult;
    const handler = this.finetune.claimHandler;
    if (verdict === "accepted") handler.onAccepted(ctx, record, result);
    else if (verdict === "rejected") handler.onRejected(ctx, record, result);
    else handler.onNoQuorum(ctx, record, result);
    ctx.write();
  }

  /** The job's own claim lost a challenge: it is tallied no more, and its bond is gone. */
  overturn(id: string, { challenger = "dan", referees = VALIDATORS }: Partial<Overturning> = {}): void {
    const ctx = this.context("block");
    const subject = jobSubject(id);
    const at = this.claims.findIndex((claim) => equalBytes(claim.subject, subject));
    const [open] = at < 0 ? [] : this.claims.splice(at, 1);
    if (open) this.bank.sendFromModule(ctx, "attribution", "attesters", open.bond);
    this.finetune.claimHandler.onOverturned(ctx, { subject }, { challenger: account(challenger), referees });
    ctx.write();
  }

  job(id: string): Job {
    return this.finetune.keeper.requireJob(this.context(), id);
  }

  balance(name: string): bigint {
    return this.bank.balance(this.context(), account(name));
  }

  /** Of a module account or another name that is no account. */
  held(name: string): bigint {
    return this.bank.balance(this.context(), name);
  }

  supply(): bigint {
    return this.bank.supply(this.context());
  }

  broken(): string[] {
    const ctx = this.context();
    return (this.finetune.module.invariants ?? []).flatMap(({ name, check }) => {
      const why = check(ctx);
      return why === undefined ? [] : [`${name}: ${why}`];
    });
  }

  events(type: string): readonly AppEvent[] {
    return this.log.events.filter((event) => event.type === type);
  }

  export(): unknown {
    return this.finetune.module.exportGenesis?.(this.context());
  }

  /** A world that goes on from this one's exported state; open claims go along. */
  reborn(): World {
    const funds = new Map<string, bigint>();
    for (const name of [...ACCOUNTS, "val-a", "val-b"]) funds.set(account(name), this.balance(name));
    for (const name of ["finetune", "attribution"]) funds.set(name, this.held(name));
    const next = new World({ finetune: this.export(), height: this.height, funds });
    next.claims.push(...this.claims);
    return next;
  }

  #post(ctx: Context, claim: NewClaim): Uint8Array {
    if (this.crowded) throw sdkErrors.conflict("too many claims are open");
    const id = claimId(claim);
    if (this.claims.some((each) => toHex(each.id) === toHex(id))) throw sdkErrors.conflict("posted before");
    this.bank.sendToModule(ctx, claim.poster, "attribution", claim.bond);
    this.claims.push({ ...claim, id });
    return id;
  }
}
