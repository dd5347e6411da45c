import type { Application, CommitWrites } from "../../chain/app/boundary.ts";
import { AppError } from "../../chain/app/errors.ts";
import { concatBytes } from "../../chain/crypto/hash.ts";
import { u64be, utf8Bytes } from "../../chain/crypto/tagged.ts";
import type { DiskOp } from "../../chain/store/persist/disk.ts";
import { AppHostError } from "./client.ts";
import { ABCI, type AbciMethod, type HostCall } from "./protocol.ts";

export interface HostPorts {
  readonly app: Application;
  /** Applies a commit's writes as one batch; durable when it resolves. */
  write(writes: readonly DiskOp[]): Promise<void>;
}

/** Serves encoded calls one after the other; the first failure that is no refusal of a genesis ends it for good. */
export class AppHost {
  readonly #ports: HostPorts;
  #last: Promise<unknown> = Promise.resolve();
  #dead: AppHostError | undefined;

  constructor(ports: HostPorts) {
    this.#ports = ports;
  }

  /** The encoded answer. Rejects with AppHostError `genesis` or `crashed`. */
  call(call: HostCall, body: Uint8Array): Promise<Uint8Array> {
    const answer = this.#last.then(() => this.#serve(call, body));
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Resolves when every call made so far is answered. */
  idle(): Promise<unknown> {
    return this.#last;
  }

  async #serve(call: HostCall, body: Uint8Array): Promise<Uint8Array> {
    if (this.#dead) throw this.#dead;
    try {
      return await this.#dispatch(call, body);
    } catch (error) {
      if (call === "initChain" && error instanceof AppError) throw new AppHostError("genesis", error.message);
      this.#dead = new AppHostError("crashed", describe(call, error));
      throw this.#dead;
    }
  }

  async #dispatch(call: HostCall, body: Uint8Array): Promise<Uint8Array> {
    const { app, write } = this.#ports;
    if (call === "commit") {
      const committed = app.commit();
      await write(committed.writes);
      return encodeCommitted(committed);
    }
    if (call === "export") {
      const { appHash, ...exported } = app.export();
      return utf8Bytes(JSON.stringify({ ...exported, appHash: Buffer.from(appHash).toString("hex") }));
    }
    if (call === "brokenInvariants") return utf8Bytes(JSON.stringify(app.brokenInvariants()));
    const { request, response } = ABCI[call] as AbciMethod<unknown, unknown>;
    const serve = app[call] as (request: unknown) => unknown;
    return response.encode(serve.call(app, request.decode(body))).finish();
  }
}

function encodeCommitted({ height, appHash }: CommitWrites): Uint8Array {
  return concatBytes(u64be(height), appHash);
}

function describe(call: HostCall, error: unknown): string {
  if (!(error instanceof Error)) return `the application stopped in ${call}: ${String(error)}`;
  return `the application stopped in ${call}: ${error.stack ?? error.message}`;
}
