import { equalBytes } from "../../chain/crypto/bytes.ts";
import type { Dispute } from "../../proto/gen/openledger/dispute/v1.ts";
import { MsgChallenge, MsgChoose } from "../../proto/gen/openledger/dispute/v1.ts";
import { headOf, logProofs, stateRoot, type TrainingLog } from "../factory/job/index.ts";
import { audit, type Difference } from "./audit.ts";
import { DisputeError } from "./errors.ts";
import { OwnTrace, type TraceOptions } from "./own-trace.ts";
import type { DisputeMessage, Player, SidePorts } from "./play.ts";
import type { DisputedTraining } from "./training.ts";

/** The message that begins a dispute of a training: its log's head and the path that proves it. */
export function challengeMessage(claimId: Uint8Array, log: TrainingLog, challenger: string): DisputeMessage {
  const { steps, every } = headOf(log);
  const aunts = [...(logProofs(log)[0]?.aunts ?? [])];
  return { typeUrl: MsgChallenge.typeUrl, value: { challenger, claimId, steps, every: BigInt(every), aunts } };
}

/**
 * The side that says a training is wrong. What comes at or after the first difference that it knows of it disputes, whatever
 * is there: so the two sides arrive at that difference, and not at a later state that happens to be right again.
 */
export class Challenger implements Player {
  readonly phase = "choose";
  readonly #trace: OwnTrace;
  readonly #ports: Pick<SidePorts, "address" | "upload">;
  #wrongFrom: number;

  constructor(trace: OwnTrace, ports: Pick<SidePorts, "address" | "upload">, difference: Pick<Difference, "position">) {
    this.#trace = trace;
    this.#ports = ports;
    this.#wrongFrom = difference.position;
  }

  /** Computes the training. Throws DisputeError agrees when nothing differs: a challenge would be lost. */
  static async prepare(
    training: DisputedTraining,
    ports: Pick<SidePorts, "address" | "upload">,
    options: TraceOptions = {},
  ): Promise<{ readonly player: Challenger; readonly difference: Difference }> {
    const trace = new OwnTrace(training, options);
    try {
      const difference = await audit(trace);
      if (!difference) throw new DisputeError("agrees", "the training gives exactly what the claim says");
      return { player: new Challenger(trace, ports, difference), difference };
    } catch (error) {
      await trace.close();
      throw error;
    }
  }

  isParty({ challenger }: Dispute): boolean {
    return challenger === this.#ports.address;
  }

  async move(dispute: Dispute): Promise<DisputeMessage> {
    const position = Number(dispute.asked);
    const own = position < this.#wrongFrom ? await this.#trace.stateAfter(position - 1) : undefined;
    const agree = own !== undefined && equalBytes(stateRoot(own), dispute.answer?.root ?? new Uint8Array(0));
    if (!agree) this.#wrongFrom = Math.min(this.#wrongFrom, position);
    const fields = { challenger: this.#ports.address, disputeId: dispute.id, position: dispute.asked, agree };
    // A blob of its own: a poster that withholds the state it gave must not keep the committee from the step.
    const stateBlob = agree ? await this.#ports.upload(own) : new Uint8Array(0);
    return { typeUrl: MsgChoose.typeUrl, value: { ...fields, stateBlob } };
  }

  close(): Promise<void> {
    return this.#trace.close();
  }
}
