import { toHex } from "../../chain/crypto/bytes.ts";
import { encodeEnvelope, encodeExtension, isOpeningHeight, isRootHeight } from "../../modules/attribution/client.ts";
import { MAX_LEAF_AUNTS } from "../../modules/attribution/limits.ts";
import type { Claim, Opening } from "../../proto/gen/openledger/attribution/v1.ts";
import type { ItemVerdict, NodeLog } from "../p2p/index.ts";
import type { CommittedEvent } from "../rpc/backend.ts";
import { SerialQueue } from "../serial-queue.ts";
import type { Attester } from "./attester.ts";
import type { BeaconSource } from "./beacon-source.ts";
import { type BlockFacts, factsOf } from "./block-facts.ts";
import type { ClaimsView, ViewChange } from "./claims-view.ts";
import type { Commitments } from "./commitments.ts";
import { PRUNE_EVERY } from "./limits.ts";
import type { OpeningPool } from "./pool.ts";
import type { AttestationPort } from "./port.ts";
import type { Workbench } from "./workbench.ts";

const NO_BYTES = new Uint8Array(0);

/** What a validator has beyond what every node has. */
export interface ValidatorParts {
  /** Consensus address. */
  readonly address: Uint8Array;
  readonly attester: Attester;
  readonly workbench: Workbench;
  readonly commitments: Commitments;
  readonly beacon: BeaconSource;
}

export interface AttestationParts {
  readonly view: ClaimsView;
  readonly pool: OpeningPool;
  /** Absent on a node without a validator key: it relays openings and attests nothing. */
  readonly validator: ValidatorParts | undefined;
  readonly publish: (envelope: Uint8Array) => void;
  readonly log: NodeLog;
  /** Ends what the parts hold open. */
  readonly close: () => Promise<void>;
}

/**
 * Attestation on this node: follows blocks one after the other, has claims examined, binds the validator by its vote
 * extensions, and brings openings into blocks.
 */
export class AttestationService implements AttestationPort {
  readonly #parts: AttestationParts;
  /** Blocks and extensions in turn: an extension sees every block that was applied before it was asked for. */
  readonly #queue = new SerialQueue();
  #stopped = false;

  constructor(parts: AttestationParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    await this.#queue.run(async () => {
      try {
        this.#take(await this.#parts.view.load(0));
      } catch (error) {
        // Before the first block there is no state to ask; the view loads with that block.
        this.#parts.log.debug({ reason: (error as Error).message }, "claims are read with the first block");
      }
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#parts.validator?.workbench.close();
    await this.#queue.run(() => this.#parts.close());
  }

  extensionFor(height: number): Promise<Uint8Array> {
    return this.#queue.run(async () => {
      const { validator } = this.#parts;
      if (!validator) return encodeExtension({ root: NO_BYTES, reveal: NO_BYTES });
      const known = validator.commitments.extension(height);
      return known ?? validator.commitments.commit(height, this.#dueLeaves(height), await this.#reveal(height));
    });
  }

  onBlock(event: CommittedEvent): void {
    if (this.#stopped) return;
    const facts = factsOf(event);
    void this.#queue.run(() => this.#advance(facts));
  }

  candidate(maxBytes: number): Uint8Array | undefined {
    return this.#parts.pool.candidate(maxBytes);
  }

  onOpening(envelope: Uint8Array): Promise<ItemVerdict> {
    return Promise.resolve(this.#parts.pool.add(envelope));
  }

  async #advance(facts: BlockFacts): Promise<void> {
    if (this.#stopped) return;
    const { view, pool, validator, log } = this.#parts;
    try {
      this.#take(await view.follow(facts));
      pool.advance(facts);
      if (facts.beaconRegistered) validator?.beacon.forgetRegistration();
      validator?.attester.expect(facts.models);
      this.#publishOwn();
      if (view.height % PRUNE_EVERY === 0) await validator?.commitments.prune(view.height);
    } catch (error) {
      if (!this.#stopped)
        log.warn({ height: facts.height, reason: (error as Error).message }, "attestation lost a block");
    }
  }

  #take({ opened, seeded }: ViewChange): void {
    const { view, validator } = this.#parts;
    if (!validator) return;
    const { workbench, commitments } = validator;
    for (const claim of opened) if (!commitments.leaf(claim.id)) workbench.open(claim);
    for (const claim of seeded) {
      // A committee that was drawn with the seed is known only now.
      if (!commitments.leaf(claim.id)) workbench.open(claim);
      workbench.seed(claim);
    }
    workbench.advance(view.height);
  }

  /** No reveal is better than no vote. Before the first block there is no state that says where the chain was registered. */
  async #reveal(height: number): Promise<Uint8Array> {
    const { view, validator } = this.#parts;
    if (view.height === 0 || !validator) return NO_BYTES;
    try {
      return await validator.beacon.reveal(height);
    } catch (error) {
      this.#parts.log.warn({ height, reason: (error as Error).message }, "no beacon reveal");
      return NO_BYTES;
    }
  }

  /** Leaves for the root of `height`: all that no committed root holds, those of roots under way included. */
  #dueLeaves(height: number): Opening[] {
    const { view, validator } = this.#parts;
    if (!validator) return [];
    const due = view.claims().flatMap((claim) => {
      if (!isRootHeight(claim, height) || this.#committed(claim)) return [];
      const leaf = validator.commitments.leaf(claim.id) ?? validator.workbench.leaf(claim.id);
      return leaf ? [leaf] : [];
    });
    return due.slice(0, 2 ** MAX_LEAF_AUNTS);
  }

  /** The own opening of a claim under a root that a block holds. */
  #committed(claim: Claim): Opening | undefined {
    const { view, validator } = this.#parts;
    if (!validator) return undefined;
    const { commitments, address } = validator;
    return commitments.opening(claim.id, (height) => commitments.isOwnRoot(height, view.root(height, address)));
  }

  /** With every block again, until a block holds the opening: gossip promises no delivery. */
  #publishOwn(): void {
    const { view, pool, validator, publish, log } = this.#parts;
    if (!validator) return;
    for (const claim of view.claims()) {
      if (!isOpeningHeight(claim, view.height + 1) || pool.isIncluded(claim.id, validator.address)) continue;
      const opening = this.#committed(claim);
      if (!opening) continue;
      const envelope = encodeEnvelope({ opening, claimOpening: undefined });
      pool.add(envelope);
      publish(envelope);
      log.debug({ claim: toHex(claim.id), height: view.height }, "opening published");
    }
  }
}
