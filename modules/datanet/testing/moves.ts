import { AppError } from "../../../chain/app/errors.ts";
import { MsgUnregisterCurator, VerdictStatus } from "../../../proto/gen/openledger/curation/v1.ts";
import {
  type Contribution,
  ContributionStatus,
  MsgAdvanceWindow,
  MsgCommitContribution,
  MsgPostSnapshot,
  MsgPostSnapshotResponse,
  MsgRevealContribution,
  MsgWithdrawContribution,
  WindowPhase,
} from "../../../proto/gen/openledger/datanet/v1.ts";
import { MsgRegisterModel } from "../../../proto/gen/openledger/modelregistry/v1.ts";
import { contributionCommitment, snapshotId } from "../ids.ts";
import { bitmap, commitVerdict, createNet, hashOf, registerCurators, revealOf, revealVerdict, SALT } from "./story.ts";
import { ACCOUNTS, account, type World } from "./world.ts";

/** An endless stream of small numbers that a seed fixes (a linear congruential generator; its quality is enough to mix moves). */
export class Dice {
  #state: bigint;

  constructor(seed: number) {
    this.#state = BigInt(seed) * 2_654_435_761n + 1n;
  }

  below(bound: number): number {
    this.#state = (this.#state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    return Number((this.#state >> 33n) % BigInt(bound));
  }

  of<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length || 1)];
  }
}

const NETS = ["alpha", "beta"];
const CURATORS = ["fay", "gus", "hal", "ivy", "joe"];

/** Random moves on a world, most of them sensible, some of them wrong. Counts what was done and what was refused. */
export class Moves {
  readonly world: World;
  readonly dice: Dice;
  readonly done = new Map<string, number>();
  readonly refused = new Map<string, number>();
  readonly #claims: { id: Uint8Array; snapshot: string }[] = [];
  #names = 0;

  constructor(world: World, seed: number) {
    this.world = world;
    this.dice = new Dice(seed);
  }

  /** One move; its name. */
  step(): string {
    const moves = Object.entries(this.#table());
    const [name, move] = this.dice.of(moves)!;
    try {
      if (move() === false) return name;
      this.done.set(name, (this.done.get(name) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.refused.set(name, (this.refused.get(name) ?? 0) + 1);
    }
    return name;
  }

  /** A move that finds nothing to do returns false. */
  #table(): Record<string, () => unknown> {
    const { world, dice } = this;
    const datanet = dice.of(NETS)!;
    return {
      create: () => createNet(world, { id: datanet, submitBlocks: 8n, reviewBlocks: 8n, revealBlocks: 8n }),
      block: () => world.endBlocks(1 + dice.below(2)),
      advance: () => this.#advance(datanet),
      commit: () => this.#commit(datanet),
      commitMore: () => this.#commit(datanet),
      reveal: () => this.#reveal(),
      revealMore: () => this.#reveal(),
      withdraw: () => this.#withdraw(),
      register: () => registerCurators(world, [dice.of(CURATORS)!], dice.of(["10000000", "300000", "1"])),
      registerMore: () => registerCurators(world, [dice.of(CURATORS)!], "20000000"),
      unregister: () => this.#send(MsgUnregisterCurator, { curator: account(dice.of(CURATORS)!) }),
      verdicts: () => this.#verdicts(),
      shows: () => this.#shows(),
      snapshot: () => this.#snapshot(datanet),
      decide: () => this.#decide(),
      model: () => this.#model(),
    };
  }

  readonly #send: World["send"] = (codec, partial, mode) => this.world.send(codec, partial, mode);

  /** Seldom before something was contributed: most windows shall have something to review. */
  #advance(datanet: string): boolean {
    const { phase, contributions } = this.world.datanet.keeper.datanet(this.world.context(), datanet) ?? {};
    const early = phase === WindowPhase.WINDOW_PHASE_SUBMIT && contributions === 0;
    if (early && this.dice.below(6) > 0) return false;
    this.#send(MsgAdvanceWindow, { creator: account(this.dice.below(8) === 0 ? "bob" : "ann"), datanet });
    return true;
  }

  /** What is committed under root "root n": its number is in the salt-free name, found again by the commitment. */
  #commit(datanet: string): void {
    const contributor = account(this.dice.of(ACCOUNTS)!);
    this.#names += 1;
    const root = hashOf(`root ${this.#names}`);
    const commitment = contributionCommitment({ contributor, datanet, root, salt: SALT });
    this.#send(MsgCommitContribution, { contributor, datanet, commitment });
  }

