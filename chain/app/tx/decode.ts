import { AuthInfo, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { equalBytes } from "../../crypto/bytes.ts";
import { type AppError, sdkErrors } from "../errors.ts";
import type { AppCodec } from "../module.ts";
import { MAX_MODE_INFO_DEPTH, MAX_TX_BYTES, MAX_TX_COINS, MAX_TX_MESSAGES, MAX_TX_SIGNERS } from "./limits.ts";
import { delimited, wireFields } from "./wire.ts";

/** A transaction within all limits; its messages are still opaque. */
export interface TxEnvelope {
  /** Bytes of the whole transaction. */
  readonly size: number;
  readonly bodyBytes: Uint8Array;
  readonly authInfoBytes: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  readonly body: TxBody;
  readonly authInfo: AuthInfo;
}

/**
 * Decodes a `TxRaw`. Counts, depth and size are checked on the wire before anything is decoded, and only the canonical
 * encoding is accepted, so no field is unknown, doubled or padded.
 * @throws AppError sdk/2 (tx decode), sdk/21 (tx too large), sdk/14 (too many signatures)
 */
export function decodeTx(bytes: Uint8Array, maxBytes = MAX_TX_BYTES): TxEnvelope {
  if (bytes.length > maxBytes) {
    throw sdkErrors.txTooLarge(`transaction of ${bytes.length} bytes, the limit is ${maxBytes}: tx too large`);
  }
  const signatures = delimited(bytes, 3);
  if (signatures.length > MAX_TX_SIGNERS) {
    throw sdkErrors.tooManySignatures(`${signatures.length} signatures, the limit is ${MAX_TX_SIGNERS}`);
  }
  const raw = decodeCanonical(TxRaw, bytes, "transaction");
  return {
    size: bytes.length,
    bodyBytes: raw.bodyBytes,
    authInfoBytes: raw.authInfoBytes,
    signatures: raw.signatures,
    body: decodeBody(raw.bodyBytes),
    authInfo: decodeAuthInfo(raw.authInfoBytes),
  };
}

/** Decodes with any generated codec and refuses what does not encode to the same bytes. Throws sdk/2 only. */
export function decodeCanonical<M>(codec: AppCodec<M>, bytes: Uint8Array, what: string): M {
  let message: M;
  let again: Uint8Array;
  // The scan refuses groups, the one construct that generated decoders skip by recursion.
  for (const _ of wireFields(bytes));
  try {
    message = codec.decode(bytes);
    again = codec.encode(message).finish();
  } catch {
    throw sdkErrors.txDecode(`${what} is not a ${codec.typeUrl}: tx parse error`);
  }
  if (!equalBytes(again, bytes)) {
    throw sdkErrors.txDecode(`${what} is not canonical protobuf (unknown, repeated or padded fields): tx parse error`);
  }
  return message;
}

function decodeBody(bytes: Uint8Array): TxBody {
  const messages = delimited(bytes, 1).length;
  if (messages === 0) throw sdkErrors.invalidRequest("must contain at least one message: invalid request");
  limit("messages", messages, MAX_TX_MESSAGES);
  const body = decodeCanonical(TxBody, bytes, "body");
  if (body.extensionOptions.length > 0 || body.nonCriticalExtensionOptions.length > 0) {
    throw sdkErrors.unknownExtensionOptions("this chain knows no extension options: unknown extension options");
  }
  return body;
}

function decodeAuthInfo(bytes: Uint8Array): AuthInfo {
  const signers = delimited(bytes, 1);
  if (signers.length > MAX_TX_SIGNERS) {
    throw sdkErrors.tooManySignatures(`${signers.length} signers, the limit is ${MAX_TX_SIGNERS}`);
  }
  for (const signer of signers) {
    for (const mode of delimited(signer, 2)) checkModeDepth(mode);
  }
  for (const fee of delimited(bytes, 2)) limit("coins in the fee", delimited(fee, 1).length, MAX_TX_COINS);
  const authInfo = decodeCanonical(AuthInfo, bytes, "auth info");
  if (authInfo.tip) throw sdkErrors.notSupported("tips are not supported: feature not supported");
  return authInfo;
}

/** ModeInfo.multi (2) holds mode_infos (2), each of them a ModeInfo. */
function checkModeDepth(mode: Uint8Array): void {
  let level = [mode];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_MODE_INFO_DEPTH) throw tooDeep();
    limit("mode infos", level.length, MAX_TX_SIGNERS);
    level = level.flatMap((info) => delimited(info, 2)).flatMap((multi) => delimited(multi, 2));
  }
}

function tooDeep(): AppError {
  return sdkErrors.txDecode(`mode info nested deeper than ${MAX_MODE_INFO_DEPTH}: tx parse error`);
}

function limit(what: string, count: number, most: number): void {
  if (count > most) throw sdkErrors.txDecode(`${count} ${what}, the limit is ${most}: tx parse error`);
}
