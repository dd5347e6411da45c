import { readFileSync } from "node:fs";
import { type AttestationRecord, ClaimKind, Query as ClaimQuery } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  type Contribution,
  Query as DatanetQuery,
  type SnapshotEntry,
  SnapshotTable,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { Query as InferenceQuery } from "../../proto/gen/openledger/inference/v1.ts";
import { Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { type ContributionRewards, Query as RewardQuery } from "../../proto/gen/openledger/rewards/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { allContributions } from "./collect.ts";
import type { Contributor } from "./dealing.ts";
import type { Demo } from "./demo.ts";
import type { PostedSnapshot } from "./model.ts";
import type { ContributorResult, DemoResult, Totals } from "./result.ts";
import { Rpc } from "./rpc.ts";

const PAGE = 1000;
const MAX_TABLE_BYTES = 256 * 1024 * 1024;

export interface Misses {
  readonly snapshot: string;
  /** Training and index claims that found no quorum. */
  readonly ofModel: number;
}

/** What missed quorums burnt of the bonds of snapshot and model, in uopen; 0 when the first posts were accepted. */
export async function burntByMisses(demo: Demo, { snapshot: id, ofModel }: Misses): Promise<bigint> {
  const [{ snapshot }, { params }, models, claims] = await Promise.all([
    demo.rpc.query(DatanetQuery.Snapshot, { id }),
    demo.rpc.query(DatanetQuery.Params, {}),
    demo.rpc.query(ModelQuery.Params, {}),
    demo.rpc.query(ClaimQuery.Params, {}),
  ]);
  if (!snapshot || !params) throw new Error(`the chain does not know snapshot ${id}`);
  const share = (bond: string, bps: number) => (BigInt(bond) * BigInt(bps)) / 10_000n;
  const terms = claims.params?.kinds.find(({ kind }) => kind === ClaimKind.CLAIM_KIND_TRAINING);
  const ofSnapshot = BigInt(snapshot.attempt - 1) * share(params.snapshotBond, params.noQuorumBurnBps);
  return ofSnapshot + BigInt(ofModel) * share(models.params?.claimBond ?? "0", terms?.noQuorumBurnBps ?? 0);
}

/** Parts of all fees so far. */
export async function totalsOf(demo: Demo): Promise<Totals> {
  const { totals } = await demo.rpc.query(RewardQuery.Totals, {});
  if (!totals) throw new Error("the chain names no totals");
  const { fee, host, burn, treasury, model, attestors, contributors, curation, bounty } = totals;
  const { heldOut } = totals;
  return { fees: fee, host, burn, treasury, model, attestors, contributors, heldOut, curation, bounty };
}

export async function claimCounts(demo: Demo): Promise<DemoResult["claims"]> {
  const { totals } = await demo.rpc.query(InferenceQuery.Totals, {});
  return {
    settled: Number(totals?.settledRequests ?? 0),
    refunded: Number(totals?.refundedRequests ?? 0),
    rejected: Number(totals?.rejectedRequests ?? 0),
  };
}

/** Verdicts of each validator over all tallied claims. */
export async function attestationsOf(demo: Demo): Promise<DemoResult["attestations"]> {
  const { records } = await demo.rpc.query(ClaimQuery.Records, {});
  const byAddress = new Map(records.map((record) => [Buffer.from(record.validator).toString("hex"), record]));
  const validators = demo.manifest.nodes.filter(({ validator }) => validator);
  return Promise.all(
    validators.map(async ({ moniker, rpc }) => {
      const { validator } = await new Rpc(rpc).status();
      return { moniker, ...countsOf(byAddress.get(validator)) };
    }),
  );
}

function countsOf(record: AttestationRecord | undefined) {
  return {
    accepted: Number(record?.accepted ?? 0),
    rejected: Number(record?.rejected ?? 0),
    abstained: Number(record?.abstained ?? 0),
    voided: Number(record?.voided ?? 0),
  };
}

/** What each contributor put in, what of it counted, and what it earned. */
export async function contributorsOf(
  demo: Demo,
  contributors: readonly Contributor[],
  snapshot: PostedSnapshot,
): Promise<ContributorResult[]> {
  const [contributions, rewards, entries, { shares }] = await Promise.all([
    allContributions(demo),
    allRewards(demo),
    snapshotEntries(demo, snapshot),
    demo.rpc.query(RewardQuery.HeldOut, { snapshot: snapshot.snapshot }),
  ]);
  const owners = ownersOf(entries, contributions);
  return contributors.map(({ name, role, items }) => {
    const address = demo.address(name);
    const own = contributions.filter(({ contributor }) => contributor === address);
    const ids = new Set(own.map(({ id }) => id));
    const accepted = own.reduce((sum, { acceptedCount }) => sum + acceptedCount, 0);
    const byInfluence = rewards
      .filter(({ contribution }) => ids.has(contribution))
      .reduce((sum, r) => sum + BigInt(r.paid), 0n);
    const judging = shares.find(({ contributor }) => contributor === address);
    const flat = BigInt(judging?.claimed || "0") + BigInt(judging?.claimable || "0");
    const paid = byInfluence + flat;
    return {
      ...{ name, role, submitted: items.length, accepted },
      owners: own.reduce((sum, { id }) => sum + (owners.get(id) ?? 0), 0),
      heldOut: judging?.items ?? 0,
      ...{ paid: paid.toString(), flat: flat.toString() },
      paidPerSubmitted: perItem(paid, items.length),
      paidPerAccepted: perItem(paid, accepted),
    };
  });
}

function perItem(paid: bigint, items: number): number {
  return items === 0 ? 0 : Number(paid) / items;
}

async function allRewards(demo: Demo): Promise<ContributionRewards[]> {
  const all: ContributionRewards[] = [];
  for (let startAfter = ""; ; ) {
    const { rewards } = await demo.rpc.query(RewardQuery.Contributions, { startAfter, limit: PAGE });
    const last = rewards.at(-1);
    if (!last) return all;
    all.push(...rewards);
    startAfter = last.contribution;
  }
}

async function snapshotEntries(demo: Demo, snapshot: PostedSnapshot): Promise<readonly SnapshotEntry[]> {
  const file = demo.file("snapshot-table.bin");
  await demo.cli("blob", "get", snapshot.blob, "--out", file);
  return decodeStrict(SnapshotTable, new Uint8Array(readFileSync(file)), MAX_TABLE_BYTES).entries;
}

/** Items by contribution that repeat nothing earlier. The window's contributions are listed in commit order. */
function ownersOf(entries: readonly SnapshotEntry[], contributions: readonly Contribution[]): Map<string, number> {
  const owners = new Map<string, number>();
  for (const [index, { contribution, owner }] of entries.entries()) {
    const id = contributions[contribution]?.id;
    if (id !== undefined && owner === index) owners.set(id, (owners.get(id) ?? 0) + 1);
  }
  return owners;
}
