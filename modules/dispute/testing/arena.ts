import { addresses } from "../../../chain/app/addresses.ts";
import { type Context, type ContextBranch, createContext } from "../../../chain/app/context.ts";
import { sdkErrors } from "../../../chain/app/errors.ts";
import { EventLog } from "../../../chain/app/events.ts";
import { toHex } from "../../../chain/crypto/bytes.ts";
import { sha256Truncated } from "../../../chain/crypto/hash.ts";
import { taggedHash, utf8Bytes } from "../../../chain/crypto/tagged.ts";
import type { KvStore } from "../../../chain/store/kv.ts";
import { memoryKv } from "../../../chain/store/memory.ts";
import { Claim, ClaimKind, ClaimStatus } from "../../../proto/gen/openledger/attribution/v1.ts";
import { type Dispute, Params, StepStatement } from "../../../proto/gen/openledger/dispute/v1.ts";
import { type MessageCodec, type Partially, toJson } from "../../../proto/runtime.ts";
import type { ClaimPost, Overturned } from "../../attribution/types.ts";
import { SmallBank } from "../../datanet/testing/world.ts";
import { disputeModule } from "../index.ts";
import { DISPUTE } from "../keys.ts";
import { DEFAULT_PARAMS } from "../params.ts";
import type { LostClaim } from "../types.ts";
import { isTrueStep, type Poster } from "./computation.ts";

const OPTIONS = { chainId: "arena-1", addresses: addresses("open"), feeDenom: "uopen" };

/** Moves of tests have a minute. */
const PACE: Partial<Params> = { moveBlocks: 60n };

export const CLAIM_BOND = 1_000_001n;
export const FUNDS = 100_000_000n;

export function account(name: string): string {
  return OPTIONS.addresses.toText(sha256Truncated(utf8Bytes(name)));
}

/** The dispute module with a claim engine that a test decides: one accepted training claim of "pat". */
export class Arena {
  readonly bank = new SmallBank();
  readonly poster: Poster;
  readonly claimId: Uint8Array = taggedHash("claim", utf8Bytes("training"));
  readonly #steps = new Map<string, Claim>();
  readonly forfeits: { readonly amount: bigint; readonly rejecters: number; readonly datanets: readonly string[] }[] =
    [];
  readonly lost: LostClaim[] = [];
  readonly log = new EventLog();
  readonly dispute;
  claim: Claim;
  /** The claim engine refuses posts. */
  isFull = false;
  /** The module of the claim cannot carry the loss out. */
  isStuck = false;
  height = 1;
  readonly #stores = new Map<string, KvStore>();

