import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { peersOf, SALT_LENGTH, type SketchValue, sketchSeed } from "../../modules/attribution/client.ts";
import { kindName } from "../../modules/attribution/engine.ts";
import { type Claim, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import type { NodeLog } from "../p2p/index.ts";
import type { Attester, Finding, MemberSeed } from "./attester.ts";
import type { LeafOpening } from "./commitments.ts";
import { MAX_EXAMINATIONS, MAX_SKETCHES, MAX_WITNESS_BYTES } from "./limits.ts";
import { isExaminable, isHeavy } from "./needs-seed.ts";

export interface WorkbenchOptions {
  /** Consensus address of this validator. */
  readonly validator: Uint8Array;
}

export interface WorkbenchPorts {
  readonly attester: Attester;
  /** Fresh random bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly log: NodeLog;
}

interface Job {
  claim: Claim;
  state: "waiting" | "examining" | "examined" | "sketching" | "done";
  attempts: number;
  /** Height before which a failed attempt is not repeated: what it lacked has to arrive first. */
  notBefore: number;
  /** The examination goes on with the seed. */
  awaitsSeed?: boolean;
  /** Ends an examination whose claim is over. */
  readonly over: AbortController;
  finding?: Finding;
  leaf?: LeafOpening;
}

/**
 * Works on claims from the block that posts them, or from their seed on where an examination draws from it: verdict and
 * witness first, then sketches.
 */
export class Workbench {
  readonly #options: WorkbenchOptions;
  readonly #ports: WorkbenchPorts;
  readonly #jobs = new Map<string, Job>();
  #height = 0;
  #examining = 0;
  #isHeavyUnderWay = false;
  #sketching = 0;
  #closed = false;

  constructor(options: WorkbenchOptions, ports: WorkbenchPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Takes on a claim of whose committee this validator is a member and that still accepts its leaf. */
  open(claim: Claim): void {
    const isMember = claim.committee.some(({ validator }) => equalBytes(validator, this.#options.validator));
    const id = toHex(claim.id);
    if (!isMember || this.#jobs.has(id) || BigInt(this.#height + 1) >= claim.commitEnd) return;
    this.#jobs.set(id, { claim, state: "waiting", attempts: 0, notBefore: 0, over: new AbortController() });
  }

  /** The claim has its seed. */
  seed(claim: Claim): void {
    const job = this.#jobs.get(toHex(claim.id));
    if (job) job.claim = claim;
  }

  /** A block was applied, claims opened and seeded: starts what can be done, tries again what failed. */
  advance(height: number): void {
    this.#height = height;
    for (const [id, job] of this.#jobs) {
      if (BigInt(height + 1) < job.claim.commitEnd) continue;
      if (!job.leaf) this.#warn(job, "no leaf in time");
      job.over.abort();
      this.#jobs.delete(id);
    }
    this.#pump();
  }

  /** The finished leaf of a claim. */
  leaf(claimId: Uint8Array): LeafOpening | undefined {
    return this.#jobs.get(toHex(claimId))?.leaf;
  }

  close(): void {
    this.#closed = true;
    for (const { over } of this.#jobs.values()) over.abort();
    this.#jobs.clear();
  }

  #pump(): void {
    if (this.#closed) return;
    for (const job of this.#jobs.values()) {
      if (this.#sketching >= MAX_SKETCHES) break;
      if (job.state !== "examined" || job.claim.seed.length === 0) continue;
      this.#sketching++;
      this.#run(job, "sketching", () => this.#sketch(job).finally(() => this.#sketching--));
    }
    const isMemoryFull = this.#witnessBytes() > MAX_WITNESS_BYTES;
    for (const job of this.#inTurn()) {
      if (isMemoryFull && job.claim.seed.length === 0) continue;
      if (isHeavy(job.claim)) this.#startHeavy(job);
      else this.#startLight(job);
    }
  }

  #startLight(job: Job): void {
    if (this.#examining >= MAX_EXAMINATIONS) return;
    this.#examining++;
    this.#run(job, "examining", () => this.#examine(job).finally(() => this.#examining--));
  }

  /** One at a time, beside the light ones: results must not wait for a training. */
  #startHeavy(job: Job): void {
    if (this.#isHeavyUnderWay) return;
    this.#isHeavyUnderWay = true;
    const done = () => {
      this.#isHeavyUnderWay = false;
    };
    this.#run(job, "examining", () => this.#examine(job).finally(done));
  }

  /** Untried claims first, then by deadline. */
  #inTurn(): Job[] {
    const isDue = ({ state, notBefore, claim, awaitsSeed }: Job) =>
      state === "waiting" &&
      notBefore <= this.#height &&
      isExaminable(claim) &&
      !(awaitsSeed && claim.seed.length === 0);
    const waiting = [...this.#jobs.values()].filter(isDue);
    return waiting.sort((a, b) => a.attempts - b.attempts || Number(a.claim.commitEnd - b.claim.commitEnd));
  }

  #witnessBytes(): number {
    let bytes = 0;
    for (const { finding } of this.#jobs.values()) bytes += finding?.witness.byteLength ?? 0;
    return bytes;
  }

  #run(job: Job, state: Job["state"], work: () => Promise<void>): void {
    job.state = state;
    work()
      .catch((error: unknown) => {
        this.#later(job);
        this.#warn(job, (error as Error).message);
      })
      .finally(() => this.#pump());
  }

  async #examine(job: Job): Promise<void> {
    const finding = await this.#ports.attester.examine(job.claim, job.over.signal);
    if (job.over.signal.aborted) return;
    const { verdict, reason, again, expected, awaitsSeed = false } = finding;
    if (awaitsSeed) {
      job.state = "waiting";
      job.awaitsSeed = true;
      return;
    }
    // A root of height h + 1 is asked for after block h: the last chance is the height before commit_end.
    const isLastChance = BigInt(this.#height + 2) >= job.claim.commitEnd;
    if (again && !isLastChance) {
      if (job.attempts === 0) this.#warn(job, `${reason}; trying again`);
      this.#later(job);
      return;
    }
    if (verdict !== Verdict.VERDICT_ACCEPT && !expected) this.#warn(job, reason, verdict);
    job.finding = finding;
    job.state = "examined";
  }

  #later(job: Job): void {
    job.state = "waiting";
    job.attempts++;
    job.notBefore = this.#height + 1;
  }

  async #sketch(job: Job): Promise<void> {
    const { claim, finding } = job as Job & { finding: Finding };
    const { verdict, witness } = finding;
    const seeds = verdict === Verdict.VERDICT_ABSTAIN ? [] : this.#seeds(claim);
    const [own, ...peers] = await this.#ports.attester.sketches(claim, witness, seeds);
    job.leaf = this.#leaf(claim, { verdict, own, peers });
    delete job.finding;
    job.state = "done";
  }

  /** The own seed first, then those of the members that it answers for, in the order of its answers. */
  #seeds(claim: Claim): MemberSeed[] {
    const { validator: self } = this.#options;
    const place = claim.committee.findIndex(({ validator }) => equalBytes(validator, self));
    const of = (validator: Uint8Array): MemberSeed => ({
      validator,
      seed: sketchSeed(claim.seed, claim.id, validator),
      own: validator === self,
    });
    const peers = peersOf(claim, place).flatMap((peer) => claim.committee[peer] ?? []);
    return [of(self), ...peers.map(({ validator }) => of(validator))];
  }

  #leaf(
    claim: Claim,
    answer: {
      readonly verdict: Verdict;
      readonly own: SketchValue | undefined;
      readonly peers: readonly SketchValue[];
    },
  ): LeafOpening {
    return {
      claimId: claim.id,
      validator: this.#options.validator,
      ...answer,
      salt: this.#ports.random(SALT_LENGTH),
      rootHeight: 0n,
      leafIndex: 0,
      leafTotal: 0,
      aunts: [],
    };
  }

  #warn({ claim }: Job, reason: string, verdict?: Verdict): void {
    if (this.#closed) return;
    const fields = { claim: toHex(claim.id), kind: kindName(claim.kind), reason };
    this.#ports.log.warn(fields, verdict === Verdict.VERDICT_REJECT ? "claim rejected" : "claim not attested");
  }
}
