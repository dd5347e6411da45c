import { fromBech32, toBech32 } from "../crypto/bech32.ts";
import { sha256Truncated } from "../crypto/hash.ts";
import { utf8Bytes } from "../crypto/tagged.ts";
import { sdkErrors } from "./errors.ts";

/** Account addresses under the chain's bech32 prefix. */
export interface Addresses {
  readonly prefix: string;
  toText(address: Uint8Array): string;
  /** Throws sdk/7 (invalid address) for another prefix, a bad checksum, upper case or a length other than 20 or 32 bytes. */
  fromText(text: string): Uint8Array;
  /** Address of a module account: sha256(name)[0..20] as in the Cosmos SDK. */
  ofModule(name: string): string;
}

export function addresses(prefix: string): Addresses {
  const toText = (address: Uint8Array) => toBech32(prefix, address);
  return {
    prefix,
    toText,
    fromText(text) {
      const bytes = decode(text, prefix);
      // One text per address: state keys and signer lists compare texts.
      if (!bytes || (bytes.length !== 20 && bytes.length !== 32) || toText(bytes) !== text) {
        throw sdkErrors.invalidAddress(
          `not an address of this chain (prefix ${prefix}): ${JSON.stringify(text.slice(0, 80))}`,
        );
      }
      return bytes;
    },
    ofModule: (name) => toText(sha256Truncated(utf8Bytes(name))),
  };
}

function decode(text: string, prefix: string): Uint8Array | undefined {
  try {
    return fromBech32(text, prefix);
  } catch {
    return undefined;
  }
}
