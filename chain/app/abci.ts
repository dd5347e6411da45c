import type {
  Event,
  ExecTxResult,
  ResponseCheckTx,
  CommitInfo as WireCommitInfo,
  ExtendedCommitInfo as WireExtendedCommitInfo,
  ValidatorUpdate as WireValidatorUpdate,
} from "cosmjs-types/tendermint/abci/types";
import type { AppEvent } from "./events.ts";
import type { CommitInfo, ExtendedCommitInfo } from "./injected.ts";
import type { BlockVote, ValidatorUpdate } from "./module.ts";
import type { TxResult } from "./tx/run.ts";

// Between ABCI's wire types and the application's own.

export function toEvents(events: readonly AppEvent[]): Event[] {
  return events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.map(({ key, value }) => ({ key, value, index: true })),
  }));
}

export function toTxResult(result: TxResult): ExecTxResult {
  const { code, codespace, log, data, gasWanted, gasUsed, events } = result;
  return {
    code,
    codespace,
    log,
    info: "",
    data,
    gasWanted: BigInt(gasWanted),
    gasUsed: BigInt(gasUsed),
    events: toEvents(events),
  };
}

export function toCheckTx(result: TxResult): ResponseCheckTx {
  return toTxResult(result);
}

export function toValidatorUpdates(updates: readonly ValidatorUpdate[]): WireValidatorUpdate[] {
  return updates.map(({ pubKey, power }) => ({ pubKey: { ed25519: pubKey }, power: BigInt(power) }));
}

export function fromCommitInfo(info: WireCommitInfo | undefined): CommitInfo {
  const votes = (info?.votes ?? []).map(
    ({ validator, blockIdFlag }): BlockVote => ({
      address: validator?.address ?? new Uint8Array(0),
      power: Number(validator?.power ?? 0n),
      flag: blockIdFlag,
    }),
  );
  return { round: info?.round ?? 0, votes };
}

export function fromExtendedCommitInfo(info: WireExtendedCommitInfo | undefined): ExtendedCommitInfo {
  const votes = (info?.votes ?? []).map(({ validator, blockIdFlag, voteExtension, extensionSignature }) => ({
    address: validator?.address ?? new Uint8Array(0),
    power: Number(validator?.power ?? 0n),
    flag: blockIdFlag,
    extension: voteExtension,
    extensionSignature,
  }));
  return { round: info?.round ?? 0, votes };
}