  constructor(poster: Poster, changes: Partial<Params> = {}, state?: unknown) {
    this.poster = poster;
    this.claim = Claim.fromPartial({
      id: this.claimId,
      kind: ClaimKind.CLAIM_KIND_TRAINING,
      poster: account("pat"),
      status: ClaimStatus.CLAIM_STATUS_ACCEPTED,
      bond: CLAIM_BOND.toString(),
      bondUntil: 600n,
    });
    const forfeits = {
      takeForfeit: (ctx: Context, { from, amount, rejecters, datanets }: ForfeitCall) => {
        this.bank.sendToModule(ctx, from, "rewards", amount);
        this.forfeits.push({ amount, rejecters: rejecters.length, datanets });
      },
    };
    this.dispute = disputeModule(OPTIONS, { bank: this.bank, claims: this.#engine(), forfeits });
    this.dispute.disputes.register(ClaimKind.CLAIM_KIND_TRAINING, {
      trace: () => this.poster.trace,
      onOverturned: (_ctx, _claim, lost) => {
        if (this.isStuck) throw new Error("stuck");
        this.lost.push(lost);
      },
    });
    const ctx = this.context("genesis");
    for (const name of ["pat", "cho", "joe"]) this.bank.mint(ctx, account(name), FUNDS);
    this.bank.mint(ctx, "attribution", CLAIM_BOND);
    this.dispute.module.initGenesis?.(
      ctx,
      state ?? { params: toJson(Params, { ...DEFAULT_PARAMS, ...PACE, ...changes }) },
    );
    ctx.write();
  }

  #engine() {
    return {
      post: (_: Context, post: ClaimPost): Uint8Array => {
        if (this.isFull) throw sdkErrors.conflict("too many open claims");
        const id = taggedHash("step", post.subject, post.payloadHash);
        this.#steps.set(toHex(id), Claim.fromPartial({ ...post, bond: "0", id }));
        return id;
      },
      claim: (_: Context, id: Uint8Array) =>
        toHex(id) === toHex(this.claimId) ? this.claim : this.#steps.get(toHex(id)),
      isDisputable: () =>
        this.claim.status === ClaimStatus.CLAIM_STATUS_OPEN ||
        (this.claim.status === ClaimStatus.CLAIM_STATUS_ACCEPTED && this.claim.bondUntil >= BigInt(this.height)),
      beginDispute: () => {
        this.claim = { ...this.claim, disputed: true };
        return this.claim;
      },
      endDispute: () => {
        this.claim = { ...this.claim, disputed: false };
      },
      overturn: (ctx: Context, _: Uint8Array, to: string): Overturned => {
        this.claim = { ...this.claim, status: ClaimStatus.CLAIM_STATUS_OVERTURNED, disputed: false };
        this.bank.sendToModule(ctx, "attribution", to, CLAIM_BOND);
        return { claim: this.claim, bond: CLAIM_BOND, datanets: ["net"] };
      },
    };
  }

  context(mode: Context["mode"] = "query"): ContextBranch {
    const store = (name: string) => {
      const found = this.#stores.get(name) ?? memoryKv();
      this.#stores.set(name, found);
      return found;
    };
    const facts = { chainId: "arena-1", height: this.height, time: { seconds: 1_700_000_000n, nanos: 0 }, mode };
    return createContext(facts, { stores: { store }, events: this.log });
  }

  /** Executes one message; throws what it is refused with, and then leaves no trace. */
  send<M, R>(
    { request, response }: { readonly request: MessageCodec<M>; readonly response: MessageCodec<R> },
    partial: Partially<M>,
  ): R {
    const route = this.dispute.module.messages.find(({ codec }) => codec.typeUrl === request.typeUrl);
    if (!route) throw new Error(`no route for ${request.typeUrl}`);
    const message = route.codec.decode(request.encode(request.fromPartial(partial)).finish());
    route.validate(message);
    const ctx = this.context("deliver");
    const bytes = route.handle(ctx, message);
    ctx.write();
    return response.decode(bytes);
  }

  /** Ends a block in which the committee decided every step that it was asked about; throws for a broken invariant. */
  endBlock(decide: (statement: StepStatement) => boolean | undefined = isTrueStep): void {
    const ctx = this.context("block");
    for (const [id, claim] of this.#steps) {
      const verdict = decide(StepStatement.decode(claim.statement));
      const winners = [{ operator: account("val"), power: 10n }];
      const outcome = { claimId: claim.id, status: claim.status, members: [], height: 0n, opened: true };
      const result = { outcome, opening: new Uint8Array(0), winners: verdict === undefined ? [] : winners };
      const { stepClaims } = this.dispute;
      if (verdict === undefined) stepClaims.onNoQuorum(ctx, claim);
      else if (verdict) stepClaims.onAccepted(ctx, claim, result);
      else stepClaims.onRejected(ctx, claim, result);
      this.#steps.delete(id);
    }
    this.dispute.module.endBlock?.(ctx, { proposerAddress: new Uint8Array(0), votes: [] });
    ctx.write();
    for (const { name, check } of this.dispute.module.invariants ?? []) {
      const why = check(this.context());
      if (why !== undefined) throw new Error(`height ${this.height}: ${name}: ${why}`);
    }
    this.height += 1;
  }

  blocks(count: number): void {
    for (let i = 0; i < count; i++) this.endBlock();
  }

  get(id: Uint8Array): Dispute {
    return this.dispute.keeper.require(this.context(), id);
  }

  balance(name: string): bigint {
    return this.bank.balance(this.context(), name === DISPUTE ? DISPUTE : account(name));
  }

  supply(): bigint {
    return this.bank.supply(this.context());
  }
}

interface ForfeitCall {
  readonly from: string;
  readonly amount: bigint;
  readonly rejecters: readonly unknown[];
  readonly datanets: readonly string[];
}
