import { existsSync, readFileSync } from "node:fs";
import { proposalSignBytes, voteExtensionSignBytes, voteSignBytes } from "../../chain/codec/sign-bytes.ts";
import type { Signer } from "../../chain/consensus/ports.ts";
import { fromBase64, toBase64, toHex } from "../../chain/crypto/bytes.ts";
import { addressOfEd25519, type Ed25519KeyPair, generateEd25519, signEd25519 } from "../../chain/crypto/keys.ts";
import { NodeError } from "../errors.ts";
import { writeDurably } from "../home/durable-file.ts";

/** CometBFT's priv_validator_key.json. */
interface KeyFile {
  readonly address: string;
  readonly pub_key: { readonly type: string; readonly value: string };
  readonly priv_key: { readonly type: string; readonly value: string };
}

export interface ValidatorKey extends Ed25519KeyPair {
  readonly address: Uint8Array;
}

export function validatorKeyOf(seed: Uint8Array): ValidatorKey {
  const pair = generateEd25519(seed);
  return { ...pair, address: addressOfEd25519(pair.pubKey) };
}

export function saveValidatorKey(path: string, key: ValidatorKey): void {
  const file: KeyFile = {
    address: toHex(key.address).toUpperCase(),
    pub_key: { type: "tendermint/PubKeyEd25519", value: toBase64(key.pubKey) },
    priv_key: { type: "tendermint/PrivKeyEd25519", value: toBase64(key.secretKey) },
  };
  writeDurably(path, `${JSON.stringify(file, null, 2)}\n`);
}

/** Undefined when the node has no validator key. Throws NodeError `bad_key`. */
export function loadValidatorKey(path: string): ValidatorKey | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as KeyFile;
    if (file.priv_key.type !== "tendermint/PrivKeyEd25519") throw new Error(`key type ${file.priv_key.type}`);
    const secret = fromBase64(file.priv_key.value);
    if (secret.length !== 64) throw new Error(`the private key has ${secret.length} bytes, expected 64`);
    const key = validatorKeyOf(secret.slice(0, 32));
    if (toHex(key.address) !== file.address.toLowerCase()) throw new Error("the address is not of this key");
    return key;
  } catch (error) {
    const reason = (error as Error).message;
    throw new NodeError(
      "bad_key",
      `${path}: ${reason}`,
      "restore the file from your copy; a lost validator key can't be made again",
    );
  }
}

/** The key as consensus uses it. */
export function signerOf(chainId: string, key: ValidatorKey): Signer {
  return {
    address: key.address,
    signVote(vote, withExtension) {
      const signature = signEd25519(key.secretKey, voteSignBytes(chainId, vote));
      const extensionSignature = withExtension
        ? signEd25519(key.secretKey, voteExtensionSignBytes(chainId, vote))
        : new Uint8Array(0);
      return { signature, extensionSignature };
    },
    signProposal: (proposal) => signEd25519(key.secretKey, proposalSignBytes(chainId, proposal)),
  };
}
