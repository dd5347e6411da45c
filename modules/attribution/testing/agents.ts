import type { Context } from "../../../chain/app/context.ts";
import { voteExtensionSignBytes } from "../../../chain/codec/sign-bytes.ts";
import { equalBytes, toHex } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { signEd25519 } from "../../../chain/crypto/keys.ts";
import { taggedHash, u32be, utf8Bytes } from "../../../chain/crypto/tagged.ts";
import {
  type Claim,
  type ClaimOpening,
  MsgBlockInfo,
  type Opening,
  Verdict,
} from "../../../proto/gen/openledger/attribution/v1.ts";
import {
  batchLeaves,
  encodeExtension,
  isOpeningHeight,
  isRootHeight,
  type LeafPath,
  leafOf,
  peersOf,
  revealFor,
  type SketchValue,
  sketchOf,
  sketchSeed,
  ZERO_SKETCH,
} from "../client.ts";
import { type BlockInput, TestChain, type Votes } from "./chain.ts";
import { CHAIN_ID, type ValidatorKeys, validatorKeys } from "./fixtures.ts";

/**
 * How a validator acts on claims. `zeros`, `previous` and `copy` guess instead of computing; `wrong` computes another
 * witness; `late` signs its roots after the last height that counts; `offline` does not vote at all.
 */
export type Behaviour =
  | "honest"
  | "abstain"
  | "silent"
  | "offline"
  | "zeros"
  | "previous"
  | "copy"
  | "wrong"
  | "equivocate"
  | "late";

export interface AgentSpec {
  readonly name: string;
  readonly power: number;
  readonly behaviour: Behaviour;
  /** bech32; the account of its name when left out. */
  readonly operator?: string;
}

/** What a recomputation of a claim yields in these tests. */
export function witnessOf(claimId: Uint8Array): number[] {
  return Array.from({ length: 40 }, (_, i) => {
    const view = new DataView(sha256(taggedHash("witness", claimId, u32be(i))).buffer);
    return view.getInt32(0) * 1_024 + (view.getInt32(4) >> 24);
  });
}

interface CommittedLeaf {
  readonly leaf: Uint8Array;
  readonly opening: Omit<Opening, "rootHeight" | "leafIndex" | "leafTotal" | "aunts">;
}

/** One validator's attestor: leaves, roots, openings, reveals. */
export class Agent {
  readonly keys: ValidatorKeys;
  readonly behaviour: Behaviour;
  readonly #committed = new Map<string, CommittedLeaf[]>();
  /** Paths by claim and variant, under the last root that was signed for them. */
  readonly #paths = new Map<string, { readonly height: number; readonly path: LeafPath }>();
  #last: SketchValue = { a: 5, b: 6 };

  constructor(spec: AgentSpec) {
    this.keys = validatorKeys(spec.name, spec.power, spec.operator);
    this.behaviour = spec.behaviour;
  }

  /** The extension of its precommit for `height`; undefined when it does not vote. */
  precommit(height: number, claims: readonly Claim[], truth: Truth) {
    if (this.behaviour === "offline") return undefined;
    const extension = encodeExtension({ root: this.#root(height, claims, truth), reveal: this.#reveal(height) });
    const bytes = voteExtensionSignBytes(CHAIN_ID, { extension, height, round: 0 });
    return { extension, signature: signEd25519(this.keys.secretKey, bytes) };
  }

  #reveal(height: number): Uint8Array {
    return revealFor(this.keys.beacon, 0, height) ?? new Uint8Array(0);
  }

  #root(height: number, claims: readonly Claim[], truth: Truth): Uint8Array {
    if (this.behaviour === "silent") return new Uint8Array(0);
    const due = claims.filter((claim) => {
      const late = this.behaviour === "late";
      const counts = late ? BigInt(height) === claim.commitEnd : isRootHeight(claim, height);
      return counts && claim.seed.length > 0 && claim.committee.some((m) => equalBytes(m.validator, this.keys.address));
    });
    const leaves = due.flatMap((claim) =>
      this.#leaves(claim, truth).map((leaf, variant) => ({ claim, leaf, variant })),
    );
    if (leaves.length === 0) return new Uint8Array(0);
    const { root, paths } = batchLeaves(leaves.map(({ leaf }) => leaf.leaf));
    for (const [i, { claim, variant }] of leaves.entries()) {
      this.#paths.set(`${toHex(claim.id)}/${variant}`, { height, path: paths[i] as LeafPath });
    }
    return root;
  }

  #leaves(claim: Claim, truth: Truth): CommittedLeaf[] {
    const known = this.#committed.get(toHex(claim.id));
    if (known) return known;
    const verdicts =
      this.behaviour === "equivocate"
        ? [Verdict.VERDICT_ACCEPT, Verdict.VERDICT_REJECT]
        : [this.#verdict(claim, truth)];
    const leaves = verdicts.map((verdict) => this.#leaf(claim, verdict));
    this.#committed.set(toHex(claim.id), leaves);
    return leaves;
  }

  #verdict(claim: Claim, truth: Truth): Verdict {
    if (this.behaviour === "abstain") return Verdict.VERDICT_ABSTAIN;
    return truth(claim) ? Verdict.VERDICT_ACCEPT : Verdict.VERDICT_REJECT;
  }

