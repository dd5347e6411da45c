import type { Decide, Effect, Extend, Prepare, Process, ScheduleTimeout, SignProposal, SignVote } from "./effect.ts";
import type { Input } from "./input.ts";
import { valueId } from "./value-id.ts";

/** Effects that an input answers. */
export type Request = ScheduleTimeout | Prepare | Process | Extend | SignVote | SignProposal | Decide;

/**
 * Effects of the input being handled, and the requests that still wait for their answer: these are what a restart has
 * to repeat, and what the engine's waiting states are.
 */
export class Requests {
  #effects: Effect[] = [];
  readonly #waiting: Map<string, Request> = new Map();

  /** An effect without an answer. */
  emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  ask(request: Request): void {
    this.#waiting.set(requestName(request), request);
    this.#effects.push(request);
  }

  /** Takes the request that an input answers off the list. False when nobody is waiting for it. */
  answer(input: Input): boolean {
    const name = answerName(input);
    return name !== undefined && this.#waiting.delete(name);
  }

  /** Effects since the last call, in order. */
  drain(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Emits every unanswered request again, oldest first. */
  repeat(): void {
    this.#effects.push(...this.#waiting.values());
  }

  /** Forgets requests whose answer can no longer matter. */
  forget(stale: (request: Request) => boolean): void {
    for (const [name, request] of this.#waiting) if (stale(request)) this.#waiting.delete(name);
  }

  unanswered(): readonly Request[] {
    return [...this.#waiting.values()];
  }
}

function requestName(request: Request): string {
  switch (request.kind) {
    case "scheduleTimeout":
      return `timeout ${request.height} ${request.round} ${request.step}`;
    case "prepare":
      return `prepare ${request.height} ${request.round}`;
    case "process":
      return `process ${request.height} ${valueId(request.blockId)}`;
    case "extend":
      return `extend ${request.height} ${request.round} ${valueId(request.blockId)}`;
    case "signVote":
      return `sign ${request.vote.height} ${request.vote.round} ${request.vote.type}`;
    case "signProposal":
      return `sign ${request.proposal.height} ${request.proposal.round} proposal`;
    case "decide":
      return `decide ${request.height}`;
  }
}

function answerName(input: Input): string | undefined {
  switch (input.kind) {
    case "timeout":
      return `timeout ${input.height} ${input.round} ${input.step}`;
    case "prepared":
      return `prepare ${input.height} ${input.round}`;
    case "processed":
      return `process ${input.height} ${valueId(input.blockId)}`;
    case "extended":
      return `extend ${input.height} ${input.round} ${valueId(input.blockId)}`;
    case "signedVote":
      return `sign ${input.vote.height} ${input.vote.round} ${input.vote.type}`;
    case "signedProposal":
      return `sign ${input.proposal.height} ${input.proposal.round} proposal`;
    case "signRefused":
      return `sign ${input.height} ${input.round} ${input.type}`;
    case "finalized":
      return `decide ${input.height}`;
    default:
      return undefined;
  }
}
