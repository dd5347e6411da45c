import { toHex } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { claimId, decodeEnvelope } from "../../../modules/attribution/client.ts";
import { inputCommitment } from "../../../modules/inference/ids.ts";
import { Claim, ClaimKind, Query as ClaimQuery } from "../../../proto/gen/openledger/attribution/v1.ts";
import {
  InferenceInput,
  type MsgSubmitResult,
  Query,
  Request,
  RequestStatus,
} from "../../../proto/gen/openledger/inference/v1.ts";
import { Model } from "../../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../../../proto/runtime.ts";
import type { Attribution } from "../../influence/types.ts";
import { SILENT_LOG } from "../../p2p/index.ts";
import type { HostEvent } from "../events.ts";
import { InferenceHost, type InferenceHostOptions, type InferenceHostPorts } from "../host.ts";
import { RpcError } from "../rpc.ts";

const SALT = new Uint8Array(16).fill(4);
const OPTIONS: InferenceHostOptions = { address: "open1host", models: ["m"], maxResultsPerTx: 4, pollMs: 2 };

/** The answer to every input: what it says does not matter here. */
const ATTRIBUTION: Attribution = {
  answer: { label: 0, probabilities: Int32Array.of(2 ** 24, 0) },
  query: {
    ...{ label: 0, classes: [0], d: Int8Array.of(1), dExponent: 0, v: Int8Array.of(1, 2, 3, 4), vExponent: 0 },
  },
  scores: new Float64Array(0),
  settlement: { entries: [], unattributed: 10n ** 18n, capExcess: 0n, eligibleClusters: 0 },
};

/** Requests and claims of a chain whose blocks tests make one by one; a host sees it through its ports. */
export class FakeMarket {
  height = 10;
  /** The node answers. */
  online = true;
  /** Ids of requests that spoil their transaction. */
  readonly poison = new Set<string>();
  /** Results by transaction, those that failed included. */
  readonly sent: string[][] = [];
  readonly events: HostEvent[] = [];
  /** What every request asks. */
  model = Model.fromPartial({ id: "m", labels: ["yes", "no"] });
  /** The next transactions take effect and yet are reported as lost. */
  losesAnswers = false;
  readonly #requests = new Map<string, Request>();
  readonly #claims = new Map<string, Claim>();
  readonly #blobs = new Map<string, Uint8Array>();

  request(text: string, changes: Partial<Request> = {}): string {
    const id = toHex(sha256(utf8Bytes(text)));
    const blob = encodeBytes(InferenceInput, InferenceInput.fromPartial({ salt: SALT, text }));
    this.#blobs.set(toHex(sha256(blob)), blob);
    const input = { inputCommitment: inputCommitment(SALT, text), inputBlob: sha256(blob) };
    const price = { maxFee: "1000", priceRequest: "100", priceToken: "10" };
    const pending = { status: RequestStatus.REQUEST_STATUS_PENDING, expires: 1_000n };
    this.#requests.set(id, Request.fromPartial({ id, model: "m", ...input, ...price, ...pending, ...changes }));
    return id;
  }

  status(id: string): RequestStatus | undefined {
    return this.#requests.get(id)?.status;
  }

  change(id: string, changes: Partial<Request>): void {
    this.#requests.set(id, { ...(this.#requests.get(id) as Request), ...changes });
  }

  /** Claims of the height are opened, or over. */
  advance(height: number): void {
    this.height = height;
    for (const claim of this.#claims.values()) {
      if (claim.openEnd > BigInt(height)) continue;
      const id = new TextDecoder().decode(claim.subject);
      const opened = claim.opening.length > 0;
      const { REQUEST_STATUS_SETTLED, REQUEST_STATUS_REJECTED } = RequestStatus;
      this.change(id, { status: opened ? REQUEST_STATUS_SETTLED : REQUEST_STATUS_REJECTED, fee: opened ? "110" : "0" });
    }
  }

  host(): InferenceHost {
    const ports = {
      ask: async () => ({ model: this.model }),
      rpc: {
        status: async () => ({ chainId: "c", height: this.#online(this.height) }),
        ask: async ({ path }: { path: string }, request: object) => this.#answer(path, request),
        blob: (id: string) => this.#blob(id),
        submitOpening: async (envelope: Uint8Array) => this.#open(envelope),
      },
      transactions: { send: (messages: { value: MsgSubmitResult }[]) => this.#execute(messages), close() {} },
      models: { load: async () => ({ key: "m", model: { labels: ["yes", "no"] } }) },
      pool: { attribute: async () => ATTRIBUTION },
      inputs: { blob: (id: string) => this.#blob(id) },
      log: SILENT_LOG,
      emit: (event: HostEvent) => this.events.push(event),
      close: async () => undefined,
    };
    return new InferenceHost(OPTIONS, ports as unknown as InferenceHostPorts);
  }

  #online<T>(value: T): T {
    if (!this.online) throw new RpcError("unreachable", "no answer");
    return value;
  }

  async #blob(id: string): Promise<Uint8Array> {
    const bytes = this.#blobs.get(id);
    if (!bytes) throw new Error(`blob ${id} is missing`);
    return bytes;
  }

  #answer(path: string, request: { readonly id?: string; readonly claimId?: Uint8Array; startAfter?: string }) {
    this.#online(path);
    const all = [...this.#requests.values()];
    switch (path) {
      case Query.Pending.path:
        return { requests: all.filter(({ status }) => status === RequestStatus.REQUEST_STATUS_PENDING) };
      case Query.Requests.path:
        if (request.startAfter !== "") return { requests: [] };
        return { requests: all.filter(({ status }) => status === RequestStatus.REQUEST_STATUS_CLAIMED) };
      case Query.Request.path:
        return { request: this.#requests.get(request.id ?? "") };
      case ClaimQuery.Claim.path:
        return { claim: this.#claims.get(toHex(request.claimId as Uint8Array)) };
      default:
        throw new Error(`no answer to ${path}`);
    }
  }

  #open(bytes: Uint8Array) {
    this.#online(bytes);
    const { claimOpening } = decodeEnvelope(bytes);
    const id = toHex(claimOpening?.claimId as Uint8Array);
    const claim = this.#claims.get(id) as Claim;
    if (BigInt(this.height) < claim.commitEnd) return { accepted: false, reason: "early" };
    this.#claims.set(id, { ...claim, opening: claimOpening?.opening as Uint8Array });
    return { accepted: true, reason: "" };
  }

  async #execute(messages: readonly { readonly value: MsgSubmitResult }[]): Promise<number> {
    this.#online(messages);
    const results = messages.map(({ value }) => value);
    this.sent.push(results.map(({ request }) => request));
    const isGood = ({ request }: MsgSubmitResult) =>
      !this.poison.has(request) && this.status(request) === RequestStatus.REQUEST_STATUS_PENDING;
    if (!results.every(isGood)) throw new Error("message 0 failed");
    for (const { request, host, openingHash } of results) {
      const subject = utf8Bytes(request);
      const fields = { kind: ClaimKind.CLAIM_KIND_RESULT, poster: host, subject, payloadHash: openingHash };
      const id = claimId(fields);
      const heights = { commitEnd: BigInt(this.height + 7), openEnd: BigInt(this.height + 10) };
      this.#claims.set(toHex(id), Claim.fromPartial({ ...fields, ...heights, id }));
      this.change(request, { status: RequestStatus.REQUEST_STATUS_CLAIMED, host, claimId: id });
    }
    if (this.losesAnswers) throw new Error("no block in time");
    return this.height;
  }
}
