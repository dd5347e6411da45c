import { type GossipSub, type GossipSubComponents, gossipsub, StrictNoSign } from "@libp2p/gossipsub";
import { sha256 } from "../../chain/crypto/hash.ts";
import { MAX_GOSSIP_MESSAGE_BYTES } from "./limits.ts";
import type { PeerId } from "./ports.ts";

/** Message ids are sha256(data): the same bytes are one message, whoever sends them. */
export function messageIdOf(data: Uint8Array): Uint8Array {
  return sha256(data);
}

/**
 * gossipsub for batched items. StrictNoSign: items carry application signatures, and an unsigned message has no
 * sequence number that would make copies differ. Only the given topics exist; what a peer may make this node hold is
 * bounded: topics, messages and control entries in a frame, bytes in and out.
 */
export function gossipService(options: {
  readonly topics: readonly string[];
  readonly scoreOf: (peer: PeerId) => number;
}): (components: GossipSubComponents) => GossipSub {
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => messageIdOf(message.data),
    allowedTopics: new Set(options.topics),
    fallbackToFloodsub: false,
    floodPublish: true,
    emitSelf: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    doPX: false,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxInboundDataLength: MAX_RPC_BYTES,
    maxOutboundBufferSize: MAX_OUTBOUND_BYTES,
    maxTopicBytesPerPeer: MAX_TOPIC_BYTES_PER_PEER,
    decodeRpcLimits: {
      maxSubscriptions: 16,
      maxMessages: 64,
      maxIhaveMessageIDs: 1_000,
      maxIwantMessageIDs: 1_000,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: 16,
      maxPeerInfos: 0,
    },
    scoreParams: {
      // Validators of one data centre, and of a local network, share an address.
      IPColocationFactorWeight: 0,
      appSpecificScore: options.scoreOf,
      appSpecificWeight: 1,
    },
  });
}

/** One frame of the largest size with control entries beside it. */
const MAX_RPC_BYTES = MAX_GOSSIP_MESSAGE_BYTES + 256 * 1024;
/** A peer for which this much waits loses its gossip stream, and is then reconnected (see Host). */
const MAX_OUTBOUND_BYTES = 16 * 1024 * 1024;
/** gossipsub counts about 1 KiB a topic; two topics are used. */
const MAX_TOPIC_BYTES_PER_PEER = 16 * 1024;
