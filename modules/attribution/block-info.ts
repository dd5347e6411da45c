import { contained } from "../../chain/app/contained.ts";
import type { Context } from "../../chain/app/context.ts";
import type { CommitInfo, ExtendedCommitInfo, InjectedInput, InjectedTx } from "../../chain/app/injected.ts";
import { FLAG_COMMIT } from "../../chain/types/commit.ts";
import { type ExtendedVote, MsgBlockInfo } from "../../proto/gen/openledger/attribution/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { applyExtensions } from "./apply.ts";
import { errors } from "./errors.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { MAX_OPENINGS_PER_BLOCK, MAX_VOTES } from "./limits.ts";
import type { StakingNeeds } from "./needs.ts";
import { openingBytes, selectOpenings } from "./prepare.ts";
import type { Recorder } from "./record.ts";
import { checkFlags, checkLength, checkPower, readVote, readVoteOrIgnore, type SignedHeight } from "./votes.ts";

const NO_BYTES = new Uint8Array(0);

export interface BlockInfoOptions {
  /** First height whose precommits carry extensions (consensus parameter `vote_extensions_enable_height`). */
  readonly extensionsFrom: number;
}

export interface BlockInfoParts {
  readonly keeper: AttributionKeeper;
  readonly recorder: Recorder;
  readonly staking: StakingNeeds;
}

/** Transaction 0: the extended commit of the block before, and openings. `ctx.height` is the height of its block. */
export class BlockInfoTx implements InjectedTx {
  readonly typeUrl = MsgBlockInfo.typeUrl;
  readonly #extensionsFrom: number;
  readonly #parts: BlockInfoParts;

  constructor(options: BlockInfoOptions, parts: BlockInfoParts) {
    this.#extensionsFrom = options.extensionsFrom;
    this.#parts = parts;
  }

  /** Throws attribution/17 when too few extensions are at hand: such a proposer has nothing valid to propose. */
  prepare(ctx: Context, input: InjectedInput): Uint8Array {
    const base: MsgBlockInfo = {
      height: BigInt(ctx.height),
      round: input.lastCommit.round,
      votes: this.#collect(ctx, input.lastCommit),
      openings: [],
      claimOpenings: [],
    };
    const left = input.maxBytes - encodeBytes(MsgBlockInfo, base).length;
    const room = Math.min(left, this.#parts.keeper.params(ctx).maxOpeningBytes);
    const chosen = selectOpenings(ctx.branch(), { candidates: input.candidates, room }, this.#parts);
    return encodeBytes(MsgBlockInfo, { ...base, ...chosen });
  }

  process(ctx: Context, bytes: Uint8Array, lastCommit: CommitInfo): void {
    const message = decodeInfo(ctx, bytes);
    this.#checkVotes(ctx, message, lastCommit);
    this.#checkOpeningBytes(ctx, message);
    const trial = ctx.branch();
    for (const opening of message.openings) this.#parts.recorder.opening(trial, opening);
    for (const opening of message.claimOpenings) this.#parts.recorder.claimOpening(trial, opening);
  }

  /**
   * Throws attribution/15, /18 for a message that is no block info of this height. Single votes and openings that are
   * wrong are left out: one malformed item never fails its batch (invariant I15).
   */
  deliver(ctx: Context, bytes: Uint8Array): void {
    const message = decodeInfo(ctx, bytes);
    this.#checkOpeningBytes(ctx, message);
    const at = this.#signed(ctx, message);
    const extensions = at ? message.votes.map((vote, i) => readVoteOrIgnore(at, vote, at.set[i])) : [];
    const applied = applyExtensions(ctx, this.#parts.keeper, { set: at?.set ?? [], extensions });
    let ignored = 0;
    const attempt = (record: (branch: Context) => void) => {
      if (contained(ctx, record)) ignored++;
    };
    for (const opening of message.openings) attempt((branch) => this.#parts.recorder.opening(branch, opening));
    for (const opening of message.claimOpenings)
      attempt((branch) => this.#parts.recorder.claimOpening(branch, opening));
    ctx.events.emit("block_info", [
      ["height", String(message.height)],
      ["roots", String(applied.roots)],
      ["reveals", String(applied.reveals)],
      ["openings", String(message.openings.length + message.claimOpenings.length)],
      ["ignored", String(ignored)],
    ]);
  }

  /** The commit that the message carries; undefined for the first block, which has none. Throws attribution/15. */
  #signed(ctx: Context, { round, votes }: { readonly round: number; readonly votes: readonly unknown[] }) {
    if (votes.length === 0) return undefined;
    const set = this.#parts.staking.setAt(ctx, ctx.height - 1);
    if (!set) throw errors.badBlockInfo(`no validator set is known for height ${ctx.height - 1}`);
    const at: SignedHeight = { chainId: ctx.chainId, height: ctx.height - 1, round, set };
    checkLength(at, votes.length);
    return at;
  }

  #checkVotes(ctx: Context, message: MsgBlockInfo, lastCommit: CommitInfo): void {
    checkFlags(message.votes, lastCommit.votes);
    if (message.round !== lastCommit.round)
      throw errors.badBlockInfo("the round is not that of the block's last commit");
    const at = this.#signed(ctx, message);
    if (!at) return;
    const extensions = message.votes.map((vote, i) => readVote(at, vote, at.set[i]));
    if (at.height >= this.#extensionsFrom) checkPower(at, extensions);
  }

  /** The votes as the proposer holds them; an extension that others would refuse is left out. */
  #collect(ctx: Context, commit: ExtendedCommitInfo): ExtendedVote[] {
    const at = this.#signed(ctx, commit);
    if (!at) return [];
    const votes = commit.votes.map((vote, i): ExtendedVote => {
      const held = {
        validator: vote.address,
        flag: vote.flag,
        extension: vote.extension,
        signature: vote.extensionSignature,
      };
      const counts = vote.flag === FLAG_COMMIT && readVoteOrIgnore(at, held, at.set[i]) !== undefined;
      return counts ? held : { ...held, extension: NO_BYTES, signature: NO_BYTES };
    });
    if (at.height >= this.#extensionsFrom)
      checkPower(
        at,
        votes.map((vote, i) => readVoteOrIgnore(at, vote, at.set[i])),
      );
    return votes;
  }

  #checkOpeningBytes(ctx: Context, message: MsgBlockInfo): void {
    const limit = this.#parts.keeper.params(ctx).maxOpeningBytes;
    const used = openingBytes(message);
    if (used > limit) throw errors.tooManyOpeningBytes(`${used} bytes of openings, allowed are ${limit}`);
  }
}

function decodeInfo(ctx: Context, bytes: Uint8Array): MsgBlockInfo {
  const message = strict(bytes);
  if (message.height !== BigInt(ctx.height)) {
    throw errors.badBlockInfo(`block info of height ${message.height} in block ${ctx.height}`);
  }
  if (
    message.votes.length > MAX_VOTES ||
    message.openings.length + message.claimOpenings.length > MAX_OPENINGS_PER_BLOCK
  ) {
    throw errors.badBlockInfo("too many votes or openings");
  }
  return message;
}

function strict(bytes: Uint8Array): MsgBlockInfo {
  try {
    return decodeStrict(MsgBlockInfo, bytes);
  } catch (error) {
    throw errors.badBlockInfo(`not a canonical block info: ${(error as Error).message}`);
  }
}
