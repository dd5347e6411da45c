import { Hello } from "../../proto/gen/openledger/p2p/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { P2pError } from "./errors.ts";
import { MAX_HELLO_BYTES } from "./limits.ts";

/** Version of framing and handshake; peers of another version are refused. */
export const HANDSHAKE_VERSION = 1;
const HASH_BYTES = 32;
const MAX_NAME_BYTES = 64;

export interface ChainIdentity {
  readonly chainId: string;
  /** sha256 of the genesis document. */
  readonly genesisHash: Uint8Array;
  /** Names for people; cut to 64 bytes. */
  readonly moniker?: string;
  readonly software?: string;
}

/** What a peer told about itself, after its chain was checked. */
export interface PeerHello {
  readonly moniker: string;
  readonly software: string;
}

export function encodeHello(self: ChainIdentity): Uint8Array {
  if (self.genesisHash.length !== HASH_BYTES) throw new P2pError("bad-option", "the genesis hash has 32 bytes");
  return encodeBytes(Hello, {
    version: HANDSHAKE_VERSION,
    chainId: self.chainId,
    genesisHash: self.genesisHash,
    moniker: printable(self.moniker ?? ""),
    software: printable(self.software ?? ""),
  });
}

/**
 * Checks a peer's first frame.
 * Throws `frame-malformed` for bytes that are not a Hello, `wrong-chain` for another chain, genesis or version.
 */
export function checkHello(self: ChainIdentity, bytes: Uint8Array): PeerHello {
  const hello = decode(bytes);
  if (hello.version !== HANDSHAKE_VERSION) {
    throw new P2pError("wrong-chain", `it speaks handshake version ${hello.version}, this node ${HANDSHAKE_VERSION}`, {
      nextStep: "Run the same release on both",
    });
  }
  const same = hello.chainId === self.chainId && Buffer.compare(hello.genesisHash, self.genesisHash) === 0;
  if (!same) {
    const theirs = `chain "${printable(hello.chainId)}" with genesis ${hash(hello.genesisHash)}`;
    throw new P2pError(
      "wrong-chain",
      `wrong genesis: it runs ${theirs}, this node runs chain "${self.chainId}" with genesis ${hash(self.genesisHash)}`,
      { nextStep: "Use the network's genesis.json, or remove that peer from the configuration" },
    );
  }
  return { moniker: printable(hello.moniker), software: printable(hello.software) };
}

function decode(bytes: Uint8Array): Hello {
  if (bytes.length > MAX_HELLO_BYTES) throw new P2pError("frame-too-large", `hello of ${bytes.length} bytes`);
  try {
    return Hello.decode(bytes);
  } catch (cause) {
    throw new P2pError("frame-malformed", "the first frame is not a Hello", { cause });
  }
}

function hash(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 6)).toString("hex");
}

/** Names from the network reach logs and terminals: printable ASCII only. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_NAME_BYTES);
}
