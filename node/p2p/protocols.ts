import { P2pError } from "./errors.ts";

/** Chain ids become part of protocol and topic names. */
const CHAIN_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$/;

export interface Protocols {
  readonly consensus: string;
  readonly blocks: string;
  readonly blobs: string;
  readonly txTopic: string;
  readonly openingTopic: string;
}

/** Names of all protocols and topics of a chain. A chain id of other characters throws `bad-option`. */
export function protocolsOf(chainId: string): Protocols {
  if (!CHAIN_ID.test(chainId)) {
    throw new P2pError("bad-option", `chain id ${JSON.stringify(chainId)} can't be part of a protocol name`, {
      nextStep: "Use 1 to 50 letters, digits, '-', '_' or '.'",
    });
  }
  const name = (what: string): string => `/openledger/${chainId}/${what}/1`;
  return {
    consensus: name("consensus"),
    blocks: name("blocks"),
    blobs: name("blobs"),
    txTopic: name("txs"),
    openingTopic: name("openings"),
  };
}

/** The chain ids whose consensus protocol is among a peer's protocols. */
export function chainsSpoken(protocols: readonly string[]): string[] {
  return protocols.flatMap((protocol) => /^\/openledger\/([^/]+)\/consensus\/1$/.exec(protocol)?.[1] ?? []);
}
