import type { EncodeObject, OfflineDirectSigner } from "@cosmjs/proto-signing";
import { AminoTypes, type DeliverTxResponse, GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import { createAminoConverters, createRegistry } from "../../proto/registry.ts";
import { encodeBytes, type MessageCodec } from "../../proto/runtime.ts";
import { CliError, EXIT } from "../errors.ts";

/** What a transaction costs per unit of gas unless `--gas-prices` says otherwise. */
export const DEFAULT_GAS_PRICE = "0.001uopen";

/** Room over the simulated gas: state may grow between simulation and execution. */
const GAS_MULTIPLIER = 1.4;

/** How often and how long a transaction is looked for after its broadcast. */
const POLL_MS = 250;
const TIMEOUT_MS = 60_000;

export interface QueryMethod<Q, R> {
  readonly path: string;
  readonly request: MessageCodec<Q>;
  readonly response: MessageCodec<R>;
}

/** A chain as the command line sees it: over RPC only. */
export class ChainClient {
  readonly url: string;
  readonly comet: Comet38Client;

  private constructor(url: string, comet: Comet38Client) {
    this.url = url;
    this.comet = comet;
  }

  /** Throws CliError `unreachable`. */
  static async connect(url: string): Promise<ChainClient> {
    try {
      const comet = await Comet38Client.connect(url);
      // Connecting over HTTP asks nothing yet.
      await comet.health();
      return new ChainClient(url, comet);
    } catch (error) {
      throw new CliError(
        EXIT.unreachable,
        `no node answers at ${url}: ${(error as Error).message}`,
        "start one, or give --node",
      );
    }
  }

  async chainId(): Promise<string> {
    return (await this.comet.status()).nodeInfo.network;
  }

  /** A module's query. Throws CliError `not found` or `failure` with the chain's own words. */
  async query<Q, R>({ path, request, response }: QueryMethod<Q, R>, message: Q): Promise<R> {
    const answer = await this.comet.abciQuery({ path, data: encodeBytes(request, message) });
    if (answer.code !== 0) {
      const missing = /not ?found|unknown/i.test(answer.log ?? "");
      throw new CliError(missing ? EXIT.notFound : EXIT.failure, `${path}: ${answer.log ?? `code ${answer.code}`}`);
    }
    return response.decode(answer.value);
  }

  async signingClient(
    signer: OfflineDirectSigner,
    gasPrice: string = DEFAULT_GAS_PRICE,
  ): Promise<SigningStargateClient> {
    return SigningStargateClient.createWithSigner(this.comet, signer, {
      registry: createRegistry(),
      aminoTypes: new AminoTypes(createAminoConverters()),
      gasPrice: GasPrice.fromString(gasPrice),
      broadcastPollIntervalMs: POLL_MS,
      broadcastTimeoutMs: TIMEOUT_MS,
    });
  }

  /** Signs, broadcasts and waits for the block. Throws CliError `refused` when the chain refuses or the messages fail. */
  async send(
    signer: OfflineDirectSigner,
    messages: readonly EncodeObject[],
    options: SendOptions = {},
  ): Promise<DeliverTxResponse> {
    const client = await this.signingClient(signer, options.gasPrices);
    const [account] = await signer.getAccounts();
    if (!account) throw new CliError(EXIT.failure, "the key has no account");
    try {
      const fee =
        options.gas && options.gas !== "auto" ? feeOf(Number(options.gas), options.gasPrices) : GAS_MULTIPLIER;
      const result = await client.signAndBroadcast(account.address, messages, fee, options.memo ?? "");
      if (result.code !== 0) throw refused(result.rawLog || `code ${result.code}`, result.transactionHash);
      return result;
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw refused((error as Error).message);
    }
  }
}

export interface SendOptions {
  /** Gas limit, or "auto" for a simulation. */
  readonly gas?: string;
  /** Price with denom, such as `0.001uopen`. */
  readonly gasPrices?: string;
  readonly memo?: string;
}

function feeOf(
  gas: number,
  gasPrices = DEFAULT_GAS_PRICE,
): { readonly gas: string; readonly amount: { denom: string; amount: string }[] } {
  if (!Number.isSafeInteger(gas) || gas <= 0)
    throw new CliError(EXIT.usage, `--gas ${gas} is not a limit`, "a whole number, or auto");
  const price = GasPrice.fromString(gasPrices);
  const amount = Math.ceil(price.amount.toFloatApproximation() * gas);
  return { gas: String(gas), amount: [{ denom: price.denom, amount: String(amount) }] };
}

function refused(reason: string, hash?: string): CliError {
  return new CliError(EXIT.refused, `the chain refused the transaction${hash ? ` ${hash}` : ""}: ${reason}`);
}
