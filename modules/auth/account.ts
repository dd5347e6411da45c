import { BaseAccount, ModuleAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { Any } from "cosmjs-types/google/protobuf/any";
import { InvariantBroken } from "../../chain/app/invariant.ts";

export const SECP256K1_TYPE = "/cosmos.crypto.secp256k1.PubKey";

/** An account in domain form. */
export interface Account {
  readonly address: string;
  /** Compressed secp256k1 key; undefined until the account's first transaction, always for modules. */
  readonly pubKey: Uint8Array | undefined;
  readonly accountNumber: number;
  readonly sequence: number;
  /** Set for a module account. */
  readonly module: string | undefined;
}

export function toBaseAccount(account: Account): BaseAccount {
  const { address, pubKey, accountNumber, sequence } = account;
  const key = pubKey && Any.fromPartial({ typeUrl: SECP256K1_TYPE, value: PubKey.encode({ key: pubKey }).finish() });
  return { address, pubKey: key, accountNumber: BigInt(accountNumber), sequence: BigInt(sequence) };
}

/** The account as an Any of BaseAccount or ModuleAccount: the form of state and of queries. */
export function encodeAccount(account: Account): Any {
  const baseAccount = toBaseAccount(account);
  if (account.module === undefined) {
    return Any.fromPartial({ typeUrl: BaseAccount.typeUrl, value: BaseAccount.encode(baseAccount).finish() });
  }
  const value = ModuleAccount.encode({ baseAccount, name: account.module, permissions: [] }).finish();
  return Any.fromPartial({ typeUrl: ModuleAccount.typeUrl, value });
}

/** Inverse of `encodeAccount`; state that it did not write breaks an invariant. */
export function decodeAccount({ typeUrl, value }: Any): Account {
  if (typeUrl === ModuleAccount.typeUrl) {
    const { baseAccount, name } = ModuleAccount.decode(value);
    if (baseAccount) return { ...fromBaseAccount(baseAccount), module: name };
  }
  if (typeUrl === BaseAccount.typeUrl) return { ...fromBaseAccount(BaseAccount.decode(value)), module: undefined };
  throw new InvariantBroken("auth/account", `state holds an account of type ${typeUrl}`);
}

function fromBaseAccount(base: BaseAccount): Omit<Account, "module"> {
  return {
    address: base.address,
    pubKey: base.pubKey && PubKey.decode(base.pubKey.value).key,
    accountNumber: Number(base.accountNumber),
    sequence: Number(base.sequence),
  };
}
