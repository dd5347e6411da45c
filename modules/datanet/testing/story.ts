import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { BitArray } from "../../../chain/types/bit-array.ts";
import { MsgCommitVerdict, MsgRegisterCurator, MsgRevealVerdict } from "../../../proto/gen/openledger/curation/v1.ts";
import {
  type DataNet,
  MsgAdvanceWindow,
  MsgCommitContribution,
  MsgCommitContributionResponse,
  MsgCreateDataNet,
  MsgPostSnapshot,
  MsgPostSnapshotResponse,
  MsgRevealContribution,
} from "../../../proto/gen/openledger/datanet/v1.ts";
import type { Partially } from "../../../proto/runtime.ts";
import { verdictCommitment } from "../../curation/ids.ts";
import { contributionCommitment } from "../ids.ts";
import { account, type World } from "./world.ts";

export const NET = "bank-questions";
export const SALT = new Uint8Array(16).fill(7);

/** A 32-byte value that a text names. */
export function hashOf(text: string): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.set(utf8Bytes(text).subarray(0, 32));
  return bytes;
}

export function createNet(world: World, changes: Partially<MsgCreateDataNet> = {}): void {
  const blocks = { submitBlocks: 10n, reviewBlocks: 10n, revealBlocks: 10n };
  const texts = { title: "Bank questions", topic: "What customers ask", licence: "CC-BY-4.0" };
  const labels = ["card", "loan"];
  world.send(MsgCreateDataNet, { creator: account("ann"), id: NET, labels, ...texts, ...blocks, ...changes });
}

/** Commits what `name` calls `root`; the contribution's id. */
export function commit(world: World, name: string, root: string): string {
  const contributor = account(name);
  const commitment = contributionCommitment({ contributor, datanet: NET, root: hashOf(root), salt: SALT });
  const response = world.send(MsgCommitContribution, { contributor, datanet: NET, commitment });
  return MsgCommitContributionResponse.decode(response).contribution;
}

export function revealOf(
  id: string,
  name: string,
  root: string,
  changes: Partially<MsgRevealContribution> = {},
): Partially<MsgRevealContribution> {
  const hashes = { salt: SALT, root: hashOf(root), blob: hashOf(`blob ${root}`) };
  const texts = { licence: "CC-BY-4.0", source: "own writing" };
  return { contributor: account(name), contribution: id, ...hashes, items: 10, byteSize: 300n, ...texts, ...changes };
}

/** Commits in one block, reveals in the next; the contribution's id. */
export function contribute(
  world: World,
  name: string,
  root: string,
  changes: Partially<MsgRevealContribution> = {},
): string {
  const id = commit(world, name, root);
  world.endBlocks();
  world.send(MsgRevealContribution, revealOf(id, name, root, changes));
  return id;
}

export function advance(world: World): void {
  world.send(MsgAdvanceWindow, { creator: account("ann"), datanet: NET });
  world.endBlocks();
}

export function registerCurators(world: World, names: readonly string[], bond = "10000000"): void {
  for (const name of names) world.send(MsgRegisterCurator, { curator: account(name), bond });
}

export function bitmap(items: number, good: readonly number[]): Uint8Array {
  return BitArray.of(items, good).toBytes();
}

export function commitVerdict(world: World, name: string, contribution: string, bits: Uint8Array): void {
  const curator = account(name);
  const commitment = verdictCommitment({ curator, contribution, bitmap: bits, salt: SALT });
  world.send(MsgCommitVerdict, { curator, contribution, commitment });
}

export function revealVerdict(world: World, name: string, contribution: string, bits: Uint8Array): void {
  world.send(MsgRevealVerdict, { curator: account(name), contribution, bitmap: bits, salt: SALT });
}

/** One whole window: `roots` from bob, three curators who find the even items good. The contributions' ids. */
export function curatedWindow(world: World, roots: readonly string[], curators = ["fay", "gus", "hal"]): string[] {
  const ids = roots.map((root) => contribute(world, "bob", root));
  const even = bitmap(10, [0, 2, 4, 6, 8]);
  advance(world);
  for (const name of curators) for (const id of ids) commitVerdict(world, name, id, even);
  advance(world);
  for (const name of curators) for (const id of ids) revealVerdict(world, name, id, even);
  advance(world);
  return ids;
}

export function snapshotOf(items: number, changes: Partially<MsgPostSnapshot> = {}): Partially<MsgPostSnapshot> {
  const hashes = { root: hashOf("snapshot root"), blob: hashOf("snapshot blob") };
  return { poster: account("joe"), datanet: NET, window: 1, ...hashes, items, clusters: 1, ...changes };
}

/** Posts a snapshot; its claim's id. */
export function postSnapshot(world: World, items: number, changes: Partially<MsgPostSnapshot> = {}): Uint8Array {
  return MsgPostSnapshotResponse.decode(world.send(MsgPostSnapshot, snapshotOf(items, changes))).claimId;
}

export function net(world: World, id = NET): DataNet {
  return world.datanet.keeper.requireDatanet(world.context(), id);
}
