import { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import { encodeBytes, type ServiceMethod } from "../../proto/runtime.ts";
import type { AppClient } from "../app/client.ts";

/** One typed question to the chain's committed state. Throws `ChainQueryError` when the application refuses it. */
export type Ask = <Q, R>(method: ServiceMethod<Q, R>, request: Q) => Promise<R>;

/** The application refused a query: `codespace` and `code` are those of its error. */
export class ChainQueryError extends Error {
  override readonly name = "ChainQueryError";
  readonly path: string;
  readonly codespace: string;
  readonly code: number;

  constructor(answer: { readonly path: string; readonly codespace: string; readonly code: number; log: string }) {
    super(`${answer.path}: ${answer.log}`);
    this.path = answer.path;
    this.codespace = answer.codespace;
    this.code = answer.code;
  }
}

/** Questions to the own application, by services of the node: outsiders cannot make them wait. */
export function askApp(app: Pick<AppClient, "query">): Ask {
  return async (method, request) => {
    const { path } = method;
    const data = encodeBytes(method.request, request);
    const { code, codespace, log, value } = await app.query(RequestQuery.fromPartial({ path, data }), { own: true });
    if (code !== 0) throw new ChainQueryError({ path, code, codespace, log });
    return method.response.decode(value);
  };
}
