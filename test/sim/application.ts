import type { Decide, Prepare, Process } from "../../chain/consensus/effect.ts";
import type { HeightContext, LastDecision, PreparedBlock } from "../../chain/consensus/input.ts";
import { valueId } from "../../chain/consensus/value-id.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256, sha256Concat } from "../../chain/crypto/hash.ts";
import type { BlockId } from "../../chain/types/block-id.ts";
import type { ExtendedCommit } from "../../chain/types/commit.ts";
import { PartSet } from "../../chain/types/part-set.ts";
import { ValidatorSet } from "../../chain/types/validator-set.ts";
import type { Vote } from "../../chain/types/vote.ts";
import { simKey } from "./keys.ts";
import type { SimRng } from "./rng.ts";

/** Small parts, so that most blocks have several and parts can be lost one by one. */
export const SIM_PART_BYTES = 64;
const FIXED_BYTES = 48;
export const SIM_MAX_BLOCK_BYTES = 512;
const NO_CHANGE = 255;

/** State after a height: a pure function of the blocks. */
export interface SimState {
  readonly height: number;
  readonly appHash: Uint8Array;
  /** Sets that sign the next height and the one after it. */
  readonly validators: ValidatorSet;
  readonly nextValidators: ValidatorSet;
}

export interface SimBlock {
  readonly height: number;
  readonly appHash: Uint8Array;
  readonly nonce: number;
  readonly change: { readonly key: number; readonly power: number } | undefined;
  /** A block that its proposer marks as bad: correct applications refuse it. */
  readonly valid: boolean;
}

export interface StoredBlock {
  readonly blockId: BlockId;
  readonly blockBytes: Uint8Array;
  readonly extendedCommit: ExtendedCommit;
}

export interface SimChainOptions {
  readonly validators: number;
  readonly powers: readonly number[];
  /** First height whose precommits carry extensions. */
  readonly extensionsFrom: number;
}

export function genesisState({ validators, powers }: SimChainOptions): SimState {
  const changes = Array.from({ length: validators }, (_, i) => ({ pubKey: simKey(i).pubKey, power: powers[i] ?? 1 }));
  const set = ValidatorSet.of(changes);
  return { height: 0, appHash: sha256(new Uint8Array(0)), validators: set, nextValidators: set.incrementPriority(1) };
}

export function encodeBlock(block: SimBlock, padding: number): Uint8Array {
  const bytes = new Uint8Array(FIXED_BYTES + padding);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, block.height);
  bytes.set(block.appHash, 4);
  view.setUint32(36, block.nonce);
  bytes[40] = block.change?.key ?? NO_CHANGE;
  bytes[41] = block.change?.power ?? 0;
  bytes[42] = block.valid ? 1 : 0;
  return bytes;
}

export function decodeBlock(bytes: Uint8Array): SimBlock {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const key = view.getUint8(40);
  return {
    height: view.getUint32(0),
    appHash: bytes.slice(4, 36),
    nonce: view.getUint32(36),
    change: key === NO_CHANGE ? undefined : { key, power: view.getUint8(41) },
    valid: view.getUint8(42) === 1,
  };
}

export function makeBlock(block: SimBlock, padding: number): PreparedBlock {
  const blockBytes = encodeBlock(block, padding);
  const set = PartSet.fromBytes(blockBytes, SIM_PART_BYTES);
  const parts = Array.from(
    { length: set.header.total },
    (_, index) => set.get(index) as NonNullable<ReturnType<PartSet["get"]>>,
  );
  return { blockId: { hash: sha256(blockBytes), parts: set.header }, blockBytes, parts };
}

export function extensionOf(key: number, height: number, blockId: BlockId): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = key;
  new DataView(bytes.buffer).setUint32(1, height);
  bytes.set(blockId.hash.subarray(0, 4), 5);
  return bytes;
}

export function verifyExtension(vote: Vote): boolean {
  const { extension, height, blockId } = vote;
  return extension.length === 9 && equalBytes(extension, extensionOf(extension[0] as number, height, blockId));
}

// All correct nodes compute the same states; a simulation computes each once.
const successors = new WeakMap<SimState, Map<string, SimState>>();

/** A node's application and block store. What it holds is durable. */
export class SimApplication {
  readonly options: SimChainOptions;
  readonly blocks: StoredBlock[] = [];
  #state: SimState;
  #before: SimState | undefined;

  constructor(options: SimChainOptions, genesis: SimState) {
    this.options = options;
    this.#state = genesis;
  }

  get state(): SimState {
    return this.#state;
  }

  contextOf(height: number): HeightContext {
    return {
      height,
      validators: this.#state.validators,
      voteExtensions: height >= this.options.extensionsFrom,
      maxBlockBytes: SIM_MAX_BLOCK_BYTES,
    };
  }

  prepare(
    request: Prepare,
    rng: SimRng,
    draft: { readonly change: SimBlock["change"]; readonly valid: boolean },
  ): PreparedBlock {
    const { height } = request;
    const block: SimBlock = { height, appHash: this.#state.appHash, nonce: rng.next(), ...draft };
    return makeBlock(block, rng.below(3) * SIM_PART_BYTES);
  }

  process({ height, blockId, blockBytes }: Pick<Process, "height" | "blockId" | "blockBytes">): boolean {
    if (!equalBytes(sha256(blockBytes), blockId.hash) || blockBytes.length < FIXED_BYTES) return false;
    const block = decodeBlock(blockBytes);
    return block.valid && block.height === height && equalBytes(block.appHash, this.#state.appHash);
  }

  store({ blockId, blockBytes, extendedCommit }: Pick<Decide, keyof StoredBlock>): void {
    this.blocks.push({ blockId, blockBytes, extendedCommit });
  }

  /** Applies stored blocks that are not applied yet. */
  catchUp(): void {
    while (this.#state.height < this.blocks.length) this.#apply(this.blocks[this.#state.height] as StoredBlock);
  }

  #apply({ blockId, blockBytes }: StoredBlock): void {
    const known = successors.get(this.#state) ?? new Map<string, SimState>();
    successors.set(this.#state, known);
    const key = valueId(blockId);
    const next = known.get(key) ?? transition(this.#state, blockId, decodeBlock(blockBytes));
    known.set(key, next);
    this.#before = this.#state;
    this.#state = next;
  }

  /** What consensus needs of the block before the next height, from the block store. */
  last(): LastDecision | undefined {
    const before = this.#before;
    const stored = this.blocks[this.#state.height - 1];
    if (!stored || !before) return undefined;
    const set = PartSet.fromBytes(stored.blockBytes, SIM_PART_BYTES);
    return {
      validators: before.validators,
      voteExtensions: this.#state.height >= this.options.extensionsFrom,
      extendedCommit: stored.extendedCommit,
      parts: Array.from({ length: set.header.total }, (_, i) => set.get(i) as NonNullable<ReturnType<PartSet["get"]>>),
    };
  }
}

function transition(state: SimState, blockId: BlockId, block: SimBlock): SimState {
  const appHash = sha256Concat(state.appHash, blockId.hash);
  let changed = state.nextValidators;
  if (block.change) {
    try {
      changed = changed.update([{ pubKey: simKey(block.change.key).pubKey, power: block.change.power }]);
    } catch {
      // An impossible change (the last validator, an unknown one) is dropped, as the staking module does.
    }
  }
  return {
    height: state.height + 1,
    appHash,
    validators: state.nextValidators,
    nextValidators: changed.incrementPriority(1),
  };
}