  #all(status: ContributionStatus): Contribution[] {
    const all = this.world.datanet.keeper.allContributions(this.world.context());
    return [...all].filter((contribution) => contribution.status === status);
  }

  #reveal(): boolean {
    const contribution = this.dice.of(this.#all(ContributionStatus.CONTRIBUTION_STATUS_COMMITTED));
    if (!contribution) return false;
    const { contributor, datanet } = contribution;
    const name = ACCOUNTS.find((each) => account(each) === contributor)!;
    const parents = this.#all(ContributionStatus.CONTRIBUTION_STATUS_REVEALED).slice(0, this.dice.below(3));
    const changes = { items: 1 + this.dice.below(20), parents: parents.map(({ id }) => id) };
    for (let n = this.#names; n > 0; n--) {
      const root = hashOf(`root ${n}`);
      const commitment = contributionCommitment({ contributor, datanet, root, salt: SALT });
      if (commitment.some((byte, i) => byte !== contribution.commitment[i])) continue;
      const wrong = this.dice.below(6) === 0 ? "root 0" : `root ${n}`;
      this.#send(MsgRevealContribution, revealOf(contribution.id, name, wrong, changes));
      return true;
    }
    return false;
  }

  #withdraw(): boolean {
    const { CONTRIBUTION_STATUS_REVEALED, CONTRIBUTION_STATUS_CURATED } = ContributionStatus;
    if (this.dice.below(3) > 0) return false;
    const status = this.dice.of([CONTRIBUTION_STATUS_REVEALED, CONTRIBUTION_STATUS_CURATED])!;
    const contribution = this.dice.of(this.#all(status));
    if (!contribution) return false;
    this.#send(MsgWithdrawContribution, { contributor: contribution.contributor, contribution: contribution.id });
    return true;
  }

  /** One curator's verdicts on everything that waits for it; the bits depend on curator and contribution. */
  #bits(name: string, contribution: Contribution): Uint8Array {
    const salt = name.charCodeAt(0) + contribution.seq;
    const items = Array.from({ length: contribution.items }, (_, item) => item);
    return bitmap(
      contribution.items,
      items.filter((item) => (item * 7 + salt) % 4 !== 0),
    );
  }

  #verdicts(): boolean {
    return this.#someCurators((name) => this.#verdictsOf(name));
  }

  /** Each curator acts or idles by a throw of the dice. True when anything was done. */
  #someCurators(act: (name: string) => boolean): boolean {
    return CURATORS.filter(() => this.dice.below(4) > 0).filter(act).length > 0;
  }

  #verdictsOf(name: string): boolean {
    let acted = false;
    for (const contribution of this.#all(ContributionStatus.CONTRIBUTION_STATUS_REVEALED)) {
      if (this.#isTurn(name, contribution, WindowPhase.WINDOW_PHASE_REVIEW) === this.#slips()) continue;
      commitVerdict(this.world, name, contribution.id, this.#bits(name, contribution));
      acted = true;
    }
    return acted;
  }

  #shows(): boolean {
    return this.#someCurators((name) => this.#showsOf(name));
  }

  /** Once in a while somebody acts out of turn, or misses a turn. */
  #slips(): boolean {
    return this.dice.below(24) === 0;
  }

  #isTurn(name: string, { id, datanet }: Contribution, phase: WindowPhase): boolean {
    const ctx = this.world.context();
    const { keeper } = this.world.curation;
    if (this.world.datanet.keeper.datanet(ctx, datanet)?.phase !== phase) return false;
    const status = keeper.verdict(ctx, id, account(name))?.status;
    if (phase === WindowPhase.WINDOW_PHASE_REVEAL) return status === VerdictStatus.VERDICT_STATUS_COMMITTED;
    return status === undefined && keeper.requirePanel(ctx, id).curators.includes(account(name));
  }

  #showsOf(name: string): boolean {
    let acted = false;
    for (const contribution of this.#all(ContributionStatus.CONTRIBUTION_STATUS_REVEALED)) {
      if (this.#isTurn(name, contribution, WindowPhase.WINDOW_PHASE_REVEAL) === this.#slips()) continue;
      revealVerdict(this.world, name, contribution.id, this.#bits(name, contribution));
      acted = true;
    }
    return acted;
  }

  #snapshot(datanet: string): boolean {
    const { keeper } = this.world.datanet;
    const ctx = this.world.context();
    const net = keeper.datanet(ctx, datanet);
    if (!net) return false;
    const window = 1 + this.dice.below(net.window);
    const { from, to } = keeper.windowRange(ctx, net, window);
    const counts = [...keeper.contributions(ctx, datanet, from, to)]
      .filter(({ status }) => status === ContributionStatus.CONTRIBUTION_STATUS_CURATED)
      .map(({ acceptedCount }) => acceptedCount);
    const items = counts.reduce((sum, count) => sum + count, 0);
    const found = this.dice.below(2) === 0 ? { clusters: 1 } : { clusters: items, owners: counts };
    const hashes = { root: hashOf("root"), blob: hashOf("blob") };
    const content = { poster: account("dan"), datanet, window, ...hashes, items, ...found };
    const { claimId } = MsgPostSnapshotResponse.decode(this.#send(MsgPostSnapshot, content));
    this.#claims.push({ id: claimId, snapshot: snapshotId(datanet, window) });
    return true;
  }

  #decide(): boolean {
    const claim = this.#claims.pop();
    const outcome = this.dice.of(["onAccepted", "onAccepted", "onRejected", "onNoQuorum"] as const)!;
    if (!claim) return false;
    this.world.decide(claim.id, outcome, claim.snapshot);
    return true;
  }

  #model(): boolean {
    const snapshot = this.dice.of([...this.world.datanet.keeper.allSnapshots(this.world.context())]);
    if (!snapshot) return false;
    const hash = hashOf("x");
    const hashes = { encoderHash: hash, manifestHash: hash, manifestBlob: hash, weightsHash: hash, weightsBlob: hash };
    const names = { owner: account("eve"), id: `model-${this.dice.below(50)}`, encoder: "e", labels: ["card"] };
    const price = { priceRequest: "1", priceToken: "0", snapshots: [snapshot.id] };
    this.#send(MsgRegisterModel, { ...names, ...hashes, ...price });
    return true;
  }
}
