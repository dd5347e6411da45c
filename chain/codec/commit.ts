import {
  Commit as WireCommit,
  CommitSig as WireCommitSig,
  ExtendedCommit as WireExtendedCommit,
} from "../../proto/gen/tendermint/types.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { isNil } from "../types/block-id.ts";
import {
  type Commit,
  type CommitSig,
  type ExtendedCommit,
  type ExtendedCommitSig,
  FLAG_ABSENT,
  FLAG_COMMIT,
} from "../types/commit-sig.ts";
import { isZeroTime } from "../types/time.ts";
import { MAX_VALIDATORS } from "../types/validator-changes.ts";
import {
  bytesAtMost,
  bytesOfLength,
  decodeCanonical,
  listAtMost,
  MAX_ROUND,
  MAX_SIGNATURE_BYTES,
  safeInteger,
  signatureOf,
  smallInteger,
} from "./checks.ts";
import { CodecError } from "./errors.ts";
import { blockIdFromWire, blockIdToWire, timeFromWire, timeToWire } from "./primitives.ts";
import { MAX_EXTENSION_BYTES } from "./vote.ts";

/** A commit signature takes at most 109 bytes on the wire (CometBFT's MaxCommitOverheadBytes adds 94). */
const MAX_COMMIT_SIG_BYTES = 128;
const MAX_COMMIT_OVERHEAD_BYTES = 256;

export const MAX_COMMIT_BYTES: number = MAX_VALIDATORS * MAX_COMMIT_SIG_BYTES + MAX_COMMIT_OVERHEAD_BYTES;

/** Extended commits travel only between nodes of this chain, in frames of their own limit. */
export const MAX_EXTENDED_COMMIT_BYTES: number =
  MAX_COMMIT_BYTES + MAX_VALIDATORS * (MAX_EXTENSION_BYTES + MAX_SIGNATURE_BYTES + 16);

export function commitSigToWire(sig: CommitSig): WireCommitSig {
  return {
    blockIdFlag: sig.flag,
    validatorAddress: sig.validatorAddress,
    timestamp: timeToWire(sig.timestamp),
    signature: sig.signature,
  };
}

export function commitToWire(commit: Commit): WireCommit {
  return {
    height: BigInt(commit.height),
    round: commit.round,
    blockId: blockIdToWire(commit.blockId),
    signatures: commit.signatures.map(commitSigToWire),
  };
}

function commitSigFromWire(wire: WireCommitSig, path: string): CommitSig {
  const { blockIdFlag: flag, validatorAddress, signature } = wire;
  if (flag === 0) throw new CodecError("bad_value", `${path}.block_id_flag`, "is unknown");
  const timestamp = timeFromWire(wire.timestamp, `${path}.timestamp`);
  if (flag === FLAG_ABSENT) {
    if (validatorAddress.length > 0 || signature.length > 0 || !isZeroTime(timestamp)) {
      throw new CodecError("bad_value", path, "an absent signature carries nothing");
    }
    return { flag, validatorAddress, timestamp, signature };
  }
  return {
    flag,
    validatorAddress: bytesOfLength(validatorAddress, `${path}.validator_address`, 20),
    timestamp,
    signature: signatureOf(signature, `${path}.signature`),
  };
}

interface CommitFrame {
  readonly height: bigint;
  readonly round: number;
  readonly blockId: WireCommit["blockId"];
}

function frameFromWire(wire: CommitFrame, count: number, path: string): Omit<Commit, "signatures"> {
  const blockId = blockIdFromWire(wire.blockId, `${path}.block_id`);
  if (isNil(blockId)) throw new CodecError("bad_value", `${path}.block_id`, "a commit is for a block");
  if (count === 0) throw new CodecError("bad_value", `${path}.signatures`, "a commit has signatures");
  return {
    height: safeInteger(wire.height, `${path}.height`, 1),
    round: smallInteger(wire.round, `${path}.round`, 0, MAX_ROUND),
    blockId,
  };
}

export function commitFromWire(wire: WireCommit, path: string): Commit {
  const signatures = listAtMost(wire.signatures, `${path}.signatures`, MAX_VALIDATORS);
  return {
    ...frameFromWire(wire, signatures.length, path),
    signatures: signatures.map((sig, i) => commitSigFromWire(sig, `${path}.signatures[${i}]`)),
  };
}

/** tendermint.types.Commit. */
export function encodeCommit(commit: Commit): Uint8Array {
  return encodeBytes(WireCommit, commitToWire(commit));
}

/** Throws CodecError for anything but the canonical bytes of a commit within all limits. */
export function decodeCommit(bytes: Uint8Array): Commit {
  return commitFromWire(decodeCanonical(WireCommit, bytes, MAX_COMMIT_BYTES), "commit");
}

export function encodeCommitSig(sig: CommitSig): Uint8Array {
  return encodeBytes(WireCommitSig, commitSigToWire(sig));
}

/** tendermint.types.ExtendedCommit. */
export function encodeExtendedCommit(commit: ExtendedCommit): Uint8Array {
  return encodeBytes(WireExtendedCommit, {
    height: BigInt(commit.height),
    round: commit.round,
    blockId: blockIdToWire(commit.blockId),
    extendedSignatures: commit.signatures.map((sig) => ({
      ...commitSigToWire(sig),
      extension: sig.extension,
      extensionSignature: sig.extensionSignature,
    })),
  });
}

/** Throws CodecError for anything but the canonical bytes of an extended commit within all limits. */
export function decodeExtendedCommit(bytes: Uint8Array): ExtendedCommit {
  const path = "extended_commit";
  const wire = decodeCanonical(WireExtendedCommit, bytes, MAX_EXTENDED_COMMIT_BYTES);
  const signatures = listAtMost(wire.extendedSignatures, `${path}.signatures`, MAX_VALIDATORS);
  return {
    ...frameFromWire(wire, signatures.length, path),
    signatures: signatures.map((sig, i): ExtendedCommitSig => {
      const at = `${path}.signatures[${i}]`;
      return { ...commitSigFromWire(sig, at), ...extensionFromWire(sig, at) };
    }),
  };
}

type Extension = Pick<ExtendedCommitSig, "extension" | "extensionSignature">;

function extensionFromWire(sig: Extension & { readonly blockIdFlag: number }, path: string): Extension {
  const extension = bytesAtMost(sig.extension, `${path}.extension`, MAX_EXTENSION_BYTES);
  const extensionSignature = sig.extensionSignature;
  if (extensionSignature.length > 0) signatureOf(extensionSignature, `${path}.extension_signature`);
  else if (extension.length > 0) throw new CodecError("bad_value", `${path}.extension_signature`, "is missing");
  if (extensionSignature.length > 0 && sig.blockIdFlag !== FLAG_COMMIT) {
    throw new CodecError("bad_value", `${path}.extension`, "belongs to votes for the block only");
  }
  return { extension, extensionSignature };
}
