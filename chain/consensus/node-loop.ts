import type { Admission } from "./admission.ts";
import { ConsensusCore, type CoreOptions } from "./core.ts";
import type { Effect } from "./effect.ts";
import { ConsensusError } from "./errors.ts";
import { type Input, isLogged, type PeerId, type StartHeight } from "./input.ts";
import { WAL_COMPACT_BYTES } from "./limits.ts";
import type { Message } from "./message.ts";
import { OwnSigner } from "./own-signer.ts";
import type { LoopPorts } from "./ports.ts";
import { SignGuard } from "./sign-guard.ts";
import { decodeWal, encodeFrame } from "./wal.ts";
import { decodeRecord, encodeEndHeight, encodeInput } from "./wal-record.ts";

export interface LoopOptions extends Omit<CoreOptions, "address"> {}

/** What survived of an earlier run: empty bytes for a WAL that does not exist yet. */
export interface StoredState {
  readonly wal: Uint8Array;
  readonly signState: Uint8Array | undefined;
}

/**
 * Drives the core in the one order that is safe across crashes: WAL, step, sign guard, publish (README, "Per input").
 * Shared by the node and the simulator; everything outside is behind {@link LoopPorts}.
 */
export class ConsensusLoop {
  readonly core: ConsensusCore;
  readonly #ports: LoopPorts;
  readonly #queue: Input[] = [];
  #signer: OwnSigner | undefined;
  #running = false;
  #started = false;
  #walDirty = false;
  #walBytes = 0;

  constructor(options: LoopOptions, ports: LoopPorts) {
    this.core = new ConsensusCore({ ...options, address: ports.signer?.address });
    this.#ports = ports;
  }

  /**
   * First call: restores round, locks and requests of the height from the WAL and goes on from there.
   * @throws WalError for a WAL that is corrupt before its end, ConsensusError for a sign state that can't be trusted
   */
  start(start: StartHeight, stored: StoredState): void {
    if (this.#started) throw new ConsensusError("bad_start", "the loop is already started");
    this.#started = true;
    this.#signer = this.#restoreSigner(start, stored.signState);
    const records = this.#openWal(start.height, stored.wal);
    this.core.handle(start);
    for (const input of records) this.core.handle(input);
    this.push({ kind: "recovered" });
  }

  /** The last own vote of a height whose WAL was lost: the guard refuses that step now, and the height may need the vote. */
  #republish(height: number): void {
    const vote = this.#signer?.lastVote;
    const { driver } = this.core.engine;
    if (!driver || vote?.height !== height || driver.votes.find(vote)) return;
    if (driver.context.validators.indexOf(vote.validatorAddress) !== vote.validatorIndex) return;
    this.#queue.push({ kind: "votesReceived", peer: undefined, votes: [vote] });
  }

  /** Handles one input to completion; a push from within a port call waits for its turn. */
  push(input: Input): void {
    this.#queue.push(input);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    } finally {
      this.#running = false;
    }
  }

  /** Cheap checks of a decoded message, and the signatures that must hold before its input may be pushed. */
  admit(peer: PeerId, message: Message): Admission {
    return this.core.admit(peer, message);
  }

  /** Heights by which the most advanced peer says it is ahead; 0 when none is. */
  behind(): number {
    return this.core.behind();
  }

  #step(input: Input): void {
    if (isLogged(input)) this.#append(encodeInput(input));
    if (input.kind === "startHeight") this.#endHeight(input.height - 1);
    const effects = this.core.handle(input);
    if (input.kind === "finalized") this.#endHeight(input.height);
    for (const effect of effects) this.#execute(effect);
  }

  #execute(effect: Effect): void {
    const { application, timers, transport, reports } = this.#ports;
    switch (effect.kind) {
      case "scheduleTimeout":
        timers.schedule(effect);
        break;
      case "prepare":
        application.prepare(effect);
        break;
      case "process":
        application.process(effect);
        break;
      case "extend":
        application.extend(effect);
        break;
      case "decide":
        application.decide(effect);
        break;
      case "signVote":
        this.#sign((signer) => signer.vote(effect.vote, effect.withExtension));
        break;
      case "signProposal":
        this.#sign((signer) => signer.proposal(effect.proposal));
        break;
      case "send":
        transport.send(effect.peer, effect.message);
        break;
      case "broadcast":
        transport.broadcast(effect.message);
        break;
      case "evidence":
        reports.evidence(effect);
        break;
    }
  }

  /** What led to an own message must be on disk before the message can be seen by anyone. */
  #sign(request: (signer: OwnSigner) => Input): void {
    if (!this.#signer) throw new ConsensusError("invariant", "asked to sign without a key");
    if (this.#walDirty) this.#ports.wal.sync();
    this.#walDirty = false;
    const answer = request(this.#signer);
    this.#queue.push(answer);
    if (answer.kind === "signRefused") this.#republish(answer.height);
  }

  #append(record: Uint8Array): void {
    const frame = encodeFrame(record);
    this.#ports.wal.append(frame);
    this.#walDirty = true;
    this.#walBytes += frame.length;
  }

  #endHeight(height: number): void {
    const frame = encodeFrame(encodeEndHeight(height));
    if (this.#walBytes > WAL_COMPACT_BYTES) {
      this.#ports.wal.reset(frame);
      this.#walBytes = frame.length;
    } else {
      this.#ports.wal.append(frame);
      this.#ports.wal.sync();
      this.#walBytes += frame.length;
    }
    this.#walDirty = false;
  }

  #restoreSigner(start: StartHeight, record: Uint8Array | undefined): OwnSigner | undefined {
    const { signer, clock, signState } = this.#ports;
    if (!signer) return undefined;
    const guard = SignGuard.require(record);
    guard.assertCovers(signer.address, start.last?.extendedCommit);
    return new OwnSigner({ guard, signer, clock, signState });
  }

  /** Inputs that the WAL holds of the height that starts; leaves the WAL ready for the next append. */
  #openWal(height: number, bytes: Uint8Array): Input[] {
    const { payloads, validLength } = decodeWal(bytes);
    if (validLength < bytes.length) this.#ports.wal.truncate(validLength);
    this.#walBytes = validLength;
    let ended = -1;
    let inputs: Input[] = [];
    for (const record of payloads.map(decodeRecord)) {
      if (record.kind === "endHeight") {
        ended = record.height;
        inputs = [];
      } else inputs.push(record.input);
    }
    if (ended >= height) {
      throw new ConsensusError(
        "wal_ahead",
        `the WAL has seen the end of height ${ended}, but the block store stops before height ${height}: restore the block store`,
      );
    }
    if (ended === height - 1) return inputs;
    this.#endHeight(height - 1);
    return [];
  }
}
