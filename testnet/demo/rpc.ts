import { QuerySupplyOfRequest, QuerySupplyOfResponse } from "cosmjs-types/cosmos/bank/v1beta1/query";
import { encodeBytes, type ServiceMethod } from "../../proto/runtime.ts";

const TIMEOUT_MS = 15_000;

/** A node as the demo reads it: CometBFT's JSON-RPC and nothing else. */
export class Rpc {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async status(): Promise<{ readonly height: number; readonly catchingUp: boolean; readonly validator: string }> {
    const { sync_info, validator_info } = (await this.#call("status", {})) as {
      readonly sync_info: { readonly latest_block_height: string; readonly catching_up: boolean };
      readonly validator_info: { readonly address: string };
    };
    const validator = validator_info.address.toLowerCase();
    return { height: Number(sync_info.latest_block_height), catchingUp: sync_info.catching_up, validator };
  }

  /** The node's own application hash after a height, hex. */
  async appHash(height: number): Promise<string> {
    const results = (await this.#call("block_results", { height: String(height) })) as { readonly app_hash: string };
    return Buffer.from(results.app_hash, "base64").toString("hex");
  }

  async query<Q, R>({ path, request, response }: ServiceMethod<Q, R>, message: Q): Promise<R> {
    return response.decode(await this.#abci(path, encodeBytes(request, message)));
  }

  async supply(denom: string): Promise<bigint> {
    const data = QuerySupplyOfRequest.encode({ denom }).finish();
    const answer = QuerySupplyOfResponse.decode(await this.#abci("/cosmos.bank.v1beta1.Query/SupplyOf", data));
    return BigInt(answer.amount?.amount ?? "0");
  }

  async #abci(path: string, data: Uint8Array): Promise<Uint8Array> {
    const params = { path, data: Buffer.from(data).toString("hex") };
    const { response } = (await this.#call("abci_query", params)) as {
      readonly response: { readonly code?: number; readonly log?: string; readonly value?: string | null };
    };
    if (response.code) throw new Error(`${path}: ${response.log}`);
    return new Uint8Array(Buffer.from(response.value ?? "", "base64"));
  }

  async #call(method: string, params: object): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.url, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { result, error } = (await answer.json()) as {
      readonly result?: unknown;
      readonly error?: { readonly message: string; readonly data?: string };
    };
    if (error) throw new Error(`${method} at ${this.url}: ${error.message} ${error.data ?? ""}`);
    return result;
  }
}
