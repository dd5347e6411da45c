import { setTimeout as sleep } from "node:timers/promises";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { MsgSubmitResult, Query, type Request, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import type { NodeLog } from "../p2p/index.ts";
import { type Answer, type AnswerPorts, answerRequest } from "./answers.ts";
import type { HostEvent } from "./events.ts";
import * as limits from "./limits.ts";
import { OpenResults } from "./open-results.ts";
import { Refusal } from "./refusal.ts";
import { type NodeRpc, RpcError } from "./rpc.ts";
import type { Transactions } from "./transactions.ts";

export interface InferenceHostOptions {
  /** Account that posts results and is paid, bech32. */
  readonly address: string;
  /** Ids of the models that it serves. */
  readonly models: readonly string[];
  readonly maxResultsPerTx: number;
  readonly pollMs: number;
}

export interface InferenceHostPorts extends AnswerPorts {
  readonly rpc: NodeRpc;
  readonly transactions: Transactions;
  readonly log: NodeLog;
  readonly emit: (event: HostEvent) => void;
  readonly close: () => Promise<void>;
}

/**
 * Serves paid inferences from outside a node: looks for requests of its models, runs them, claims the results, and opens
 * them. It keeps nothing that it could not compute again: after a restart it finds its open claims on chain.
 */
export class InferenceHost {
  readonly #options: InferenceHostOptions;
  readonly #ports: InferenceHostPorts;
  readonly #results: OpenResults;
  readonly #prepared = new Map<string, Answer>();
  /** Requests whose answer is being computed or under way in a transaction. */
  readonly #busy = new Set<string>();
  /** Requests not to be looked at again. */
  readonly #skipped = new Set<string>();
  /** How often a request's result failed in a transaction of its own. */
  readonly #failures = new Map<string, number>();
  /** Results of the next transaction: halved when one fails, so that a bad result ends up alone, and doubled again. */
  #batchSize: number;
  readonly #stop = new AbortController();
  #sending: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  constructor(options: InferenceHostOptions, ports: InferenceHostPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#batchSize = options.maxResultsPerTx;
    this.#results = new OpenResults(ports);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the transaction under way. Openings that are due then are handed over after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#sending;
    await this.#ports.close();
  }

  async #run(): Promise<void> {
    let recovered = false;
    let retryMs = limits.RETRY_MIN_MS;
    while (!this.#stop.signal.aborted) {
      let pauseMs = this.#options.pollMs;
      try {
        if (!recovered) await this.#recover();
        recovered = true;
        await this.#look();
        retryMs = limits.RETRY_MIN_MS;
      } catch (error) {
        this.#ports.emit({ kind: "waiting", reason: (error as Error).message });
        pauseMs = retryMs;
        retryMs = Math.min(2 * retryMs, limits.RETRY_MAX_MS);
      }
      await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { height } = await this.#ports.rpc.status();
    await this.#results.advance(height);
    for (const model of this.#options.models) {
      const { requests } = await this.#ports.rpc.ask(Query.Pending, { model, limit: limits.MAX_PREPARED });
      for (const request of requests) this.#prepare(request, height);
    }
    if (this.#prepared.size === 0 || this.#results.room === 0) return;
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  #isKnown(id: string): boolean {
    return this.#busy.has(id) || this.#skipped.has(id) || this.#prepared.has(id) || this.#results.has(id);
  }

  #prepare(request: Request, height: number): void {
    const { id, expires } = request;
    if (this.#isKnown(id) || this.#busy.size + this.#prepared.size >= limits.MAX_PREPARED) return;
    if (expires < BigInt(height + limits.MIN_BLOCKS_LEFT)) return;
    this.#busy.add(id);
    answerRequest(this.#options.address, request, this.#ports)
      .then((answer) => {
        this.#prepared.set(id, answer);
        this.#ports.emit({ kind: "answered", request: id });
      })
      .catch((error: Error) => {
        if (error instanceof Refusal) this.#skip(id, error.message);
        else this.#ports.log.warn({ request: id, reason: error.message }, "request not answered yet");
      })
      .finally(() => this.#busy.delete(id));
  }

  async #send(): Promise<void> {
    const batch = [...this.#prepared.values()].slice(0, Math.min(this.#batchSize, this.#results.room));
    for (const { request } of batch) {
      this.#prepared.delete(request);
      this.#busy.add(request);
    }
    try {
      const messages = batch.map(({ message }) => ({ typeUrl: MsgSubmitResult.typeUrl, value: message }));
      await this.#ports.transactions.send(messages);
      for (const answer of batch) this.#results.add(answer);
      this.#batchSize = Math.min(2 * this.#batchSize, this.#options.maxResultsPerTx);
    } catch (error) {
      this.#batchSize = Math.max(1, Math.floor(batch.length / 2));
      this.#ports.log.warn({ results: batch.length, reason: (error as Error).message }, "results not claimed");
      await this.#reconcile(batch, (error as Error).message).catch(() => {
        for (const answer of batch) this.#prepared.set(answer.request, answer);
      });
    } finally {
      for (const { request } of batch) this.#busy.delete(request);
    }
  }

  /** After a failure state tells which results a block holds, which are gone to others, and which are still to be sent. */
  async #reconcile(batch: readonly Answer[], reason: string): Promise<void> {
    for (const answer of batch) {
      const { request } = await this.#ports.rpc.ask(Query.Request, { id: answer.request });
      if (request?.status === RequestStatus.REQUEST_STATUS_PENDING) this.#retry(answer, batch.length === 1, reason);
      else if (request && equalBytes(request.claimId, answer.claimId)) this.#results.add(answer);
      else this.#skip(answer.request, "another host answered it, or it expired");
    }
  }

  #retry(answer: Answer, wasAlone: boolean, reason: string): void {
    const { request } = answer;
    const failures = (this.#failures.get(request) ?? 0) + (wasAlone ? 1 : 0);
    this.#failures.set(request, failures);
    if (failures < limits.MAX_FAILURES) this.#prepared.set(request, answer);
    else this.#skip(request, reason);
  }

  #skip(request: string, reason: string): void {
    if (this.#skipped.size >= limits.MAX_SKIPPED) this.#skipped.clear();
    this.#skipped.add(request);
    this.#failures.delete(request);
    this.#ports.emit({ kind: "skipped", request, reason });
  }

  /** Results of an earlier run that are not tallied yet: computed again, for their openings. */
  async #recover(): Promise<void> {
    const status = RequestStatus.REQUEST_STATUS_CLAIMED;
    for (let startAfter = ""; ; ) {
      const { requests } = await this.#ports.rpc.ask(Query.Requests, { status, startAfter, limit: RECOVER_PAGE });
      for (const request of requests) {
        if (request.host === this.#options.address && !this.#results.has(request.id)) await this.#resume(request);
      }
      const last = requests.at(-1);
      if (!last) return;
      startAfter = last.id;
    }
  }

  /** A claim whose model or input is gone cannot be opened any more; the others go on. */
  async #resume(request: Request): Promise<void> {
    try {
      const answer = await answerRequest(this.#options.address, request, this.#ports);
      if (!equalBytes(answer.claimId, request.claimId)) throw new Error("the model gives another result now");
      this.#results.add(answer);
    } catch (error) {
      if (error instanceof RpcError) throw error;
      this.#ports.log.error({ request: request.id, reason: (error as Error).message }, "open claim not resumed");
    }
  }
}

const RECOVER_PAGE = 100;