  #leaf(claim: Claim, verdict: Verdict): CommittedLeaf {
    const abstains = verdict === Verdict.VERDICT_ABSTAIN;
    const place = claim.committee.findIndex(({ validator }) => equalBytes(validator, this.keys.address));
    const answering = abstains ? [] : peersOf(claim, place).flatMap((peer) => claim.committee[peer] ?? []);
    const own = abstains ? ZERO_SKETCH : this.#sketch(claim, this.keys.address);
    const fields = {
      claimId: claim.id,
      validator: this.keys.address,
      verdict,
      peers: answering.map(({ validator }) => this.#sketch(claim, validator)),
      salt: taggedHash("salt", claim.id, this.keys.address, u32be(verdict)),
    };
    const opening = { ...fields, own: abstains ? undefined : own };
    return { leaf: leafOf({ ...fields, chainId: CHAIN_ID, own }), opening };
  }

  /** The answer for one member of the committee, its own included. */
  #sketch(claim: Claim, validator: Uint8Array): SketchValue {
    const isOwn = equalBytes(validator, this.keys.address);
    const honest = (address: Uint8Array) => sketchOf(sketchSeed(claim.seed, claim.id, address), witnessOf(claim.id));
    switch (this.behaviour) {
      case "zeros":
        return ZERO_SKETCH;
      case "previous": {
        const answer = this.#last;
        if (isOwn) this.#last = honest(validator);
        return answer;
      }
      case "copy": {
        const peer = claim.committee.find((member) => !equalBytes(member.validator, this.keys.address));
        return honest(isOwn && peer ? peer.validator : validator);
      }
      case "wrong":
        return sketchOf(sketchSeed(claim.seed, claim.id, validator), [1, 2, 3]);
      default:
        return honest(validator);
    }
  }

  /** Openings of the claims whose window is open in block `height`. */
  openings(claims: readonly Claim[], height: number): Opening[] {
    return claims
      .filter((claim) => isOpeningHeight(claim, height))
      .flatMap((claim) =>
        (this.#committed.get(toHex(claim.id)) ?? []).flatMap(({ opening }, variant) => {
          const place = this.#paths.get(`${toHex(claim.id)}/${variant}`);
          if (!place) return [];
          const { index: leafIndex, total: leafTotal, aunts } = place.path;
          return [{ ...opening, rootHeight: BigInt(place.height), leafIndex, leafTotal, aunts }];
        }),
      );
  }
}

/** What an honest recomputation finds. */
export type Truth = (claim: Claim) => boolean;

export interface NetworkOptions {
  readonly truth?: Truth;
  /** Order in which the pool holds candidates. */
  readonly shuffle?: <T>(items: readonly T[]) => readonly T[];
  readonly accounts?: readonly string[];
  readonly state?: Readonly<Record<string, unknown>>;
}

/** A chain and its validators. */
export class Network {
  readonly agents: readonly Agent[];
  readonly chain: TestChain;
  readonly #options: NetworkOptions;
  #votes: Votes = new Map();
  /** Posters' openings that wait for their window. */
  readonly #posted: ClaimOpening[] = [];

  constructor(specs: readonly AgentSpec[], options: NetworkOptions = {}) {
    this.agents = specs.map((spec) => new Agent(spec));
    this.#options = options;
    const { accounts = [], state } = options;
    this.chain = new TestChain({
      validators: this.agents.map(({ keys }) => keys),
      accounts: ["ann", "host", "owner", ...accounts],
      ...(state && { state }),
    });
  }

  /** The poster publishes what its claim's hash commits to. */
  publish(claimId: Uint8Array, opening: Uint8Array): void {
    this.#posted.push({ claimId, opening });
  }

  /** Votes for the last block. */
  get votes(): Votes {
    return this.#votes;
  }

  /** What the pool holds for the next block. */
  pool(): MsgBlockInfo {
    const claims = this.chain.openClaims();
    const shuffle = this.#options.shuffle ?? ((items) => items);
    const openings = this.agents.flatMap((agent) => agent.openings(claims, this.chain.height + 1));
    return MsgBlockInfo.fromPartial({ openings: shuffle(openings), claimOpenings: shuffle(this.#posted) });
  }

  block(execute?: (ctx: Context) => void, changes: Partial<BlockInput> = {}): void {
    const height = this.chain.height + 1;
    const claims = this.chain.openClaims();
    const truth = this.#options.truth ?? (() => true);
    const candidates = MsgBlockInfo.encode(this.pool()).finish();
    const next = new Map<string, { extension: Uint8Array; signature: Uint8Array }>();
    for (const agent of this.agents) {
      const vote = agent.precommit(height, claims, truth);
      if (vote) next.set(toHex(agent.keys.address), vote);
    }
    this.chain.block({ votes: this.#votes, candidates, ...(execute && { execute }), ...changes });
    this.#votes = next;
  }

  blocks(count: number): void {
    for (let i = 0; i < count; i++) this.block();
  }

  agent(name: string): Agent {
    const found = this.agents.find(({ keys }) => keys.name === name);
    if (!found) throw new Error(`no validator ${name}`);
    return found;
  }
}

/** Bytes that name a blob in tests. */
export function blobId(text: string): Uint8Array {
  return sha256(utf8Bytes(text));
}
