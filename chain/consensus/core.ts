import { PART_BYTES } from "../types/part-set.ts";
import { type Admission, admit } from "./admission.ts";
import type { Effect } from "./effect.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { Gossip } from "./gossip.ts";
import type { Input, PeerId } from "./input.ts";
import type { Message } from "./message.ts";

export interface CoreOptions extends Omit<EngineOptions, "partBytes"> {
  /** Bytes of a block part; only simulations use another size than the network's. */
  readonly partBytes?: number;
}

/** Pure consensus: inputs in, effects out, nothing else. One call runs to completion. */
export class ConsensusCore {
  readonly engine: Engine;
  readonly #gossip: Gossip;

  constructor(options: CoreOptions) {
    this.engine = new Engine({ ...options, partBytes: options.partBytes ?? PART_BYTES });
    this.#gossip = new Gossip(this.engine, (effect) => this.engine.requests.emit(effect));
  }

  /** Throws ConsensusError `bad_start` or `invariant`; either means that the node must stop. */
  handle(input: Input): Effect[] {
    switch (input.kind) {
      case "peerUp":
        this.#gossip.peerUp(input.peer);
        break;
      case "peerDown":
        this.#gossip.peerDown(input.peer);
        break;
      case "peerStatus":
        this.#gossip.peerStatus(input.peer, input.status);
        break;
      case "tick":
        this.#gossip.tick();
        break;
      default:
        this.#pass(input);
    }
    this.#gossip.announce();
    return this.engine.requests.drain();
  }

  admit(peer: PeerId, message: Message): Admission {
    return admit(this.engine, peer, message);
  }

  behind(): number {
    return this.#gossip.behind();
  }

  #pass(input: Input): void {
    const own = input.kind === "signedVote" || input.kind === "signedProposal";
    const from = "peer" in input ? input.peer : undefined;
    for (const message of this.engine.handle(input)) {
      if (own) this.#gossip.publish(message);
      else this.#gossip.relay(message, from);
    }
  }
}
