import { Worker } from "node:worker_threads";
import { type Log, SILENT_LOG } from "../../chain/ports.ts";
import { NodeError, type NodeErrorCode } from "../errors.ts";
import { siblingModule } from "../influence/sibling.ts";
import { clientOver } from "./calls.ts";
import { type AppClient, AppHostError } from "./client.ts";
import type { AppHostOptions } from "./open-app.ts";
import {
  type CallMessage,
  type HostCall,
  LIMITED_CALLS,
  MAX_POSTED_CALLS,
  MAX_WAITING_CALLS,
  type WorkerMessage,
} from "./protocol.ts";

interface Waiting {
  readonly limited: boolean;
  resolve(body: Uint8Array): void;
  reject(error: AppHostError): void;
}

/**
 * Starts the application in a worker thread and resolves when its state is loaded. Throws NodeError `home_in_use` or
 * `corrupt`, and AppHostError `crashed` when the thread dies while it starts.
 */
export async function openAppWorker(options: AppHostOptions, log: Log = SILENT_LOG): Promise<AppClient> {
  const thread = new AppThread(options, log);
  await thread.ready;
  return clientOver((call, body, own) => thread.call(call, body, own), {
    fatal: thread.fatal,
    close: () => thread.close(),
  });
}

/** One worker with the calls that wait for it. */
class AppThread {
  readonly ready: Promise<void>;
  readonly fatal: Promise<AppHostError>;
  readonly #worker: Worker;
  readonly #log: Log;
  readonly #waiting = new Map<number, Waiting>();
  readonly #start = Promise.withResolvers<void>();
  readonly #fatal = Promise.withResolvers<AppHostError>();
  readonly #exit = Promise.withResolvers<void>();
  #nextId = 1;
  #limited = 0;
  /** Calls of outsiders that the worker does not have yet, so that those of consensus need not wait for them. */
  #backlog: CallMessage[] = [];
  #posted = 0;
  #over: AppHostError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: AppHostOptions, log: Log) {
    this.ready = this.#start.promise;
    this.fatal = this.#fatal.promise;
    this.#log = log;
    this.#worker = new Worker(siblingModule("worker", import.meta.url), { workerData: options });
    this.#worker.on("message", (message: WorkerMessage) => this.#receive(message));
    this.#worker.on("error", (error) => this.#die(`the application's thread failed: ${error}`));
    this.#worker.on("exit", (code) => {
      if (!this.#closing) this.#die(`the application's thread ended with code ${code}`);
      this.#exit.resolve();
    });
  }

  call(call: HostCall, body: Uint8Array, own = false): Promise<Uint8Array> {
    if (this.#over) return Promise.reject(this.#over);
    if (this.#closing) return Promise.reject(new AppHostError("closed", `${call} came after close`));
    const limited = LIMITED_CALLS.has(call) && !own;
    if (limited && this.#limited >= MAX_WAITING_CALLS) {
      return Promise.reject(new AppHostError("busy", `${MAX_WAITING_CALLS} calls wait for the application already`));
    }
    if (limited) this.#limited++;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { limited, resolve, reject });
      const message: CallMessage = { id, call, body };
      if (!limited) this.#worker.postMessage(message);
      else {
        this.#backlog.push(message);
        this.#feed(MAX_POSTED_CALLS);
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    if (!this.#over) {
      // Calls under way are posted before, so the worker answers them first.
      this.#feed(Number.POSITIVE_INFINITY);
      this.#worker.postMessage("close");
    } else await this.#worker.terminate();
    await this.#exit.promise;
    this.#rejectAll(new AppHostError("closed", "the application was closed"));
  }

  #receive(message: WorkerMessage): void {
    switch (message.kind) {
      case "ready":
        this.#start.resolve();
        break;
      case "answer":
        this.#answered(message.id)?.resolve(message.body);
        break;
      case "error":
        this.#answered(message.id)?.reject(new AppHostError(message.code, message.message));
        break;
      case "log":
        this.#log[message.level](message.message, message.fields);
        break;
      case "stopped":
        if (message.code) {
          this.#start.reject(new NodeError(message.code as NodeErrorCode, message.message, message.hint ?? ""));
        }
        this.#die(message.message);
        break;
    }
  }

  /** Posts calls of the backlog, oldest first, while fewer than `most` are posted. */
  #feed(most: number): void {
    while (this.#posted < most) {
      const next = this.#backlog.shift();
      if (!next) return;
      this.#posted++;
      this.#worker.postMessage(next);
    }
  }

  #answered(id: number): Waiting | undefined {
    const waiting = this.#take(id);
    if (waiting?.limited) {
      this.#posted--;
      this.#feed(MAX_POSTED_CALLS);
    }
    return waiting;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting?.limited) this.#limited--;
    this.#waiting.delete(id);
    return waiting;
  }

  #die(reason: string): void {
    if (this.#over) return;
    this.#over = new AppHostError("crashed", reason);
    this.#start.reject(this.#over);
    this.#rejectAll(this.#over);
    this.#fatal.resolve(this.#over);
  }

  #rejectAll(error: AppHostError): void {
    this.#backlog = [];
    for (const [id] of [...this.#waiting]) this.#take(id)?.reject(error);
  }
}
