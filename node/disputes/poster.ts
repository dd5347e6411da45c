import { equalBytes } from "../../chain/crypto/bytes.ts";
import { checkpointAt } from "../../modules/dispute/client.ts";
import type { Dispute } from "../../proto/gen/openledger/dispute/v1.ts";
import { MsgRespond } from "../../proto/gen/openledger/dispute/v1.ts";
import { logProofs, stateRoot, type TrainingLog } from "../factory/job/index.ts";
import { DisputeError } from "./errors.ts";
import { OwnTrace, type TraceOptions } from "./own-trace.ts";
import type { DisputeMessage, Player, SidePorts } from "./play.ts";
import type { DisputedTraining } from "./training.ts";

const NO_BYTES = new Uint8Array(0);

/** The side that posted a training: answers with the states that its log committed to, and with those in between. */
export class Poster implements Player {
  readonly phase = "respond";
  readonly #trace: OwnTrace;
  readonly #log: TrainingLog;
  readonly #ports: Pick<SidePorts, "address" | "upload">;

  constructor(training: DisputedTraining, ports: Pick<SidePorts, "address" | "upload">, options: TraceOptions = {}) {
    this.#trace = new OwnTrace(training, options);
    this.#log = training.log;
    this.#ports = ports;
  }

  isParty({ poster }: Dispute): boolean {
    return poster === this.#ports.address;
  }

  /** Throws DisputeError indefensible when the log's checkpoint is not what the training gives. */
  async move(dispute: Dispute): Promise<DisputeMessage> {
    const position = Number(dispute.asked);
    const state = await this.#trace.stateAfter(position - 1);
    const root = state && stateRoot(state);
    const geometry = { steps: Number(dispute.steps), every: Number(dispute.every) };
    const index = checkpointAt(geometry, position);
    const checkpoint = index === undefined ? undefined : this.#log.checkpoints[index];
    if (!state || !root || (checkpoint && !equalBytes(checkpoint.stateRoot, root))) {
      throw new DisputeError(
        "indefensible",
        `the own training does not give the state that the log names at position ${position}`,
      );
    }
    const proof = index === undefined ? undefined : logProofs(this.#log)[index + 1];
    const value = {
      ...{ poster: this.#ports.address, disputeId: dispute.id, position: dispute.asked, root },
      stateBlob: await this.#ports.upload(state),
      roundingHash: checkpoint?.roundingHash ?? NO_BYTES,
      aunts: [...(proof?.aunts ?? [])],
    };
    return { typeUrl: MsgRespond.typeUrl, value };
  }

  close(): Promise<void> {
    return this.#trace.close();
  }
}
