import { TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { equalBytes } from "../../crypto/bytes.ts";
import { MAX_INJECTED_TX_BYTES } from "./limits.ts";
import { delimited } from "./wire.ts";

/** Bytes of an envelope beside its message: tags, lengths and the type URL. */
export const ENVELOPE_OVERHEAD = 160;

/** Transaction 0: a TxRaw that any tool decodes, with one message, empty auth info and no signature. */
export function wrapInjected(typeUrl: string, value: Uint8Array): Uint8Array {
  const bodyBytes = TxBody.encode(TxBody.fromPartial({ messages: [{ typeUrl, value }] })).finish();
  return TxRaw.encode({ bodyBytes, authInfoBytes: new Uint8Array(0), signatures: [] }).finish();
}

/** The message of a transaction 0; undefined unless the bytes are exactly what `wrapInjected` makes of it. */
export function unwrapInjected(typeUrl: string, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length > MAX_INJECTED_TX_BYTES) return undefined;
  try {
    const [body] = delimited(bytes, 1);
    const [any] = body ? delimited(body, 1) : [];
    const [value] = any ? delimited(any, 2) : [];
    const message = value ?? new Uint8Array(0);
    return equalBytes(wrapInjected(typeUrl, message), bytes) ? message : undefined;
  } catch {
    return undefined;
  }
}
