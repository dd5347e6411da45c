import { request } from "node:http";
import { join } from "node:path";
import { type Exit, eventually, PATIENCE_MS, Program } from "./process.ts";

/** A node as `testnet init` describes it. */
export interface NodeAddress {
  readonly moniker: string;
  readonly home: string;
  readonly rpc: string;
  readonly p2p: string;
  readonly validator: boolean;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data: string };
}

interface StatusResult {
  readonly node_info: { readonly other: { readonly libp2p_peer_id: string } };
  readonly sync_info: {
    readonly latest_block_height: string;
    readonly latest_app_hash: string;
    readonly catching_up: boolean;
  };
}

/** One node of a test network: a process that is started, killed and started again on the same home. */
export class TestNode {
  readonly moniker: string;
  readonly home: string;
  readonly rpc: string;
  readonly p2p: string;
  readonly validator: boolean;
  #program: Program | undefined;
  #earlierLog = "";

  constructor(address: NodeAddress) {
    this.moniker = address.moniker;
    this.home = address.home;
    this.rpc = address.rpc;
    this.p2p = address.p2p;
    this.validator = address.validator;
  }

  get isRunning(): boolean {
    return this.#program !== undefined && this.#program.exit === undefined;
  }

  /** What the node wrote to standard error, in all its runs. */
  get log(): string {
    return this.#earlierLog + (this.#program?.stderr ?? "");
  }

  path(...parts: readonly string[]): string {
    return join(this.home, ...parts);
  }

  /** Starts the process; it may not answer yet. */
  launch(...options: readonly string[]): void {
    if (this.isRunning) throw new Error(`${this.moniker} runs already`);
    this.#earlierLog = this.log;
    this.#program = new Program(["start", "--home", this.home, ...options]);
  }

  /** Starts the process and waits until it answers. */
  async start(...options: readonly string[]): Promise<void> {
    this.launch(...options);
    await this.ready();
  }

  /** Waits until RPC answers; throws with the log when the process ends before. */
  async ready(): Promise<void> {
    const answered = await eventually(`${this.moniker} answers`, async () => {
      if (!this.isRunning) return false;
      await this.status();
      return true;
    });
    if (!answered) throw new Error(`${this.moniker} ended: ${this.log.slice(-2_000)}`);
  }

  /** As kill -9. */
  async kill(): Promise<void> {
    await this.#program?.end("SIGKILL");
  }

  async stop(): Promise<Exit | undefined> {
    return this.isRunning ? this.#program?.end("SIGTERM") : undefined;
  }

  /** Resolves when the process ends by itself. */
  async ended(): Promise<Exit> {
    if (!this.#program) throw new Error(`${this.moniker} was never started`);
    return this.#program.ended;
  }

  /** Starts on a home that must be refused: exit code and what standard error says. */
  async refusal(...options: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
    this.launch(...options);
    const program = this.#program as Program;
    const timer = setTimeout(() => void program.end("SIGKILL"), PATIENCE_MS);
    const { code } = await program.ended;
    clearTimeout(timer);
    return { code, text: program.stderr };
  }

  /** Posts a body to the RPC address as it is. */
  async post(body: string | Uint8Array<ArrayBuffer>, path = "/"): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${this.rpc}${path}`, { method: "POST", body, signal });
    return { status: response.status, text: await response.text() };
  }

  /** Status of the answer to a body that is announced with this length and not sent. */
  announce(length: number, path = "/"): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const headers = { "content-length": length };
      const sent = request(`${this.rpc}${path}`, { method: "POST", headers, timeout: PATIENCE_MS }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.once("error", reject);
      sent.flushHeaders();
    });
  }

  async get(path: string): Promise<{ status: number; bytes: Uint8Array }> {
    const response = await fetch(`${this.rpc}${path}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  }

  /** The answer of a JSON-RPC method, result or error. */
  async ask(method: string, params: object = {}): Promise<Answer> {
    const { text } = await this.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    return JSON.parse(text) as Answer;
  }

  /** The result of a JSON-RPC method. Throws its error. */
  async call<T>(method: string, params: object = {}): Promise<T> {
    const { result, error } = await this.ask(method, params);
    if (error) throw new Error(`${method}: ${error.message}: ${error.data}`);
    return result as T;
  }

  status(): Promise<StatusResult> {
    return this.call<StatusResult>("status");
  }

  async height(): Promise<number> {
    return Number((await this.status()).sync_info.latest_block_height);
  }

  /** Waits until a height is applied here. */
  async reach(height: number): Promise<void> {
    await eventually(`${this.moniker} at height ${height}`, async () => {
      if (!this.isRunning) throw new Error(`${this.moniker} ended: ${this.log.slice(-2_000)}`);
      return (await this.height()) >= height ? true : undefined;
    });
  }

  /** Waits until a transaction (its hash in hex) is in a block here, and says in which. */
  heightOf(txHash: string): Promise<number> {
    const hash = Buffer.from(txHash, "hex").toString("base64");
    return eventually(`transaction ${txHash} at ${this.moniker}`, async () => {
      return Number((await this.call<{ height: string }>("tx", { hash })).height);
    });
  }

  /** Application hash after a height, as this node computed it. */
  async appHash(height: number): Promise<string> {
    const { app_hash } = await this.call<{ app_hash: string }>("block_results", { height: String(height) });
    return Buffer.from(app_hash, "base64").toString("hex");
  }
}
