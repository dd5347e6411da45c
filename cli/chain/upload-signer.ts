import { signSecp256k1 } from "../../chain/crypto/keys.ts";
import type { UploadSigner } from "../../node/blobs/index.ts";
import type { KeyMaterial } from "../keyring/keyring.ts";

/** Signs blob uploads with an account's key. */
export function uploadSigner(chainId: string, key: KeyMaterial): UploadSigner {
  return {
    chainId,
    account: key.address,
    pubKey: key.pubKey,
    sign: (digest) => signSecp256k1(key.privateKey, digest),
  };
}
