export type { CommittedEvent, NodeBackend, NodeStatus } from "./backend.ts";
export { COMET_VERSION, cometNodeId } from "./node-info.ts";
export { createRpcServer, type RpcServer, type RpcServerOptions } from "./server.ts";
