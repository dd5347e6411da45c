import type { RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";

/** What a host tells its operator. `request` is a request id. */
export type HostEvent =
  /** The model ran; the result waits for a transaction. */
  | { readonly kind: "answered"; readonly request: string }
  /** This host will not answer the request. */
  | { readonly kind: "skipped"; readonly request: string; readonly reason: string }
  /** A block holds the result claim. */
  | { readonly kind: "claimed"; readonly request: string; readonly claim: string }
  /** A block holds the opening. */
  | { readonly kind: "opened"; readonly request: string }
  /** The claim was tallied. */
  | { readonly kind: "finished"; readonly request: string; readonly status: RequestStatus; readonly feeUopen: string }
  /** The node's RPC does not answer; the host goes on trying. */
  | { readonly kind: "waiting"; readonly reason: string };
