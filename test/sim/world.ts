import type { Message } from "../../chain/consensus/message.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { genesisState, type SimState, type StoredBlock } from "./application.ts";
import { Checkers, Violation } from "./checkers.ts";
import { SimClock } from "./clock.ts";
import { drawPlan, type FaultCounts, type FaultPlan, noFaults } from "./faults.ts";
import { simKey } from "./keys.ts";
import { SimNetwork } from "./network.ts";
import { type NodeServices, SimNode } from "./node.ts";
import { SimRng } from "./rng.ts";

export interface SeedOptions {
  readonly seed: number;
  readonly validators: number;
}

export interface SeedResult {
  readonly seed: number;
  /** Undefined when every check held. */
  readonly failure: string | undefined;
  readonly faults: FaultCounts;
  readonly roundsAboveZero: number;
  readonly height: number;
  readonly virtualMs: number;
}

/** Virtual time within which the healed network must decide {@link HEIGHTS_AFTER_HEALING} more heights. */
const LIVENESS_MS = 120_000;
const HEIGHTS_AFTER_HEALING = 2;

/** One seed: faults for a while, then none, and progress demanded. */
export class World {
  readonly plan: FaultPlan;
  readonly faults: FaultCounts = noFaults();
  readonly checkers: Checkers;
  readonly nodes: SimNode[] = [];
  readonly #clock = new SimClock();
  readonly #rng: SimRng;
  readonly #network: SimNetwork;
  readonly #links: Set<string> = new Set();
  #healed = false;

  constructor({ seed, validators }: SeedOptions) {
    this.#rng = new SimRng(seed);
    this.plan = drawPlan(this.#rng, validators);
    const powers = Array.from({ length: validators }, () => (this.plan.skewedPowers ? this.#rng.between(1, 10) : 1));
    const genesis = genesisState({ validators, powers, extensionsFrom: this.plan.extensionsFrom });
    const bad =
      this.plan.byzantine === "none" ? [] : this.#rng.sample(range(validators), Math.floor((validators - 1) / 3));
    this.checkers = this.#makeCheckers(bad);
    this.checkers.genesis(genesis);
    this.#addNodes(validators, bad, genesis);
    this.#network = new SimNetwork(
      this.plan,
      this.nodes.length,
      {
        clock: this.#clock,
        rng: this.#rng,
        faults: this.faults,
        deliver: (from, to, message) => this.nodes[to]?.deliver(from, message),
        roundOf: (node) => this.nodes[node]?.round ?? 0,
        isDecided: (message) => this.checkers.decisions.has(heightOf(message)),
        linkChanged: (a, b, up) => this.#setLink(a, b, up),
      },
      (node) => this.nodes[node]?.isUp === true,
    );
    for (const a of range(this.nodes.length))
      for (const b of this.#network.neighbours(a)) this.#links.add(linkName(a, b));
  }

  run(): void {
    for (const node of this.nodes) node.start();
    for (const node of this.nodes) this.#connect(node.options.id);
    if (this.plan.crashEveryMs < Number.POSITIVE_INFINITY) this.#crashSoon();
    this.#clock.run(this.plan.faultMs, () => false);
    this.#heal();
    const target = Math.max(...this.nodes.map((node) => node.height)) + HEIGHTS_AFTER_HEALING;
    const done = this.#clock.run(this.plan.faultMs + LIVENESS_MS, () =>
      this.nodes.every((node) => node.height >= target),
    );
    if (done) return;
    const heights = this.nodes.map((node) => node.height).join(", ");
    throw new Violation(`liveness: heights ${heights} after ${LIVENESS_MS} ms without faults, ${target} expected`);
  }

  get now(): number {
    return this.#clock.now;
  }

  #makeCheckers(bad: readonly number[]): Checkers {
    const addresses = new Set(bad.map((index) => toHex(simKey(index).address)));
    return this.plan.byzantine === "forgetful"
      ? new Checkers(new Set(), addresses)
      : new Checkers(addresses, new Set());
  }

  #addNodes(validators: number, bad: readonly number[], genesis: SimState): void {
    const keys = validators + this.plan.fullNodes;
    const { byzantine } = this.plan;
    const owners = [...range(keys), ...(byzantine === "twin" ? bad : [])];
    this.faults.twin += byzantine === "twin" ? bad.length : 0;
    const services = this.#services(keys, genesis);
    owners.forEach((key, id) => {
      const isBad = bad.includes(key);
      const options = {
        id,
        key: simKey(key),
        byzantine: isBad && byzantine !== "forgetful",
        liar: isBad && byzantine === "liar",
        forgetful: isBad && byzantine === "forgetful",
      };
      this.nodes.push(new SimNode(options, services));
    });
  }

