import { encodeBytes } from "../../proto/runtime.ts";
import type { ArtefactSource } from "../attest/artefacts.ts";
import { type Ask, ChainQueryError } from "../attest/ask.ts";
import { downloadBlob } from "../blobs/index.ts";
import { RPC_TIMEOUT_MS } from "./limits.ts";

/**
 * - `unreachable`: nothing answers at the address, or not in time
 * - `bad_answer`: something answers, but not as a node's RPC
 */
export type RpcErrorCode = "unreachable" | "bad_answer";

/** The node's RPC did not do its part; trying again later may help. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: RpcErrorCode;

  constructor(code: RpcErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What the node said to an opening. */
export interface OpeningAnswer {
  readonly accepted: boolean;
  /** A code of node/attest/verdicts.ts, or `known`. */
  readonly reason: string;
}

/** A node from outside: state, blobs and openings over HTTP. */
export class NodeRpc implements ArtefactSource {
  readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/$/, "");
  }

  /** Throws ChainQueryError, RpcError. */
  readonly ask: Ask = async (method, request) => {
    const { path } = method;
    const data = Buffer.from(encodeBytes(method.request, request)).toString("hex");
    const { response } = (await this.#call("abci_query", { path, data, prove: false })) as { response: AbciAnswer };
    const { code = 0, codespace = "", log = "", value } = response;
    if (code !== 0) throw new ChainQueryError({ path, code, codespace, log });
    return method.response.decode(new Uint8Array(Buffer.from(value ?? "", "base64")));
  };

  /** Chain id and last height. Throws RpcError. */
  async status(): Promise<{ readonly chainId: string; readonly height: number }> {
    const status = (await this.#call("status", {})) as StatusAnswer;
    return { chainId: status.node_info.network, height: Number(status.sync_info.latest_block_height) };
  }

  /** Throws BlobError. */
  blob(id: string): Promise<Uint8Array> {
    return downloadBlob(this.url, id, { timeoutMs: RPC_TIMEOUT_MS });
  }

  /** Hands the node an encoded OpeningEnvelope. Throws RpcError. */
  async submitOpening(envelope: Uint8Array): Promise<OpeningAnswer> {
    const headers = { "content-type": "application/octet-stream" };
    const answer = await this.#fetch("/openings", { method: "POST", headers, body: new Uint8Array(envelope) });
    if (typeof (answer as OpeningAnswer).accepted === "boolean") return answer as OpeningAnswer;
    throw new RpcError("bad_answer", `${this.url} gave no verdict on an opening`);
  }

  async #call(method: string, params: object): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const answer = (await this.#fetch("/", { method: "POST", headers, body })) as JsonRpcAnswer;
    if (answer.error) throw new RpcError("bad_answer", `${method}: ${answer.error.data || answer.error.message}`);
    if (typeof answer.result !== "object") throw new RpcError("bad_answer", `${this.url} is no node's RPC`);
    return answer.result;
  }

  async #fetch(path: string, init: RequestInit): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(RPC_TIMEOUT_MS) });
    } catch (cause) {
      throw new RpcError("unreachable", `no answer from ${this.url}: check the address and that the node runs`, {
        cause,
      });
    }
    try {
      return await response.json();
    } catch (cause) {
      throw new RpcError("bad_answer", `${this.url}${path} answered HTTP ${response.status}, not JSON`, { cause });
    }
  }
}

interface AbciAnswer {
  readonly code?: number;
  readonly codespace?: string;
  readonly log?: string;
  /** base64. */
  readonly value?: string | null;
}

interface StatusAnswer {
  readonly node_info: { readonly network: string };
  readonly sync_info: { readonly latest_block_height: string };
}

interface JsonRpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly data?: string };
}
