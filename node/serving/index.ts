export { createHost, type HostOptions, type HostPorts } from "./create-host.ts";
export type { HostEvent } from "./events.ts";
export type { InferenceHost } from "./host.ts";
export { NodeRpc, type OpeningAnswer, RpcError, type RpcErrorCode } from "./rpc.ts";
