import { CodecError } from "../../chain/codec/errors.ts";
import type { Message } from "../../chain/consensus/message.ts";
import { decodeMessage, encodeMessage } from "../../chain/consensus/messages.ts";
import type { SimClock } from "./clock.ts";
import { type FaultCounts, type FaultPlan, filterMatches, selectiveView, type TypeFilter } from "./faults.ts";
import type { SimRng } from "./rng.ts";

export interface NetworkPorts {
  readonly clock: SimClock;
  readonly rng: SimRng;
  readonly faults: FaultCounts;
  deliver(from: number, to: number, message: Message): void;
  roundOf(node: number): number;
  /** True when some node has decided the height that the message is about. */
  isDecided(message: Message): boolean;
  linkChanged(a: number, b: number, up: boolean): void;
}

/** Links between nodes: fixed topology, and faults on top of it until `heal`. */
export class SimNetwork {
  readonly #plan: FaultPlan;
  readonly #ports: NetworkPorts;
  readonly #neighbours: ReadonlySet<number>[];
  readonly #isUp: (node: number) => boolean;
  #blocked: Set<number> = new Set();
  #filter: TypeFilter | undefined;
  #healed = false;

  constructor(plan: FaultPlan, size: number, ports: NetworkPorts, isUp: (node: number) => boolean) {
    this.#plan = plan;
    this.#ports = ports;
    this.#isUp = isUp;
    this.#neighbours = plan.sparse ? sparseTopology(size, ports) : fullTopology(size);
    if (plan.partitionEveryMs < Number.POSITIVE_INFINITY) this.#partitionSoon();
    if (plan.filterEveryMs < Number.POSITIVE_INFINITY) this.#filterSoon();
  }

  neighbours(node: number): ReadonlySet<number> {
    return this.#neighbours[node] as ReadonlySet<number>;
  }

  send(from: number, to: number, message: Message): void {
    const { rng, faults } = this.#ports;
    if (!this.neighbours(from).has(to)) return;
    if (this.#healed) {
      this.#deliverAfter(rng.between(1, 5), from, to, message);
      return;
    }
    const { lossRate, duplicateRate, delayMs, stragglerRate } = this.#plan;
    if (this.#blocked.has(linkOf(from, to)) || (this.#filter && filterMatches(this.#filter, from, to, message))) return;
    if (rng.chance(lossRate)) {
      faults.messageLost++;
      return;
    }
    let delay = rng.between(delayMs[0], delayMs[1]);
    if (rng.chance(stragglerRate)) {
      delay *= 10;
      faults.messageReordered++;
    }
    this.#deliverAfter(delay, from, to, message);
    if (rng.chance(duplicateRate)) {
      faults.messageDuplicated++;
      this.#deliverAfter(delay + rng.between(0, 50), from, to, message);
    }
  }

  /** From now on every message arrives, soon and whole. */
  heal(): void {
    this.#healed = true;
    this.#blocked = new Set();
    this.#filter = undefined;
  }

  #deliverAfter(ms: number, from: number, to: number, message: Message): void {
    this.#ports.clock.after(ms, () => {
      if (!this.#isUp(to)) return;
      const passed = this.#plan.selective && !this.#healed ? this.#selected(to, message) : message;
      const arrived = passed && this.#plan.wire ? this.#overWire(passed) : passed;
      if (arrived) this.#ports.deliver(from, to, arrived);
    });
  }

  #selected(to: number, message: Message): Message | undefined {
    if (this.#ports.isDecided(message)) return message;
    const view = selectiveView(message, { id: to, round: this.#ports.roundOf(to), salt: this.#plan.selectiveSalt });
    if (view !== message) this.#ports.faults.selectiveDelivery++;
    return view;
  }

  /** Through real bytes, which a proxy may damage: the decoder must refuse or give a message, nothing else. */
  #overWire(message: Message): Message | undefined {
    const { rng, faults } = this.#ports;
    const bytes = encodeMessage(message);
    if (!this.#healed && rng.chance(this.#plan.corruptRate)) {
      faults.messageCorrupted++;
      const at = rng.below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << rng.below(8));
    }
    try {
      return decodeMessage(bytes);
    } catch (error) {
      if (error instanceof CodecError) return undefined;
      throw error;
    }
  }

  #partitionSoon(): void {
    const { clock, rng } = this.#ports;
    clock.after(rng.between(1, 2 * this.#plan.partitionEveryMs), () => {
      if (this.#healed) return;
      this.#partition();
      this.#partitionSoon();
    });
  }

  /** Cuts the nodes in two for a while, in one direction or in both; connections may notice. */
  #partition(): void {
    const { rng, faults, clock } = this.#ports;
    const size = this.#neighbours.length;
    const side = new Set(rng.sample(indices(size), rng.between(1, Math.max(1, size - 1))));
    const oneWay = rng.chance(0.3);
    faults[oneWay ? "asymmetricPartition" : "partition"]++;
    const blocked = new Set<number>();
    for (const a of side) {
      for (let b = 0; b < size; b++) {
        if (side.has(b)) continue;
        blocked.add(linkOf(a, b));
        if (!oneWay) blocked.add(linkOf(b, a));
      }
    }
    this.#blocked = blocked;
    const dropsLinks = !oneWay && rng.chance(0.3);
    if (dropsLinks) this.#setLinks(side, false);
    clock.after(rng.between(50, 3_000), () => {
      if (this.#blocked === blocked) this.#blocked = new Set();
      if (dropsLinks) this.#setLinks(side, true);
    });
  }

  #setLinks(side: ReadonlySet<number>, up: boolean): void {
    for (const a of side) {
      for (const b of this.neighbours(a)) {
        if (side.has(b)) continue;
        if (!up) this.#ports.faults.linkDown++;
        this.#ports.linkChanged(a, b, up);
      }
    }
  }

  #filterSoon(): void {
    const { clock, rng, faults } = this.#ports;
    clock.after(rng.between(1, 2 * this.#plan.filterEveryMs), () => {
      if (this.#healed) return;
      faults.typeFilter++;
      const drops = rng.pick<TypeFilter["drops"]>([
        "proposal",
        "part",
        "votes",
        "prevote",
        "precommit",
        "precommit",
        "status",
      ]);
      const size = this.#neighbours.length;
      const some = () => new Set(rng.sample(indices(size), rng.between(1, size)));
      this.#filter = rng.chance(0.3) ? undefined : { drops, from: some(), to: some() };
      this.#filterSoon();
    });
  }
}

const MAX_NODES = 1000;

function linkOf(from: number, to: number): number {
  return from * MAX_NODES + to;
}

function indices(size: number): number[] {
  return Array.from({ length: size }, (_, i) => i);
}

function fullTopology(size: number): ReadonlySet<number>[] {
  return indices(size).map((node) => new Set(indices(size).filter((other) => other !== node)));
}

/** A random tree with a few more edges: some pairs talk only through others. */
function sparseTopology(size: number, { rng, faults }: NetworkPorts): ReadonlySet<number>[] {
  const neighbours = indices(size).map(() => new Set<number>());
  const join = (a: number, b: number) => {
    if (a === b) return;
    neighbours[a]?.add(b);
    neighbours[b]?.add(a);
  };
  const order = rng.sample(indices(size), size);
  for (let i = 1; i < size; i++) join(order[i] as number, order[rng.below(i)] as number);
  for (let extra = rng.below(size); extra > 0; extra--) join(rng.below(size), rng.below(size));
  faults.sparseTopology++;
  return neighbours;
}
