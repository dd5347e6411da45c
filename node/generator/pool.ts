import { GeneratorClient } from "./client.ts";
import { GeneratorError, type GeneratorErrorCode } from "./errors.ts";
import * as limits from "./limits.ts";
import type { CallKind, Calls } from "./protocol.ts";
import type { GenerationRequest } from "./request.ts";
import type { CheckedAnswer, GeneratedAnswer, GeneratorBlobs } from "./types.ts";

export interface GeneratorPoolOptions {
  /** Cap on resident generators; the least recently used leave first. */
  readonly memoryBytes?: number;
  /** Generators in threads at once. */
  readonly mostResident?: number;
  readonly openMs?: number;
  /** One answer or check. */
  readonly answerMs?: number;
  /** How long a generator is refused after an answer or check that took longer. */
  readonly slowMs?: number;
}

interface Refused {
  readonly error: GeneratorError;
  /** Milliseconds of performance.now; infinite for what will not change. */
  readonly until: number;
}

interface Resident {
  readonly client: GeneratorClient;
  readonly bytes: number;
  readonly opened: Promise<void>;
  lastUse: number;
}

/**
 * Resident generators, each in a thread of its own: the caller's thread only sends and receives messages. One that is no
 * match of its registration, or too slow to open, is refused from then on; one that was too slow for a request is for a
 * while, because anybody can ask for the longest answer.
 */
export class GeneratorPool {
  readonly #options: Required<GeneratorPoolOptions>;
  readonly #residents = new Map<string, Resident>();
  readonly #refused = new Map<string, Refused>();
  readonly #crashes = new Map<string, number>();
  #clock = 0;
  #closed = false;

  constructor(options: GeneratorPoolOptions = {}) {
    const { MEMORY_BYTES: memoryBytes, MOST_RESIDENT: mostResident } = limits;
    const { OPEN_MS: openMs, ANSWER_MS: answerMs, SLOW_MS: slowMs } = limits;
    this.#options = { ...{ memoryBytes, mostResident, openMs, answerMs, slowMs }, ...options };
  }

  has(key: string): boolean {
    return this.#residents.has(key);
  }

  /** Cap on all resident generators. */
  get memoryBytes(): number {
    return this.#options.memoryBytes;
  }

