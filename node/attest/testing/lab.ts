import { unwrapInjected, wrapInjected } from "../../../chain/app/tx/injected-envelope.ts";
import { voteExtensionSignBytes } from "../../../chain/codec/sign-bytes.ts";
import { equalBytes, toHex } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { signEd25519 } from "../../../chain/crypto/keys.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { MemoryDisk } from "../../../chain/store/memory-disk.ts";
import { AVAILABILITY_ALGORITHM, sketchOf } from "../../../modules/attribution/client.ts";
import { DEFAULT_PARAMS } from "../../../modules/attribution/params.ts";
import { TestChain } from "../../../modules/attribution/testing/chain.ts";
import { account, CHAIN_ID, type ValidatorKeys, validatorKeys } from "../../../modules/attribution/testing/fixtures.ts";
import {
  type Claim,
  ClaimKind,
  MsgBlockInfo,
  type Opening,
  Params,
  Query,
} from "../../../proto/gen/openledger/attribution/v1.ts";
import { type Partially, toJson } from "../../../proto/runtime.ts";
import { SILENT_LOG } from "../../p2p/index.ts";
import type { CommittedEvent } from "../../rpc/backend.ts";
import type { Ask } from "../ask.ts";
import { type Attester, accepted, type Finding, type MemberSeed } from "../attester.ts";
import { BeaconSource } from "../beacon-source.ts";
import { ClaimsView } from "../claims-view.ts";
import { Commitments } from "../commitments.ts";
import { OpeningPool } from "../pool.ts";
import { AttestationService } from "../service.ts";
import { Workbench } from "../workbench.ts";

/** Computes right sketches of a witness that the claim's id gives; tests replace `examine`. */
export class LabAttester implements Attester {
  readonly seen: Opening[] = [];
  examine: (claim: Claim) => Promise<Finding> = (claim) => Promise.resolve(accepted(witnessOf(claim)));

  sketches(_claim: Claim, witness: Float64Array, seeds: readonly MemberSeed[]) {
    return Promise.resolve(seeds.map(({ seed }) => sketchOf(seed, witness)));
  }

  observe(opening: Opening): void {
    this.seen.push(opening);
  }

