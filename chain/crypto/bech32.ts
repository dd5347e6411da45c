import { fromBech32 as decode, toBech32 as encode } from "@cosmjs/encoding";
import { CryptoError } from "./errors.ts";

/** Longest address text: room for a 32-byte address and a long prefix; BIP 173 itself ends at 90 characters. */
export const MAX_BECH32_LENGTH = 120;

/** Longest address in bytes that the Cosmos SDK accepts. */
export const MAX_ADDRESS_LENGTH = 255;

/** Bech32 text of an address. */
export function toBech32(prefix: string, bytes: Uint8Array): string {
  return encode(prefix, bytes, MAX_BECH32_LENGTH);
}

/**
 * Address bytes of bech32 text.
 * @throws CryptoError `bad_bech32` for anything but valid lower- or upper-case bech32, `wrong_prefix` when
 * `expectedPrefix` is given and the text has another one
 */
export function fromBech32(text: string, expectedPrefix?: string): Uint8Array {
  return decodeBech32(text, expectedPrefix).bytes;
}

/** Prefix and bytes of bech32 text; errors as {@link fromBech32}. */
export function decodeBech32(text: string, expectedPrefix?: string): { prefix: string; bytes: Uint8Array } {
  let decoded: { prefix: string; data: Uint8Array };
  try {
    decoded = decode(text, MAX_BECH32_LENGTH);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CryptoError("bad_bech32", `not a bech32 address: ${JSON.stringify(text.slice(0, 80))} (${reason})`);
  }
  if (expectedPrefix !== undefined && decoded.prefix !== expectedPrefix) {
    throw new CryptoError("wrong_prefix", `address ${text} starts with ${decoded.prefix}, expected ${expectedPrefix}`);
  }
  return { prefix: decoded.prefix, bytes: decoded.data };
}