  /** What all resident generators are taken to need. */
  get residentBytes(): number {
    return [...this.#residents.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Throws the error with which a generator was refused before, without asking for its bytes. */
  refuseKnown(key: string): void {
    const refused = this.#refused.get(key);
    if (!refused) return;
    if (refused.until > performance.now()) throw refused.error;
    this.#refused.delete(key);
  }

  /** From now on calls for this generator fail with the error, unless they fail with another one already. */
  refuse(key: string, error: GeneratorError, ms = Number.POSITIVE_INFINITY): void {
    if (this.#refused.has(key)) return;
    const [oldest] = this.#refused.keys();
    if (this.#refused.size >= limits.MOST_REFUSED && oldest !== undefined) this.#refused.delete(oldest);
    this.#refused.set(key, { error, until: performance.now() + ms });
  }

  /** Makes a generator resident; waits when it is being opened already. Throws GeneratorError. */
  async load(key: string, blobs: GeneratorBlobs): Promise<void> {
    this.refuseKnown(key);
    const known = this.#residents.get(key);
    if (known) return known.opened;
    if (this.#closed) throw new GeneratorError("lost", "the generators are closed");
    const bytes = bytesOf(blobs);
    this.#makeRoom(key, bytes);
    const { openMs, answerMs, memoryBytes } = this.#options;
    const client = new GeneratorClient({
      times: { open: openMs, answer: answerMs, check: answerMs },
      memoryBytes,
      onLost: (isCrash) => {
        this.#forget(key, client);
        if (isCrash) this.#countCrash(key);
      },
    });
    const opened = this.#call(key, client, "open", blobs).catch(async (error: unknown) => {
      this.#forget(key, client);
      await client.close();
      throw error;
    });
    this.#residents.set(key, { client, bytes, opened, lastUse: this.#clock++ });
    await opened;
  }

  /** An answer, unless the longest one takes more tokens than are paid. Throws GeneratorError. */
  answer(key: string, request: GenerationRequest, paidTokens: number): Promise<GeneratedAnswer> {
    return this.#ask(key, "answer", { request, paidTokens });
  }

  /** Checks a claimed answer. Throws GeneratorError. */
  check(key: string, request: GenerationRequest, tokens: readonly number[]): Promise<CheckedAnswer> {
    return this.#ask(key, "check", { request, tokens });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const clients = [...this.#residents.values()].map(({ client }) => client);
    this.#residents.clear();
    await Promise.all(clients.map((client) => client.close()));
  }

  async #ask<K extends CallKind>(key: string, kind: K, input: Calls[K]["input"]): Promise<Calls[K]["output"]> {
    this.refuseKnown(key);
    const resident = this.#residents.get(key);
    if (!resident) throw new GeneratorError("lost", `generator ${key} is not resident; load its blobs first`);
    if (resident.client.load >= limits.MOST_WAITING) {
      throw new GeneratorError("no-memory", `${limits.MOST_WAITING} requests wait for generator ${key} already`);
    }
    resident.lastUse = this.#clock++;
    return this.#call(key, resident.client, kind, input);
  }

  async #call<K extends CallKind>(key: string, client: GeneratorClient, kind: K, input: Calls[K]["input"]) {
    try {
      return await client.call(kind, input);
    } catch (error) {
      if (isFinal(error)) this.refuse(key, error, this.#refusalMs(kind, error));
      throw error;
    }
  }

  #refusalMs(kind: CallKind, { code }: GeneratorError): number {
    return code === "too-slow" && kind !== "open" ? this.#options.slowMs : Number.POSITIVE_INFINITY;
  }

  /** What crashes again and again is not opened for every claim. */
  #countCrash(key: string): void {
    const crashes = (this.#crashes.get(key) ?? 0) + 1;
    if (this.#crashes.size >= limits.MOST_REFUSED) this.#crashes.clear();
    this.#crashes.set(key, crashes);
    if (crashes < limits.MOST_CRASHES) return;
    this.refuse(key, new GeneratorError("too-large", `the thread of generator ${key} ended ${crashes} times`));
  }

  #forget(key: string, client: GeneratorClient): void {
    if (this.#residents.get(key)?.client === client) this.#residents.delete(key);
  }

  /** Idle generators leave, the least recently used first. Throws GeneratorError no-memory when the busy ones take it all. */
  #makeRoom(key: string, bytes: number): void {
    const { memoryBytes, mostResident } = this.#options;
    if (bytes > memoryBytes) {
      const error = new GeneratorError("too-large", `generator ${key} needs ${bytes} bytes; the cap is ${memoryBytes}`);
      this.refuse(key, error);
      throw error;
    }
    const isFull = () => this.residentBytes + bytes > memoryBytes || this.#residents.size >= mostResident;
    while (isFull()) {
      const idle = [...this.#residents].filter(([, { client }]) => client.load === 0);
      const [least, ...others] = idle;
      if (!least) throw new GeneratorError("no-memory", `no room for generator ${key}: the others are at work`);
      const [oldest, { client }] = others.reduce((a, b) => (b[1].lastUse < a[1].lastUse ? b : a), least);
      this.#residents.delete(oldest);
      void client.close();
    }
  }
}

/** Asking again for this generator will not help. */
export function isFinal(error: unknown): error is GeneratorError {
  return error instanceof GeneratorError && FINAL.has(error.code);
}

const FINAL: ReadonlySet<GeneratorErrorCode> = new Set(["too-slow", "too-large", "mismatch"]);

/** Copies of the weights in sessions of answers and of gradients, at three checkpoints; the float64 of each is 8 bytes. */
const WEIGHT_COPIES = 10;
/** A character of a document: its text, its tokens, and their places in the suffix array. */
const BYTES_A_CHARACTER = 24;

/** An upper estimate of what a generator takes, known before it is opened. */
function bytesOf({ graph, weights, tokenizer, index, rows }: GeneratorBlobs): number {
  const characters = Math.min(
    rows.reduce((sum, { text }) => sum + text.length, 0),
    limits.MEMORY_CHARACTERS,
  );
  const indexBytes = index.header.length + index.rows.length + 2 * index.basis.length;
  return (
    WEIGHT_COPIES * (graph.length + weights.length) +
    8 * tokenizer.length +
    2 * indexBytes +
    BYTES_A_CHARACTER * characters
  );
}
