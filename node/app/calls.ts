import { CheckTxType, RequestInfo } from "cosmjs-types/tendermint/abci/types";
import { fromHex } from "../../chain/crypto/bytes.ts";
import type { AppClient, AppHostError } from "./client.ts";
import { ABCI, type AbciMethod, type HostCall } from "./protocol.ts";

/** Carries one encoded call to the host. An `own` call is the node's: it does not wait behind those of outsiders. */
export type Transport = (call: HostCall, body: Uint8Array, own?: boolean) => Promise<Uint8Array>;

const NO_BYTES = new Uint8Array(0);

/** The typed client over a transport of bytes. */
export function clientOver(
  transport: Transport,
  life: { readonly fatal: Promise<AppHostError>; close(): Promise<void> },
): AppClient {
  const abci = async <Q, R>(
    call: keyof typeof ABCI,
    { request, response }: AbciMethod<Q, R>,
    message: Q,
    own = false,
  ): Promise<R> => response.decode(await transport(call, request.encode(message).finish(), own));
  return {
    info: (request = RequestInfo.fromPartial({})) => abci("info", ABCI.info, request),
    initChain: (request) => abci("initChain", ABCI.initChain, request),
    checkTx: (request) => abci("checkTx", ABCI.checkTx, request, request.type === CheckTxType.RECHECK),
    prepareProposal: (request) => abci("prepareProposal", ABCI.prepareProposal, request),
    processProposal: (request) => abci("processProposal", ABCI.processProposal, request),
    verifyVoteExtension: (request) => abci("verifyVoteExtension", ABCI.verifyVoteExtension, request),
    finalizeBlock: (request) => abci("finalizeBlock", ABCI.finalizeBlock, request),
    query: (request, options) => abci("query", ABCI.query, request, options?.own),
    async commit() {
      const bytes = await transport("commit", NO_BYTES);
      const height = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
      return { height, appHash: bytes.slice(8) };
    },
    async export() {
      const { appHash, ...exported } = JSON.parse(new TextDecoder().decode(await transport("export", NO_BYTES)));
      return { ...exported, appHash: fromHex(appHash) };
    },
    async brokenInvariants() {
      return JSON.parse(new TextDecoder().decode(await transport("brokenInvariants", NO_BYTES)));
    },
    fatal: life.fatal,
    close: () => life.close(),
  };
}
