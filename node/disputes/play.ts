import { setTimeout as sleep } from "node:timers/promises";
import { type Dispute, DisputePhase, Query } from "../../proto/gen/openledger/dispute/v1.ts";
import type { JobPorts } from "../jobs/index.ts";
import { DisputeError } from "./errors.ts";

const { DISPUTE_PHASE_CHOOSE, DISPUTE_PHASE_OVER, DISPUTE_PHASE_RESPOND } = DisputePhase;

export interface DisputeMessage {
  readonly typeUrl: string;
  readonly value: object;
}

/** What a side acts through. */
export interface SidePorts extends JobPorts {
  /** Bech32 account of the side. */
  readonly address: string;
  /** Stores an artefact where the committee finds it; its id. */
  readonly upload: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** Signs, sends, and waits for the block. Throws when the chain refuses. */
  readonly send: (message: DisputeMessage) => Promise<void>;
}

/** One side of a dispute. */
export interface Player {
  /** The phase in which its move is due. */
  readonly phase: "respond" | "choose";
  isParty(dispute: Dispute): boolean;
  move(dispute: Dispute): Promise<DisputeMessage>;
  close(): Promise<void>;
}

export interface PlayOptions {
  /** Pause between looks at the dispute. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Whenever phase or question changed. */
  readonly onChange?: ((dispute: Dispute) => void) | undefined;
}

const EVERY_MS = 1_000;

/** Plays one side of a dispute until it is over, or until the signal: the dispute as it is then. Throws DisputeError. */
export async function playDispute(
  id: Uint8Array,
  player: Player,
  ports: Pick<SidePorts, "ask" | "send">,
  { everyMs = EVERY_MS, signal, onChange }: PlayOptions = {},
): Promise<Dispute> {
  let seen = "";
  for (;;) {
    const dispute = await fetchDispute(id, ports);
    if (seen !== stageOf(dispute)) onChange?.(dispute);
    seen = stageOf(dispute);
    if (dispute.phase === DISPUTE_PHASE_OVER || signal?.aborted) return dispute;
    if (!isDue(dispute, player)) await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    else await makeMove(dispute, player, ports);
  }
}

/** Makes the move that is due; one that somebody else or the clock made void meanwhile is no error. */
export async function makeMove(
  dispute: Dispute,
  player: Player,
  ports: Pick<SidePorts, "ask" | "send">,
): Promise<void> {
  if (!player.isParty(dispute)) throw new DisputeError("wrong-party", "the dispute is between other accounts");
  const message = await player.move(dispute);
  try {
    await ports.send(message);
  } catch (error) {
    if (stageOf(await fetchDispute(dispute.id, ports)) === stageOf(dispute)) throw error;
  }
}

/** True when the dispute waits for this side. */
export function isDue({ phase }: Pick<Dispute, "phase">, { phase: own }: Pick<Player, "phase">): boolean {
  return phase === (own === "respond" ? DISPUTE_PHASE_RESPOND : DISPUTE_PHASE_CHOOSE);
}

/** Throws ChainQueryError for a dispute that the chain does not know. */
export async function fetchDispute(id: Uint8Array, { ask }: Pick<JobPorts, "ask">): Promise<Dispute> {
  const { dispute } = await ask(Query.Dispute, { id });
  if (!dispute) throw new DisputeError("wrong-party", "there is no such dispute");
  return dispute;
}

function stageOf({ phase, asked }: Pick<Dispute, "phase" | "asked">): string {
  return `${phase}/${asked}`;
}
