import { peerIdFromString } from "@libp2p/peer-id";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { P2pError, reasonOf } from "./errors.ts";
import type { PeerId } from "./ports.ts";

export interface PeerAddress {
  readonly peer: PeerId;
  readonly address: Multiaddr;
}

/** A listen address such as `/ip4/0.0.0.0/tcp/26656`; throws `bad-address`. */
export function parseListenAddress(text: string): Multiaddr {
  return parse(text, "Write it as /ip4/0.0.0.0/tcp/26656");
}

/** A peer address such as `/ip4/10.0.0.2/tcp/26656/p2p/12D3Koo...`; throws `bad-address`. */
export function parsePeerAddress(text: string): PeerAddress {
  const nextStep = "Write it as /ip4/HOST/tcp/PORT/p2p/NODE_ID; `openledgerd status` on that node prints its id";
  const address = parse(text, nextStep);
  const peer = peerOf(address);
  if (!peer) throw new P2pError("bad-address", `peer address ${text} does not end in /p2p/NODE_ID`, { nextStep });
  try {
    return { peer: peerIdFromString(peer).toString(), address };
  } catch (cause) {
    throw new P2pError("bad-address", `${JSON.stringify(peer)} in ${text} is not a node id`, { nextStep, cause });
  }
}

/** The last `/p2p/` component of an address. */
export function peerOf(address: Multiaddr): PeerId | undefined {
  return address.getComponents().findLast((component) => component.name === "p2p")?.value;
}

function parse(text: string, nextStep: string): Multiaddr {
  try {
    const address = multiaddr(text);
    if (!address.getComponents().some((component) => component.name === "tcp")) throw new Error("no tcp port");
    return address;
  } catch (error) {
    throw new P2pError("bad-address", `${JSON.stringify(text)} is not a usable address (${reasonOf(error)})`, {
      nextStep,
      cause: error,
    });
  }
}
