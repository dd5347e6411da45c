import { BlocksRequest, BlocksResponse } from "../../proto/gen/openledger/p2p/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { P2pError, reasonOf } from "./errors.ts";
import type { Host } from "./host.ts";
import * as limits from "./limits.ts";
import type { PeerId } from "./ports.ts";
import type { RequestOptions, RequestResponse } from "./reqresp.ts";

/** What a peer says that it holds. Not to be believed: it may lie or change at any time. */
export interface BlocksStatus {
  readonly base: number;
  readonly height: number;
}

export interface BlockBytes {
  readonly height: number;
  readonly block: Uint8Array;
  readonly extendedCommit: Uint8Array;
}

/** The node's own blocks. */
export interface BlockSource {
  status(): BlocksStatus;
  /** Undefined when the height is not held. */
  load(height: number): Promise<Omit<BlockBytes, "height"> | undefined>;
}

export interface BlockExchangePorts {
  readonly host: Host;
  readonly requests: RequestResponse;
  readonly source: BlockSource;
}

/** Blocks by request: asks peers, and serves the node's own. Contents are opaque here; the caller verifies them. */
export class BlockExchange {
  readonly #protocol: string;
  readonly #ports: BlockExchangePorts;

  constructor(options: { readonly protocol: string }, ports: BlockExchangePorts) {
    this.#protocol = options.protocol;
    this.#ports = ports;
  }

  async start(): Promise<void> {
    await this.#ports.requests.handle(this.#protocol, (bytes) => this.#serve(bytes), { maxRequestBytes: 64 });
  }

  async stop(): Promise<void> {
    await this.#ports.requests.unhandle(this.#protocol);
  }

  /** A peer's lowest and highest block. Heights that no chain has (above 2^53, base above height) are `bad-response`. */
  async status(peer: PeerId, options: RequestOptions = {}): Promise<BlocksStatus> {
    const { status } = await this.#ask(peer, { status: {} }, options);
    if (!status) throw this.#blame(peer, "answered another question");
    const base = safeHeight(status.base);
    const height = safeHeight(status.height);
    if (base === undefined || height === undefined || base > height || (base === 0 && height > 0)) {
      throw this.#blame(peer, `claims heights ${status.base} to ${status.height}`);
    }
    return { base, height };
  }

  /** Consecutive blocks from `from`, at least one and at most `count` (64). An empty answer throws `refused`. */
  async range(
    peer: PeerId,
    wanted: { readonly from: number; readonly count: number },
    options: RequestOptions = {},
  ): Promise<BlockBytes[]> {
    const { from } = wanted;
    const count = Math.min(wanted.count, limits.MAX_BLOCKS_PER_RANGE);
    const { range } = await this.#ask(peer, { range: { from: BigInt(from), count } }, options);
    if (!range || range.blocks.length > count) throw this.#blame(peer, "sent more blocks than asked, or none");
    if (range.blocks.length === 0) {
      throw new P2pError("refused", `peer ${peer} has no block ${from}`, { peer });
    }
    return range.blocks.map(({ height, block, extendedCommit }, i) => {
      if (height !== BigInt(from + i)) throw this.#blame(peer, `sent block ${height} in place of ${from + i}`);
      return { height: from + i, block, extendedCommit };
    });
  }

  async #ask(peer: PeerId, request: BlocksRequest, options: RequestOptions): Promise<BlocksResponse> {
    const bytes = await this.#ports.requests.request(
      peer,
      this.#protocol,
      encodeBytes(BlocksRequest, request),
      options,
    );
    try {
      return decodeStrict(BlocksResponse, bytes);
    } catch (error) {
      throw this.#blame(peer, reasonOf(error));
    }
  }

  #blame(peer: PeerId, reason: string): P2pError {
    this.#ports.host.book.penalise(peer, "bad-response", `blocks: ${reason}`);
    return new P2pError("bad-response", `peer ${peer}: ${reason}`, { peer });
  }

  async #serve(bytes: Uint8Array): Promise<Uint8Array> {
    const request = decodeRequest(bytes);
    if (request.status) {
      const { base, height } = this.#ports.source.status();
      return encodeBytes(BlocksResponse, { status: { base: BigInt(base), height: BigInt(height) } });
    }
    if (!request.range) throw new P2pError("refused", "empty question");
    const from = safeHeight(request.range.from);
    const { count } = request.range;
    if (!from || count < 1 || count > limits.MAX_BLOCKS_PER_RANGE) {
      throw new P2pError("refused", `from ${request.range.from} count ${count} is out of range`);
    }
    const blocks = await this.#collect(from, count);
    return encodeBytes(BlocksResponse, { range: { blocks } });
  }

  async #collect(
    from: number,
    count: number,
  ): Promise<{ height: bigint; block: Uint8Array; extendedCommit: Uint8Array }[]> {
    const blocks: { height: bigint; block: Uint8Array; extendedCommit: Uint8Array }[] = [];
    let bytes = 0;
    for (let height = from; height < from + count && bytes < limits.BLOCK_RANGE_TARGET_BYTES; height++) {
      const record = await this.#ports.source.load(height);
      if (!record) break;
      bytes += record.block.length + record.extendedCommit.length;
      if (blocks.length > 0 && bytes > limits.MAX_RESPONSE_BYTES - RESPONSE_MARGIN_BYTES) break;
      blocks.push({ height: BigInt(height), ...record });
    }
    return blocks;
  }
}

/** Heights and lengths of 64 blocks. */
const RESPONSE_MARGIN_BYTES = 64 * 1024;

function decodeRequest(bytes: Uint8Array): BlocksRequest {
  try {
    return decodeStrict(BlocksRequest, bytes);
  } catch (error) {
    throw new P2pError("refused", `not a question about blocks: ${reasonOf(error)}`);
  }
}

/** A height as a number, or undefined when it is beyond 2^53 - 1. */
function safeHeight(height: bigint): number | undefined {
  return height <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(height) : undefined;
}
