import { wrapInjected } from "../../chain/app/tx/injected-envelope.ts";
import { compareBytes, equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { decodeEnvelope, isOpeningHeight } from "../../modules/attribution/client.ts";
import {
  type Claim,
  ClaimOpening,
  MsgBlockInfo,
  Opening,
  type OpeningEnvelope,
} from "../../proto/gen/openledger/attribution/v1.ts";
import type { ItemVerdict } from "../p2p/index.ts";
import type { BlockFacts } from "./block-facts.ts";
import type { ClaimsView } from "./claims-view.ts";
import { MAX_EARLY_BYTES, MAX_LEAVES_PER_MEMBER, MAX_POOL_BYTES } from "./limits.ts";
import { type Judgement, judgeClaimOpening, judgeOpening, toItemVerdict } from "./verdicts.ts";

/** Tag and length of a list entry in the encoded message, at most. */
const ENTRY_OVERHEAD = 5;

interface Pooled {
  /** Empty for the poster's opening, so that it sorts first. */
  readonly validator: Uint8Array;
  /** Empty for the poster's opening. */
  readonly leaf: Uint8Array;
  readonly opening?: Opening;
  readonly posters?: ClaimOpening;
  readonly bytes: number;
  included: boolean;
}

interface ClaimEntries {
  readonly claim: Claim;
  readonly entries: Pooled[];
}

/** Openings that may stand in coming blocks: own ones, and those from gossip and RPC, each checked as the chain will. */
export class OpeningPool {
  readonly #chainId: string;
  readonly #view: ClaimsView;
  readonly #seen: (opening: Opening) => void;
  readonly #claims = new Map<string, ClaimEntries>();
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #bytes = 0;

  /** `seen` is told every valid opening of a member once. */
  constructor(chainId: string, view: ClaimsView, seen: (opening: Opening) => void = () => undefined) {
    this.#chainId = chainId;
    this.#view = view;
    this.#seen = seen;
  }

  /** Encoded bytes of all pooled openings. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Judges an encoded OpeningEnvelope and keeps it when it is valid and new. */
  add(bytes: Uint8Array): ItemVerdict {
    const envelope = decoded(bytes);
    if (!envelope) return { action: "reject", code: "malformed" };
    const { opening, claimOpening } = envelope;
    const judgement = opening
      ? judgeOpening(this.#chainId, this.#view, opening)
      : judgeClaimOpening(this.#view, claimOpening as ClaimOpening);
    if (judgement.action === "ignore" && judgement.code === "early") this.#holdEarly(bytes, envelope);
    if (judgement.action !== "accept") return toItemVerdict(judgement);
    return this.#keep(judgement, envelope);
  }

  /** True once a block holds an opening of this member (or of the poster, for the empty address). */
  isIncluded(claimId: Uint8Array, validator: Uint8Array): boolean {
    const entries = this.#claims.get(toHex(claimId))?.entries ?? [];
    return entries.some((entry) => entry.included && equalBytes(entry.validator, validator));
  }

  /** A block was applied and the view follows it: forgets what is over, notes what it holds, takes what came too early. */
  advance(facts: BlockFacts): void {
    for (const [id, { claim, entries }] of this.#claims) {
      if (this.#view.claim(claim.id) && isOpeningHeight(claim, this.#view.height + 1)) continue;
      this.#claims.delete(id);
      for (const entry of entries) this.#bytes -= entry.bytes;
    }
    for (const opening of facts.openings) this.#include(opening.claimId, opening.validator, { opening });
    for (const posters of facts.claimOpenings) this.#include(posters.claimId, NO_BYTES, { posters });
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    for (const bytes of early) this.add(bytes);
  }

  /**
   * TxRaw with what may stand in the next block, earliest deadline first, the poster's opening before the members';
   * undefined when there is nothing.
   */
  candidate(maxBytes: number): Uint8Array | undefined {
    const openings: Opening[] = [];
    const claimOpenings: ClaimOpening[] = [];
    let room = Math.min(maxBytes, this.#view.maxOpeningBytes);
    for (const { opening, posters, bytes } of this.#waiting()) {
      if (bytes + ENTRY_OVERHEAD > room) continue;
      room -= bytes + ENTRY_OVERHEAD;
      if (opening) openings.push(opening);
      else if (posters) claimOpenings.push(posters);
    }
    if (openings.length + claimOpenings.length === 0) return undefined;
    const message: MsgBlockInfo = {
      height: BigInt(this.#view.height + 1),
      round: 0,
      votes: [],
      openings,
      claimOpenings,
    };
    return wrapInjected(MsgBlockInfo.typeUrl, MsgBlockInfo.encode(message).finish());
  }

  #waiting(): Pooled[] {
    const open = [...this.#claims.values()].filter(({ claim }) => isOpeningHeight(claim, this.#view.height + 1));
    open.sort((a, b) => Number(a.claim.openEnd - b.claim.openEnd) || compareBytes(a.claim.id, b.claim.id));
    return open.flatMap(({ entries }) =>
      entries.filter(({ included }) => !included).sort((a, b) => compareBytes(a.validator, b.validator)),
    );
  }

  #keep({ claim, leaf }: Judgement & { action: "accept" }, { opening, claimOpening }: OpeningEnvelope): ItemVerdict {
    const id = toHex(claim.id);
    const { entries } = this.#claims.get(id) ?? { entries: [] };
    const validator = opening?.validator ?? NO_BYTES;
    const others = entries.filter((entry) => equalBytes(entry.validator, validator));
    if (others.some((entry) => equalBytes(entry.leaf, leaf))) return { action: "ignore", code: "known" };
    if (others.length >= MAX_LEAVES_PER_MEMBER) return { action: "ignore", code: "equivocation-known" };
    const bytes = opening ? Opening.encode(opening).finish().length : sizeOf(claimOpening as ClaimOpening);
    if (this.#bytes + bytes > MAX_POOL_BYTES) return { action: "ignore", code: "pool-full" };
    const what = opening ? { opening } : { posters: claimOpening as ClaimOpening };
    this.#claims.set(id, { claim, entries: [...entries, { ...what, validator, leaf, bytes, included: false }] });
    this.#bytes += bytes;
    if (opening) this.#seen(opening);
    return { action: "accept" };
  }

  /** Marks what a block holds; an opening that never came by gossip is learnt from the block. */
  #include(claimId: Uint8Array, validator: Uint8Array, what: Pick<Pooled, "opening" | "posters">): void {
    const judgement = what.opening
      ? judgeOpening(this.#chainId, this.#view, what.opening)
      : judgeClaimOpening(this.#view, what.posters as ClaimOpening);
    if (judgement.action !== "accept") return;
    this.#keep(judgement, { opening: what.opening, claimOpening: what.posters });
    for (const entry of this.#claims.get(toHex(claimId))?.entries ?? []) {
      if (equalBytes(entry.validator, validator) && equalBytes(entry.leaf, judgement.leaf)) entry.included = true;
    }
  }

  /** Only what belongs to the very next block is held: a longer way ahead its sender re-publishes in time. */
  #holdEarly(bytes: Uint8Array, { opening, claimOpening }: OpeningEnvelope): void {
    const claim = this.#view.claim((opening ?? (claimOpening as ClaimOpening)).claimId);
    if (!claim || !isOpeningHeight(claim, this.#view.height + 2)) return;
    if (this.#earlyBytes + bytes.length > MAX_EARLY_BYTES) return;
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
  }
}

const NO_BYTES = new Uint8Array(0);

function decoded(bytes: Uint8Array): OpeningEnvelope | undefined {
  try {
    return decodeEnvelope(bytes);
  } catch {
    return undefined;
  }
}

function sizeOf(opening: ClaimOpening): number {
  return ClaimOpening.encode(opening).finish().length;
}