  expect(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function witnessOf(claim: Claim): Float64Array {
  return Float64Array.from(sha256(claim.id));
}

/** One validator of the lab. Its disk outlives restarts. */
export class LabMember {
  readonly keys: ValidatorKeys;
  readonly attester = new LabAttester();
  readonly disk = new MemoryDisk();
  /** False: its votes get lost, while it believes that it voted. */
  votes = true;
  /** Makes the next writes fail. */
  diskFails = false;
  /** Envelopes that it published. */
  readonly published: Uint8Array[] = [];
  readonly #ask: Ask;
  readonly #gossip: (from: LabMember, envelope: Uint8Array) => void;
  pool!: OpeningPool;
  view!: ClaimsView;
  service!: AttestationService;
  #salts = 0;

  constructor(name: string, ask: Ask, gossip: (from: LabMember, envelope: Uint8Array) => void) {
    this.keys = validatorKeys(name, 10);
    this.#ask = ask;
    this.#gossip = gossip;
  }

  /** Starts, or starts again with nothing but what is on disk. */
  async start(): Promise<void> {
    const disk = {
      batch: async (ops: Parameters<MemoryDisk["batch"]>[0]) => {
        if (this.diskFails) throw new Error("disk full");
        this.disk.batch(ops);
      },
      read: async (request: Parameters<MemoryDisk["read"]>[0]) => this.disk.read(request),
    };
    const { address } = this.keys;
    const { attester } = this;
    // Every start draws other salts, as a real one does.
    const random = (length: number) => sha256(utf8Bytes(`${this.keys.name} salt ${this.#salts++}`)).subarray(0, length);
    this.view = new ClaimsView(this.#ask);
    this.pool = new OpeningPool(CHAIN_ID, this.view, (opening) => attester.observe(opening));
    const beacon = new BeaconSource(address, this.#ask);
    beacon.use(this.keys.beacon);
    const workbench = new Workbench({ validator: address }, { attester, random, log: SILENT_LOG });
    const commitments = await Commitments.open(CHAIN_ID, disk);
    this.service = new AttestationService({
      view: this.view,
      pool: this.pool,
      validator: { address, attester, workbench, commitments, beacon },
      publish: (envelope) => {
        this.published.push(envelope);
        this.#gossip(this, envelope);
      },
      log: SILENT_LOG,
      close: () => Promise.resolve(),
    });
    await this.service.start();
  }
}

/** Attestation services on the real attribution module: blocks, votes and gossip without a network. */
export class Lab {
  readonly chain: TestChain;
  readonly members: LabMember[];
  /** Whether gossip from one member reaches another. */
  delivers: (from: LabMember, to: LabMember) => boolean = () => true;
  proposer = 0;
  #votes = new Map<string, { extension: Uint8Array; signature: Uint8Array }>();

  private constructor(names: readonly string[], params: Partial<Params>) {
    const ask: Ask = async (method, request) => this.chain.query(method, request as Partially<typeof request>);
    const gossip = (from: LabMember, envelope: Uint8Array) => {
      for (const to of this.members) if (to !== from && this.delivers(from, to)) void to.service.onOpening(envelope);
    };
    this.members = names.map((name) => new LabMember(name, ask, gossip));
    const state = { attribution: { params: toJson(Params, { ...DEFAULT_PARAMS, ...params }) } };
    this.chain = new TestChain({ validators: this.members.map(({ keys }) => keys), accounts: ["ann"], state });
  }

  static async start(names: readonly string[] = ["a", "b", "c", "d"], params: Partial<Params> = {}): Promise<Lab> {
    const lab = new Lab(names, params);
    for (const member of lab.members) await member.start();
    return lab;
  }

  member(index: number): LabMember {
    return this.members[index] as LabMember;
  }

  /** Posts an availability claim in the next block; its id. */
  async post(text = "blob"): Promise<Uint8Array> {
    let id: Uint8Array | undefined;
    await this.block((ctx) => {
      const { claims } = this.chain.attribution;
      id = claims.post(ctx, {
        kind: ClaimKind.CLAIM_KIND_AVAILABILITY,
        poster: account("ann"),
        subject: sha256(utf8Bytes(text)),
        payloadHash: new Uint8Array(0),
        algorithm: AVAILABILITY_ALGORITHM,
        bond: 1_000_000n,
      });
    });
    return id as Uint8Array;
  }

  /** Every member votes for the next block, with its extension; then the block after it holds these votes. */
  async block(execute?: Parameters<TestChain["block"]>[0]["execute"]): Promise<void> {
    const height = this.chain.height + 1;
    const candidate = this.member(this.proposer).service.candidate(1_000_000);
    const candidates = candidate && unwrapInjected(MsgBlockInfo.typeUrl, candidate);
    const next = new Map<string, { extension: Uint8Array; signature: Uint8Array }>();
    for (const { keys, service, votes } of this.members) {
      const extension = await service.extensionFor(height);
      const signature = signEd25519(keys.secretKey, voteExtensionSignBytes(CHAIN_ID, { extension, height, round: 0 }));
      if (votes) next.set(toHex(keys.address), { extension, signature });
    }
    const before = this.chain.log.events.length;
    let info = new Uint8Array(0);
    const tamper = (prepared: Uint8Array) => {
      info = prepared.slice();
      return prepared;
    };
    this.chain.block({ votes: this.#votes, tamper, ...(candidates && { candidates }), ...(execute && { execute }) });
    this.#votes = next;
    const event = eventOf(height, info, this.chain.log.events.slice(before));
    for (const { service } of this.members) service.onBlock(event);
    await settle();
  }

  async blocks(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.block();
  }

  claim(id: Uint8Array) {
    return this.chain.query(Query.Claim, { claimId: id });
  }

  /** What the tally says of a member. */
  memberOf(id: Uint8Array, index: number) {
    const { address } = this.member(index).keys;
    return this.claim(id).outcome?.members.find(({ validator }) => equalBytes(validator, address));
  }
}

/** Lets everything that waits for nothing but other promises finish. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

function eventOf(height: number, info: Uint8Array, events: TestChain["log"]["events"]): CommittedEvent {
  const block = { header: { height }, txs: [wrapInjected(MsgBlockInfo.typeUrl, info)] };
  const blockEvents = events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.map((attribute) => ({ ...attribute, index: true })),
  }));
  return { block, blockId: {}, response: { events: blockEvents, txResults: [] } } as unknown as CommittedEvent;
}
