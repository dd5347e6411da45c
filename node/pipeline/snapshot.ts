import { Worker } from "node:worker_threads";
import { toHex } from "../../chain/crypto/bytes.ts";
import { MAX_PAGE } from "../../modules/datanet/limits.ts";
import {
  type Contribution,
  ContributionStatus,
  Query,
  type SnapshotContribution,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { type ArtefactSource, artefact } from "../attest/artefacts.ts";
import type { Ask } from "../attest/ask.ts";
import { BlobError } from "../blobs/index.ts";
import { siblingModule } from "../influence/sibling.ts";
import { SnapshotError } from "./snapshot-errors.ts";
import { type ContributionPart, type SnapshotContent, type SnapshotFacts, snapshotContent } from "./snapshot-table.ts";
import type { SnapshotReply } from "./snapshot-worker.ts";

export { SnapshotError, type SnapshotErrorCode } from "./snapshot-errors.ts";
export { artefactId, type SnapshotContent, type SnapshotFacts, type SnapshotItem } from "./snapshot-table.ts";

/** Contributions whose blobs are fetched at once. */
const PARALLEL_FETCHES = 8;

export interface SnapshotPorts {
  readonly ask: Ask;
  readonly blobs: ArtefactSource;
}

export interface WindowName {
  readonly datanet: string;
  readonly window: number;
}

/** Every curated contribution in commit order; the entries of a table refer to positions in it. */
interface Contributed {
  readonly contributions: readonly SnapshotContribution[];
}

/**
 * The snapshot of a closed window with the data behind it, from state and blobs: what MsgPostSnapshot claims, and what
 * a model is trained on. Computes on the calling thread. Throws SnapshotError, ChainQueryError.
 */
export async function buildSnapshot(name: WindowName, ports: SnapshotPorts): Promise<SnapshotContent & Contributed> {
  const { parts, contributions } = await collect(name, ports);
  return { ...snapshotContent(parts), contributions };
}

/** What a claim about the window's snapshot must say, computed in a thread of its own. Throws as `buildSnapshot`. */
export async function snapshotFacts(name: WindowName, ports: SnapshotPorts): Promise<SnapshotFacts & Contributed> {
  const { parts, contributions } = await collect(name, ports);
  return { ...(await inThread(parts)), contributions };
}

async function collect(
  { datanet, window }: WindowName,
  { ask, blobs }: SnapshotPorts,
): Promise<Contributed & { readonly parts: readonly ContributionPart[] }> {
  const curated = await curatedContributions(ask, { datanet, window });
  const parts: ContributionPart[] = [];
  for (let at = 0; at < curated.length; at += PARALLEL_FETCHES) {
    const some = curated.slice(at, at + PARALLEL_FETCHES);
    parts.push(...(await Promise.all(some.map((contribution) => partOf(blobs, contribution)))));
  }
  const contributions = curated.map(({ id, contributor, acceptedCount }) => ({
    contribution: id,
    contributor,
    accepted: acceptedCount,
  }));
  return { parts, contributions };
}

async function curatedContributions(ask: Ask, { datanet, window }: WindowName): Promise<Contribution[]> {
  const found: Contribution[] = [];
  for (let startSeq = 0; ; ) {
    const page = await ask(Query.Contributions, { datanet, window, startSeq, limit: MAX_PAGE });
    const last = page.contributions.at(-1);
    if (!last) break;
    found.push(...page.contributions);
    startSeq = last.seq + 1;
  }
  if (found.length === 0) {
    throw new SnapshotError("unknown_window", `window ${window} of ${datanet} has no contributions`);
  }
  return found.filter(({ status }) => status === ContributionStatus.CONTRIBUTION_STATUS_CURATED);
}

async function partOf(blobs: ArtefactSource, contribution: Contribution): Promise<ContributionPart> {
  const { id, items, root, accepted, acceptedCount, blob } = contribution;
  const isNeeded = acceptedCount > 0;
  return { id, items, root, accepted, blob: isNeeded ? await itemsBlob(blobs, id, blob) : undefined };
}

async function itemsBlob(blobs: ArtefactSource, contribution: string, id: Uint8Array): Promise<Uint8Array> {
  try {
    return await artefact(blobs, toHex(id));
  } catch (cause) {
    if (!(cause instanceof BlobError)) throw cause;
    const code = cause.code === "bad-manifest" ? "bad_blob" : "missing_blob";
    throw new SnapshotError(code, `contribution ${contribution}: ${cause.message}`, { contribution, cause });
  }
}

function inThread(parts: readonly ContributionPart[]): Promise<SnapshotFacts> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(siblingModule("snapshot-worker", import.meta.url), { workerData: { parts } });
    worker.once("message", (reply: SnapshotReply) => {
      if ("facts" in reply) return resolve(reply.facts);
      const { contribution } = reply;
      return reject(new SnapshotError("bad_blob", reply.failure, contribution === undefined ? {} : { contribution }));
    });
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread that computes the snapshot ended early")));
  });
}
