import { DirectSecp256k1Wallet, type EncodeObject, type OfflineDirectSigner } from "@cosmjs/proto-signing";
import type { DeliverTxResponse } from "@cosmjs/stargate";
import type { UploadSigner } from "../../node/blobs/index.ts";
import { ChainClient, type QueryMethod, type SendOptions } from "../chain/client.ts";
import { uploadSigner } from "../chain/upload-signer.ts";
import { CliError, EXIT } from "../errors.ts";
import type { KeyMaterial } from "../keyring/keyring.ts";
import { openKeyring } from "../keyring/open.ts";
import type { GlobalOptions } from "../options.ts";

/** A signing account on one chain: what the workflow commands act through. */
export interface Session {
  readonly client: ChainClient;
  readonly chainId: string;
  /** Bech32. */
  readonly address: string;
  readonly key: KeyMaterial;
  readonly signer: OfflineDirectSigner;
  readonly uploader: UploadSigner;
  /** Folder of this account's state on this chain. */
  readonly folder: (kind: "contributions" | "verdicts") => string;
  query<Q, R>(method: QueryMethod<Q, R>, request: Q): Promise<R>;
  /** As `query`, but undefined when the chain does not know the subject. */
  find<Q, R>(method: QueryMethod<Q, R>, request: Q): Promise<R | undefined>;
  /** Signs, sends, waits for the block. */
  send(messages: readonly EncodeObject[]): Promise<DeliverTxResponse>;
}

export interface SessionOptions extends SendOptions {
  /** Key name. */
  readonly from: string;
}

/** Opens the key once, so that an encrypted keyring asks for its passphrase once. */
export async function openSession(globals: GlobalOptions, options: SessionOptions): Promise<Session> {
  const client = await ChainClient.connect(globals.node);
  const chainId = await client.chainId();
  const key = await openKeyring(globals).material(options.from);
  const signer = await signerOf(key);
  return {
    client,
    chainId,
    address: key.address,
    key,
    signer,
    uploader: uploadSigner(chainId, key),
    folder: (kind) => `${globals.home}/${kind}/${chainId}/${key.address}`,
    query: (method, request) => client.query(method, request),
    find: (method, request) => orMissing(client.query(method, request)),
    send: (messages) => client.send(signer, messages, options),
  };
}

/** The value, or undefined when the chain does not know the subject. */
export async function orMissing<T>(value: Promise<T>): Promise<T | undefined> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.notFound) return undefined;
    throw error;
  }
}

function signerOf({ privateKey, address }: KeyMaterial): Promise<OfflineDirectSigner> {
  return DirectSecp256k1Wallet.fromKey(privateKey, address.slice(0, address.lastIndexOf("1")));
}
