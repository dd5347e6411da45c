/** Codes of JSON-RPC 2.0 section 5.1, with CometBFT's titles. */
const TITLES = {
  [-32700]: "Parse error. Invalid JSON",
  [-32600]: "Invalid Request",
  [-32601]: "Method not found",
  [-32602]: "Invalid params",
  [-32603]: "Internal error",
  [-32000]: "Server error",
} as const;

export type RpcErrorCode = keyof typeof TITLES;

/** A refusal that goes to the client as `{code, message, data}`; `message` here is the data, what went wrong. */
export class RpcError extends Error {
  readonly code: RpcErrorCode;
  constructor(code: RpcErrorCode, data: string) {
    super(data);
    this.name = "RpcError";
    this.code = code;
  }

  toJson(): { readonly code: number; readonly message: string; readonly data: string } {
    return { code: this.code, message: TITLES[this.code], data: this.message };
  }
}

export const parseError = (data: string): RpcError => new RpcError(-32700, data);
export const invalidRequest = (data: string): RpcError => new RpcError(-32600, data);
export const unknownMethod = (data: string): RpcError => new RpcError(-32601, data);
export const invalidParams = (data: string): RpcError => new RpcError(-32602, data);
/** What CometBFT answers when a method fails: no such height, page out of range, transaction not found. */
export const failed = (data: string): RpcError => new RpcError(-32603, data);
export const serverError = (data: string): RpcError => new RpcError(-32000, data);
