import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { SignDoc, type SignerInfo } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { equalBytes, toBase64 } from "../../crypto/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { addressOfSecp256k1, SECP256K1_PUBLIC_KEY_LENGTH, verifySecp256k1 } from "../../crypto/keys.ts";
import type { Addresses } from "../addresses.ts";
import type { Context } from "../context.ts";
import { sdkErrors } from "../errors.ts";
import { decodeCanonical, type TxEnvelope } from "../tx/decode.ts";
import { aminoSignBytes } from "./amino.ts";
import type { AnteTx } from "./ante.ts";
import type { AnteAccount, AnteAccounts } from "./needs.ts";
import type { VerifiedSet } from "./verified-set.ts";

const SECP256K1_TYPE = "/cosmos.crypto.secp256k1.PubKey";

/** One signer of a transaction: its declared info and the account as it is in state. */
interface Signer {
  readonly info: SignerInfo;
  readonly signature: Uint8Array;
  readonly account: AnteAccount;
  readonly pubKey: Uint8Array;
}

/** What the signatures of a transaction cover. */
export type SignedTx = Pick<AnteTx, "envelope" | "signers" | "aminoMessages">;

export interface SignerOptions {
  readonly addresses: Addresses;
  readonly accounts: AnteAccounts;
  readonly verified: VerifiedSet;
}

/**
 * Checks keys, sequences and signatures of all signers, then sets their keys and sequences. In simulation
 * signatures, sequences and sign modes are not looked at; in recheck signatures are known to be good.
 * @throws AppError sdk/4, sdk/8, sdk/9, sdk/15, sdk/32, sdk/37
 */
export function authenticate(ctx: Context, tx: SignedTx, options: SignerOptions): void {
  const { signers: addresses, envelope } = tx;
  const { signatures } = envelope;
  const infos = envelope.authInfo.signerInfos;
  if (signatures.length === 0) throw sdkErrors.noSignatures("no signatures supplied");
  if (infos.length !== addresses.length || signatures.length !== addresses.length) {
    throw sdkErrors.unauthorized(
      `wrong number of signers; expected ${addresses.length}, got ${signatures.length}: unauthorized`,
    );
  }
  const signers = addresses.map((address, i) => {
    const account = options.accounts.get(ctx, address);
    if (!account) throw sdkErrors.unknownAddress(`account ${address} does not exist: unknown address`);
    const info = infos[i] as SignerInfo;
    return {
      info,
      signature: signatures[i] as Uint8Array,
      account,
      pubKey: keyOf(info, account, options.addresses),
    };
  });
  for (const signer of signers) {
    if (ctx.mode === "simulate") continue;
    checkSequence(signer);
    checkSignature(ctx, tx, signer, options.verified);
  }
  for (const { account, pubKey, signature } of signers) {
    if (!account.pubKey) options.accounts.setPubKey(ctx, account.address, pubKey);
    options.accounts.incrementSequence(ctx, account.address);
    ctx.events.emit("tx", [["acc_seq", `${account.address}/${account.sequence}`]]);
    ctx.events.emit("tx", [["signature", toBase64(signature)]]);
  }
}

/** The signer's key: the declared one, which must be the account's, or the one in state. */
function keyOf(info: SignerInfo, account: AnteAccount, addresses: Addresses): Uint8Array {
  if (!info.publicKey) {
    if (account.pubKey) return account.pubKey;
    throw sdkErrors.invalidPubKey(
      `the first transaction of ${account.address} must carry its public key: invalid pubkey`,
    );
  }
  if (info.publicKey.typeUrl !== SECP256K1_TYPE) {
    throw sdkErrors.invalidPubKey(
      `public keys of type ${info.publicKey.typeUrl} cannot sign, use ${SECP256K1_TYPE}: invalid pubkey`,
    );
  }
  const { key } = decodeCanonical(PubKey, info.publicKey.value, "public key");
  if (key.length !== SECP256K1_PUBLIC_KEY_LENGTH)
    throw sdkErrors.invalidPubKey("a compressed key has 33 bytes: invalid pubkey");
  if (!equalBytes(addressOfSecp256k1(key), addresses.fromText(account.address))) {
    throw sdkErrors.invalidPubKey(`pubKey does not match signer address ${account.address}: invalid pubkey`);
  }
  return key;
}

function checkSequence({ info, account }: Signer): void {
  if (info.sequence === BigInt(account.sequence)) return;
  throw sdkErrors.wrongSequence(
    `account sequence mismatch, expected ${account.sequence}, got ${info.sequence}: incorrect account sequence`,
    { expected: account.sequence, got: info.sequence },
  );
}

function checkSignature(ctx: Context, tx: SignedTx, signer: Signer, verified: VerifiedSet): void {
  const bytes = signedBytes(ctx.chainId, tx, signer);
  if (ctx.mode === "recheck") return;
  const { account, pubKey, signature } = signer;
  const hash = sha256(bytes);
  const signed = { pubKey, hash, signature };
  if (verified.has(signed)) return;
  if (!verifySecp256k1(pubKey, hash, signature)) {
    throw sdkErrors.unauthorized(
      `signature verification failed; please verify account number (${account.accountNumber}), sequence (${account.sequence}) and chain-id (${ctx.chainId}): unauthorized`,
    );
  }
  verified.add(signed);
}

/** What the signer's mode says that it signed. */
function signedBytes(chainId: string, tx: SignedTx, { info, account }: Signer): Uint8Array {
  switch (info.modeInfo?.single?.mode) {
    case SignMode.SIGN_MODE_DIRECT:
      return signBytes(chainId, tx.envelope, account.accountNumber);
    case SignMode.SIGN_MODE_LEGACY_AMINO_JSON:
      return aminoSignBytes(tx, { chainId, accountNumber: account.accountNumber, sequence: account.sequence });
    default:
      throw sdkErrors.notSupported(
        "this chain verifies SIGN_MODE_DIRECT and SIGN_MODE_LEGACY_AMINO_JSON of single keys: feature not supported",
      );
  }
}

/** What SIGN_MODE_DIRECT signs (cosmos.tx.v1beta1.SignDoc). */
export function signBytes(
  chainId: string,
  tx: Pick<TxEnvelope, "bodyBytes" | "authInfoBytes">,
  accountNumber: number,
): Uint8Array {
  return SignDoc.encode({
    bodyBytes: tx.bodyBytes,
    authInfoBytes: tx.authInfoBytes,
    chainId,
    accountNumber: BigInt(accountNumber),
  }).finish();
}
