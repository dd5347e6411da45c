// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../runtime.ts";

/** Versions of the block format and of the application. */
export interface Consensus {
  readonly block: bigint;
  readonly app: bigint;
}
export const Consensus: MessageCodec<Consensus> = message<Consensus>("tendermint.version.Consensus", () => [
  { no: 1, name: "block", json: "block", type: "uint64" },
  { no: 2, name: "app", json: "app", type: "uint64" },
]);