  #services(keys: number, genesis: SimState): NodeServices {
    return {
      clock: this.#clock,
      rng: this.#rng,
      plan: this.plan,
      faults: this.faults,
      checkers: this.checkers,
      genesis,
      keys,
      healed: () => this.#healed,
      send: (from, to, message) => this.#network.send(from, to, message),
      connected: (node) => this.#connected(node),
      crashed: (node) => this.#crashed(node),
      blocksAbove: (node, height) => this.#blocksAbove(node, height),
    };
  }

  #connected(node: number): number[] {
    return [...this.#network.neighbours(node)].filter(
      (peer) => this.nodes[peer]?.isUp && this.#links.has(linkName(node, peer)),
    );
  }

  /** A node came up: its peers see the connection. */
  #connect(node: number): void {
    for (const peer of this.#connected(node)) this.nodes[peer]?.push({ kind: "peerUp", peer: String(node) });
  }

  #setLink(a: number, b: number, up: boolean): void {
    if (this.#links.has(linkName(a, b)) === up) return;
    if (up) this.#links.add(linkName(a, b));
    else this.#links.delete(linkName(a, b));
    const kind = up ? "peerUp" : "peerDown";
    if (!this.nodes[a]?.isUp || !this.nodes[b]?.isUp) return;
    this.nodes[a]?.push({ kind, peer: String(b) });
    this.nodes[b]?.push({ kind, peer: String(a) });
  }

  #crashSoon(): void {
    this.#clock.after(this.#rng.between(1, 2 * this.plan.crashEveryMs), () => {
      if (this.#healed) return;
      const weak = this.nodes.filter((node) => node.options.forgetful);
      const node = this.#rng.pick(weak.length > 0 && this.#rng.chance(0.6) ? weak : this.nodes);
      if (this.#rng.chance(0.3)) this.#crashNow(node);
      else if (this.#rng.chance(0.5)) node.crashSoon({ count: this.#rng.between(1, 40) });
      else
        node.crashSoon({
          name: this.#rng.pick([
            "afterSignStateSave",
            "signStateSave",
            "walSync",
            "walAppend",
            "published",
            "published",
          ]),
        });
      this.#crashSoon();
    });
  }

  #crashNow(node: SimNode): void {
    if (!node.isUp) return;
    this.faults.crash++;
    node.crash();
  }

  #crashed(id: number): void {
    for (const peer of this.#network.neighbours(id)) this.nodes[peer]?.push({ kind: "peerDown", peer: String(id) });
    this.#clock.after(this.#rng.between(1, this.#rng.chance(0.5) ? 100 : 1_500), () => this.#restart(id));
  }

  #restart(id: number): void {
    const node = this.nodes[id] as SimNode;
    if (node.isUp) return;
    node.start();
    if (node.isUp) this.#connect(id);
  }

  #blocksAbove(node: number, height: number): readonly StoredBlock[] {
    for (const peer of this.#connected(node)) {
      const blocks = this.nodes[peer]?.application.blocks ?? [];
      if (blocks.length > height) return blocks.slice(height, height + 10);
    }
    return [];
  }

  #heal(): void {
    this.#healed = true;
    this.#network.heal();
    for (const node of this.nodes) {
      node.disarm();
      this.#restart(node.options.id);
    }
    for (const a of range(this.nodes.length)) for (const b of this.#network.neighbours(a)) this.#setLink(a, b, true);
  }
}

export function runSeed(options: SeedOptions): SeedResult {
  const world = new World(options);
  let failure: string | undefined;
  try {
    world.run();
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (error instanceof Error && process.env.SIM_STACK) failure = `${failure}\n${error.stack}`;
  }
  return {
    seed: options.seed,
    failure,
    faults: world.faults,
    roundsAboveZero: world.checkers.laterRounds.size,
    height: Math.max(...world.nodes.map((node) => node.height)),
    virtualMs: Math.floor(world.now),
  };
}

function heightOf(message: Message): number {
  if (message.kind === "proposal") return message.proposal.height;
  return message.kind === "votes" ? (message.votes[0]?.height ?? 0) : 0;
}

function linkName(a: number, b: number): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
