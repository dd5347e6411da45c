import type { Log } from "../ports.ts";
import type { AppContext } from "./context.ts";
import { toAppError } from "./errors.ts";
import type { CommitInfo, ExtendedCommitInfo, InjectedTx } from "./injected.ts";
import { ENVELOPE_OVERHEAD, unwrapInjected, wrapInjected } from "./tx/injected-envelope.ts";
import { MAX_INJECTED_TX_BYTES } from "./tx/limits.ts";
import { type RunOptions, runTx } from "./tx/run.ts";

export interface ProposalOptions {
  readonly injected: InjectedTx | undefined;
  readonly run: RunOptions;
  /** Most gas of a block's transactions, -1 for no limit. */
  readonly maxGas: number;
  readonly log: Log;
}

/**
 * The transactions of a new block: transaction 0, then those that pass the ante handler one after the other and fit
 * the block's bytes and gas. What this returns passes `checkProposal` on the same state; it is empty when the proposer
 * holds too few vote extensions for a transaction 0, so that its proposal is refused and another proposer's turn comes.
 */
export function buildProposal(
  ctx: AppContext,
  input: { readonly txs: readonly Uint8Array[]; readonly lastCommit: ExtendedCommitInfo; readonly maxBytes: number },
  options: ProposalOptions,
): Uint8Array[] {
  const { injected } = options;
  const [first] = input.txs;
  const candidates = injected && first ? unwrapInjected(injected.typeUrl, first) : undefined;
  const txs = candidates ? input.txs.slice(1) : input.txs;
  const block = new BlockSpace(input.maxBytes, options.maxGas);
  const chosen: Uint8Array[] = [];
  if (injected) {
    const tx = prepareInjected(ctx, { ...input, candidates }, { injected, log: options.log });
    if (!tx) return [];
    block.take(tx.length, 0);
    chosen.push(tx);
  }
  for (const tx of txs) {
    if (!block.fits(tx.length, 0)) continue;
    const branch = ctx.branch();
    const result = runTx(branch, tx, "prepare", options.run);
    if (result.code !== 0 || !block.fits(tx.length, result.gasWanted)) continue;
    branch.write();
    block.take(tx.length, result.gasWanted);
    chosen.push(tx);
  }
  return chosen;
}

/** Bytes and gas that a block has left. */
class BlockSpace {
  #bytes: number;
  #gas: number;

  constructor(maxBytes: number, maxGas: number) {
    this.#bytes = maxBytes;
    this.#gas = maxGas < 0 ? Number.POSITIVE_INFINITY : maxGas;
  }

  fits(txBytes: number, gas: number): boolean {
    return wireSize(txBytes) <= this.#bytes && gas <= this.#gas;
  }

  take(txBytes: number, gas: number): void {
    this.#bytes -= wireSize(txBytes);
    this.#gas -= gas;
  }
}

/** Size of a transaction inside the block's `Data`: tag, length and bytes (CometBFT's ComputeProtoSizeForTxs). */
function wireSize(txBytes: number): number {
  let size = 2 + txBytes;
  for (let rest = txBytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Transaction 0, made of the node's candidates, or without them if they spoil it; undefined when neither will do. */
function prepareInjected(
  ctx: AppContext,
  input: { candidates: Uint8Array | undefined; lastCommit: ExtendedCommitInfo; maxBytes: number },
  { injected, log }: { injected: InjectedTx; log: Log },
): Uint8Array | undefined {
  const { lastCommit } = input;
  const maxBytes = Math.min(input.maxBytes, MAX_INJECTED_TX_BYTES) - ENVELOPE_OVERHEAD;
  for (const candidates of input.candidates ? [input.candidates, undefined] : [undefined]) {
    try {
      const message = injected.prepare(ctx.branch(), { height: ctx.height, lastCommit, candidates, maxBytes });
      injected.process(ctx.branch(), message, withoutExtensions(lastCommit));
      return wrapInjected(injected.typeUrl, message);
    } catch (error) {
      log.warn("no valid transaction 0", {
        height: ctx.height,
        candidates: candidates !== undefined,
        reason: toAppError(error).message,
      });
    }
  }
  return undefined;
}

function withoutExtensions({ round, votes }: ExtendedCommitInfo): CommitInfo {
  return { round, votes: votes.map(({ address, power, flag }) => ({ address, power, flag })) };
}

/** Why a proposed block must not be voted for; undefined when it may be. */
export function checkProposal(
  ctx: AppContext,
  input: { readonly txs: readonly Uint8Array[]; readonly lastCommit: CommitInfo; readonly maxBytes: number },
  options: ProposalOptions,
): string | undefined {
  const block = new BlockSpace(input.maxBytes, options.maxGas);
  const { injected } = options;
  for (const [index, tx] of input.txs.entries()) {
    if (!block.fits(tx.length, 0)) return `transaction ${index} exceeds the block's bytes`;
    if (index === 0 && injected) {
      const refusal = refuseInjected(ctx, { tx, lastCommit: input.lastCommit }, injected);
      if (refusal) return `transaction 0: ${refusal}`;
      block.take(tx.length, 0);
      continue;
    }
    const result = runTx(ctx, tx, "process", options.run);
    if (result.code !== 0) return `transaction ${index}: ${result.log}`;
    if (!block.fits(tx.length, result.gasWanted)) return `transaction ${index} exceeds the block's gas`;
    block.take(tx.length, result.gasWanted);
  }
  return injected && input.txs.length === 0 ? "transaction 0 is missing" : undefined;
}

function refuseInjected(
  ctx: AppContext,
  { tx, lastCommit }: { tx: Uint8Array; lastCommit: CommitInfo },
  injected: InjectedTx,
): string | undefined {
  const message = unwrapInjected(injected.typeUrl, tx);
  if (!message) return `not an envelope of ${injected.typeUrl}`;
  try {
    injected.process(ctx.branch(), message, lastCommit);
    return undefined;
  } catch (error) {
    return toAppError(error).message;
  }
}
