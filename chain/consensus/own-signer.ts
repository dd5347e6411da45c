import type { Proposal, Vote } from "../types/vote.ts";
import type { UnsignedProposal, UnsignedVote } from "./effect.ts";
import type { Input } from "./input.ts";
import type { Signer, SignStatePort, VoteClock } from "./ports.ts";
import type { SignGuard } from "./sign-guard.ts";

export interface OwnSignerPorts {
  readonly guard: SignGuard;
  readonly signer: Signer;
  readonly clock: VoteClock;
  readonly signState: SignStatePort;
}

const NO_BYTES = new Uint8Array(0);

/** Signs own messages behind the guard: the guard's record is durable before a signature leaves this object. */
export class OwnSigner {
  readonly #ports: OwnSignerPorts;

  constructor(ports: OwnSignerPorts) {
    this.#ports = ports;
  }

  get lastVote(): Vote | undefined {
    return this.#ports.guard.lastVote;
  }

  vote(unsigned: UnsignedVote, withExtension: boolean): Input {
    const { guard, signer, clock, signState } = this.#ports;
    const verdict = guard.checkVote(unsigned);
    if (verdict.kind === "reuse") return { kind: "signedVote", vote: verdict.signed };
    const { height, round, type, blockId } = unsigned;
    if (verdict.kind === "refuse") return { kind: "signRefused", height, round, type };
    const timestamp = clock.voteTime(height, blockId);
    const plain: Vote = { ...unsigned, timestamp, signature: NO_BYTES, extensionSignature: NO_BYTES };
    const vote: Vote = { ...plain, ...signer.signVote(plain, withExtension) };
    guard.recordVote(vote);
    signState.save(guard.encode());
    return { kind: "signedVote", vote };
  }

  proposal(unsigned: UnsignedProposal): Input {
    const { guard, signer, clock, signState } = this.#ports;
    const verdict = guard.checkProposal(unsigned);
    if (verdict.kind === "reuse") return { kind: "signedProposal", proposal: verdict.signed };
    const { height, round, blockId } = unsigned;
    if (verdict.kind === "refuse") return { kind: "signRefused", height, round, type: "proposal" };
    const plain: Proposal = { ...unsigned, timestamp: clock.proposalTime(height, blockId), signature: NO_BYTES };
    const proposal: Proposal = { ...plain, signature: signer.signProposal(plain) };
    guard.recordProposal(proposal);
    signState.save(guard.encode());
    return { kind: "signedProposal", proposal };
  }
}
