import { toHex } from "../../chain/crypto/bytes.ts";
import { encodeEnvelope } from "../../modules/attribution/client.ts";
import { type Claim, Query } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as InferenceQuery, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import type { NodeLog } from "../p2p/index.ts";
import type { Answer } from "./answers.ts";
import type { HostEvent } from "./events.ts";
import { FIRST_OPEN_RESULTS, MAX_OPEN_RESULTS, MIN_OPEN_RESULTS, PARALLEL_LOOKS } from "./limits.ts";
import type { NodeRpc } from "./rpc.ts";

interface OpenResult {
  readonly answer: Pick<Answer, "request" | "claimId" | "opening">;
  claim: Claim | undefined;
  seen: boolean;
}

export interface OpenResultsPorts {
  readonly rpc: NodeRpc;
  readonly emit: (event: HostEvent) => void;
  readonly log: NodeLog;
}

/** Results that a block holds: opened as soon as their commit window is over, watched until they are tallied. */
export class OpenResults {
  readonly #ports: OpenResultsPorts;
  readonly #results = new Map<string, OpenResult>();
  #bound = FIRST_OPEN_RESULTS;
  /** Height at which the bound was halved last: the results of one block count as one failure. */
  #halvedAt = 0n;

  constructor(ports: OpenResultsPorts) {
    this.#ports = ports;
  }

  /** How many more results may wait for their tally. */
  get room(): number {
    return Math.max(0, this.#bound - this.#results.size);
  }

  has(request: string): boolean {
    return this.#results.has(request);
  }

  add(answer: OpenResult["answer"]): void {
    if (this.#results.has(answer.request)) return;
    this.#results.set(answer.request, { answer, claim: undefined, seen: false });
    this.#ports.emit({ kind: "claimed", request: answer.request, claim: toHex(answer.claimId) });
  }

  /** One look at all of them, `height` being the node's last. Throws ChainQueryError, RpcError. */
  async advance(height: number): Promise<void> {
    const results = [...this.#results.values()];
    for (let at = 0; at < results.length; at += PARALLEL_LOOKS) {
      const some = results.slice(at, at + PARALLEL_LOOKS);
      await Promise.all(some.map((result) => this.#advance(result, BigInt(height))));
    }
  }

  async #advance(result: OpenResult, height: bigint): Promise<void> {
    const { rpc, log } = this.#ports;
    const { request, claimId } = result.answer;
    result.claim ??= (await rpc.ask(Query.Claim, { claimId })).claim;
    const { claim } = result;
    if (!claim || height < claim.commitEnd) return;
    if (height >= claim.openEnd) return this.#finish(result, height);
    if (result.seen || (await this.#isSeen(result))) return;
    const envelope = encodeEnvelope({ opening: undefined, claimOpening: { claimId, opening: result.answer.opening } });
    const { accepted, reason } = await rpc.submitOpening(envelope);
    if (!accepted && reason !== "known") log.debug({ request, reason }, "opening not taken yet");
  }

  async #isSeen(result: OpenResult): Promise<boolean> {
    const { rpc, emit } = this.#ports;
    const { claim } = await rpc.ask(Query.Claim, { claimId: result.answer.claimId });
    result.seen = claim !== undefined && claim.opening.length > 0;
    if (result.seen) emit({ kind: "opened", request: result.answer.request });
    return result.seen;
  }

  async #finish({ answer }: OpenResult, height: bigint): Promise<void> {
    const { rpc, emit } = this.#ports;
    const { request } = await rpc.ask(InferenceQuery.Request, { id: answer.request });
    const status = request?.status ?? RequestStatus.REQUEST_STATUS_UNSPECIFIED;
    if (status === RequestStatus.REQUEST_STATUS_CLAIMED) return;
    this.#results.delete(answer.request);
    this.#adjust(status, height);
    emit({ kind: "finished", request: answer.request, status, feeUopen: request?.fee ?? "0" });
  }

  /** Refunds mean that validators were not done in time. */
  #adjust(status: RequestStatus, height: bigint): void {
    if (status === RequestStatus.REQUEST_STATUS_SETTLED) this.#bound = Math.min(this.#bound + 1, MAX_OPEN_RESULTS);
    if (status !== RequestStatus.REQUEST_STATUS_REFUNDED || this.#halvedAt === height) return;
    this.#bound = Math.max(Math.floor(this.#bound / 2), MIN_OPEN_RESULTS);
    this.#halvedAt = height;
  }
}
