import { sha256 } from "../../crypto/hash.ts";
import { type BlockId, NIL_BLOCK_ID } from "../../types/block-id.ts";
import { type Part, PartSet } from "../../types/part-set.ts";
import { fromMs } from "../../types/time.ts";
import { ValidatorSet } from "../../types/validator-set.ts";
import { PRECOMMIT, PREVOTE, type Proposal, type Vote, type VoteType } from "../../types/vote.ts";
import { ConsensusCore } from "../core.ts";
import type { Effect } from "../effect.ts";
import type { Input, PreparedBlock, StartHeight } from "../input.ts";
import { DEFAULT_TIMEOUTS } from "../timeouts.ts";

const NO_BYTES = new Uint8Array(0);

/** Small parts, so that a short block has several. */
export const TEST_PART_BYTES = 16;

export function validatorsOf(...powers: readonly number[]): ValidatorSet {
  return ValidatorSet.of(powers.map((power, i) => ({ pubKey: new Uint8Array(32).fill(i + 1), power })));
}

export function blockOf(label: string): PreparedBlock {
  const blockBytes = new TextEncoder().encode(label.padEnd(2 * TEST_PART_BYTES + 3, "."));
  const set = PartSet.fromBytes(blockBytes, TEST_PART_BYTES);
  const parts = Array.from({ length: set.header.total }, (_, i) => set.get(i) as Part);
  return { blockId: { hash: sha256(blockBytes), parts: set.header }, blockBytes, parts };
}

export interface VoteFields {
  readonly type?: VoteType;
  readonly height?: number;
  readonly round?: number;
  readonly blockId?: BlockId;
  readonly extension?: Uint8Array;
}

/** A vote of one validator, a prevote for nil in round 0 of height 1 unless told otherwise. Signatures are not checked here. */
export function voteOf(validators: ValidatorSet, validatorIndex: number, fields: VoteFields = {}): Vote {
  const { type = PREVOTE, height = 1, round = 0, blockId = NIL_BLOCK_ID, extension } = fields;
  return {
    type,
    height,
    round,
    blockId,
    timestamp: fromMs(1_700_000_000_000),
    validatorAddress: validators.get(validatorIndex)?.address ?? new Uint8Array(20),
    validatorIndex,
    signature: new Uint8Array(64).fill(1 + validatorIndex),
    extension: extension ?? NO_BYTES,
    extensionSignature: extension ? new Uint8Array(64).fill(101) : NO_BYTES,
  };
}

export function proposalOf(block: PreparedBlock, fields: Partial<Proposal> = {}): Proposal {
  const timestamp = fromMs(1_700_000_000_000);
  const signature = new Uint8Array(64).fill(9);
  return { height: 1, round: 0, polRound: -1, blockId: block.blockId, timestamp, signature, ...fields };
}

export interface DeskOptions {
  readonly validators: ValidatorSet;
  /** Index of the node's own key in the set, -1 for a node without one. */
  readonly own: number;
  readonly height?: number;
  readonly voteExtensions?: boolean;
  readonly maxBlockBytes?: number;
  readonly skipCommitWait?: boolean;
}

/** A core at the start of a height, with the answers that a test gives most. */
export class Desk {
  readonly core: ConsensusCore;
  readonly validators: ValidatorSet;
  readonly height: number;
  readonly effects: Effect[] = [];

  constructor({
    validators,
    own,
    height = 1,
    voteExtensions = false,
    maxBlockBytes = 1000,
    skipCommitWait = false,
  }: DeskOptions) {
    this.validators = validators;
    this.height = height;
    this.core = new ConsensusCore({
      address: validators.get(own)?.address,
      initialHeight: 1,
      timeouts: DEFAULT_TIMEOUTS,
      skipCommitWait,
      partBytes: TEST_PART_BYTES,
    });
    const start: StartHeight = {
      kind: "startHeight",
      height,
      validators,
      voteExtensions,
      maxBlockBytes,
      last: undefined,
    };
    this.send(start);
  }

  /** Effects of this input; also kept in `effects`. */
  send(input: Input): Effect[] {
    const effects = this.core.handle(input);
    this.effects.push(...effects);
    return effects;
  }

  get state() {
    const { driver } = this.core.engine;
    if (!driver) throw new Error("no height is running");
    return driver.state;
  }

  begin(): Effect[] {
    return this.send({ kind: "timeout", height: this.height, round: 0, step: "commit" });
  }

  timeout(step: "propose" | "prevote" | "precommit", round = this.state.round): Effect[] {
    return this.send({ kind: "timeout", height: this.height, round, step });
  }

  votes(type: VoteType, indices: readonly number[], fields: VoteFields = {}): Effect[] {
    return indices.flatMap((index) => {
      const votes = [voteOf(this.validators, index, { ...fields, type, height: this.height })];
      return this.send({ kind: "votesReceived", peer: undefined, votes });
    });
  }

  prevotes(indices: readonly number[], fields: VoteFields = {}): Effect[] {
    return this.votes(PREVOTE, indices, fields);
  }

  precommits(indices: readonly number[], fields: VoteFields = {}): Effect[] {
    return this.votes(PRECOMMIT, indices, fields);
  }

  /** The proposal, every part, and the application's verdict. */
  proposal(block: PreparedBlock, fields: Partial<Proposal> = {}, accept = true): Effect[] {
    const proposal = proposalOf(block, { height: this.height, round: this.state.round, ...fields });
    return [
      ...this.send({ kind: "proposalReceived", peer: undefined, proposal }),
      ...this.parts(block),
      ...this.send({ kind: "processed", height: this.height, blockId: block.blockId, accept }),
    ];
  }

  parts(block: PreparedBlock): Effect[] {
    const header = block.blockId.parts;
    return block.parts.flatMap((part) =>
      this.send({ kind: "partReceived", peer: undefined, height: this.height, header, part }),
    );
  }
}

export function kindsOf(effects: readonly Effect[]): string[] {
  return effects.map(({ kind }) => kind);
}

/** The own votes asked for, as text: "prevote 0 nil", "precommit 2 ab12". */
export function votesAsked(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "signVote") return [];
    const { type, round, blockId } = effect.vote;
    const value = blockId.hash.length === 0 ? "nil" : Buffer.from(blockId.hash.subarray(0, 2)).toString("hex");
    return [`${type === PREVOTE ? "prevote" : "precommit"} ${round} ${value}`];
  });
}

export function nameOf(block: PreparedBlock): string {
  return Buffer.from(block.blockId.hash.subarray(0, 2)).toString("hex");
}
