import { toHex } from "../../chain/crypto/bytes.ts";
import { concatBytes, sha256 } from "../../chain/crypto/hash.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { taggedHash, u32be, utf8Bytes } from "../../chain/crypto/tagged.ts";

// Names and hashes of the data side: pure, so that clients, validators and the chain compute them by the same code.
// None of them contains a height or a time: two runs over the same data agree.

/** Bytes of a contribution id before hex: 160 bits, as an address. */
export const CONTRIBUTION_ID_BYTES = 20;

/** Version of the rules that a snapshot claim is recomputed under: exact Jaccard over character 3-shingles, any-earlier matching. */
export const SNAPSHOT_ALGORITHM = "snapshot-1";

const SLUG = /^[a-z][a-z0-9-]{2,31}$/;
const CONTRIBUTION_ID = new RegExp(`^[0-9a-f]{${2 * CONTRIBUTION_ID_BYTES}}$`);
const SNAPSHOT_ID = /^([a-z][a-z0-9-]{2,31})\/([1-9][0-9]{0,9})$/;

/** The form of a DataNet or model id: 3 to 32 characters a-z, 0-9 and `-`, a letter first. */
export function isSlug(text: string): boolean {
  return SLUG.test(text);
}

export function isContributionId(text: string): boolean {
  return CONTRIBUTION_ID.test(text);
}

/** What a contributor publishes first: binds the root to this contributor and DataNet. */
export function contributionCommitment(spec: {
  readonly contributor: string;
  readonly datanet: string;
  readonly root: Uint8Array;
  readonly salt: Uint8Array;
}): Uint8Array {
  const { contributor, datanet, root, salt } = spec;
  return taggedHash("openledger/contribution/commit", utf8Bytes(contributor), utf8Bytes(datanet), root, salt);
}

export function contributionId(spec: {
  readonly datanet: string;
  readonly window: number;
  readonly contributor: string;
  readonly commitment: Uint8Array;
}): string {
  const { datanet, window, contributor, commitment } = spec;
  const parts = [utf8Bytes(datanet), u32be(window), utf8Bytes(contributor), commitment];
  return toHex(taggedHash("openledger/contribution/id", ...parts).subarray(0, CONTRIBUTION_ID_BYTES));
}

/** Root of a contribution: RFC 6962 merkle root over its encoded `Item`s in order. */
export function contributionRoot(encodedItems: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(encodedItems);
}

/** Id of one item of a contribution. */
export function itemId(contribution: string, index: number, encodedItem: Uint8Array): Uint8Array {
  return taggedHash("openledger/item", utf8Bytes(contribution), u32be(index), sha256(encodedItem));
}

export function snapshotId(datanet: string, window: number): string {
  return `${datanet}/${window}`;
}

/** The parts of a snapshot id, or undefined for another text. */
export function parseSnapshotId(text: string): { readonly datanet: string; readonly window: number } | undefined {
  const match = SNAPSHOT_ID.exec(text);
  const window = Number(match?.[2]);
  return match && window <= 0xffff_ffff ? { datanet: match[1] as string, window } : undefined;
}

/** What the poster of a snapshot claim is bound to. */
export function snapshotPayloadHash(snapshot: {
  readonly id: string;
  readonly root: Uint8Array;
  readonly items: number;
  readonly clusters: number;
  /** Cluster owners of each contribution; one part more, left out when empty. */
  readonly owners: readonly number[];
  readonly blob: Uint8Array;
  readonly attempt: number;
}): Uint8Array {
  const { id, root, items, clusters, owners, blob, attempt } = snapshot;
  const parts = [utf8Bytes(id), root, u32be(items), u32be(clusters), blob, u32be(attempt)];
  if (owners.length > 0) parts.push(concatBytes(...owners.map(u32be)));
  return taggedHash("openledger/snapshot", ...parts);
}
