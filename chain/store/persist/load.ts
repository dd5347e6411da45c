import { equalBytes } from "../../crypto/bytes.ts";
import { StoreError } from "../errors.ts";
import type { KvEntry } from "../kv.ts";
import { RETAINED_VERSIONS } from "../limits.ts";
import { MultiStore, type MultiStoreOptions } from "../multistore.ts";
import { ByteReader } from "./binary.ts";
import type { DiskRead, DiskRequest } from "./disk.ts";
import { changesetRequest, chunkRequest, manifestRequest, metaRequest, versionOfKey } from "./layout.ts";
import { TreeBuilder } from "./nodes.ts";
import { decodeChangeset, decodeManifest, decodeMeta, type Manifest, type Meta } from "./records.ts";

/** More manifests than this never exist: older ones are deleted as newer ones complete. */
const MAX_MANIFESTS = 1_000;

/** Records asked for at once. */
const PAGE = 64;

/**
 * Rebuilds the state from the disk: a checkpoint, then every changeset after it, each compared with its recorded
 * roots. An empty disk gives an empty state. Throws `corrupt` when records are missing or contradict each other.
 */
export function* loadState(options: MultiStoreOptions): DiskRead<MultiStore> {
  const meta = yield* readMeta();
  if (!meta) return new MultiStore(options);
  const manifests = yield* readManifests(meta.version);
  const stores = new MultiStore(options, { meta, manifests });
  const base = baseOf(meta, manifests, options);
  if (base) yield* readCheckpoint(stores, base);
  yield* replay(stores, meta, base?.version ?? meta.firstVersion - 1);
  stores.resume();
  return stores;
}

/** The meta record, undefined on an empty disk. */
export function* readMeta(): DiskRead<Meta | undefined> {
  const [entry] = yield metaRequest();
  return entry ? decodeMeta(entry[1]) : undefined;
}

/** Complete checkpoints up to a version, ascending. */
export function* readManifests(last: number): DiskRead<Manifest[]> {
  const entries = yield manifestRequest(last, MAX_MANIFESTS);
  return entries.map(([, value]) => decodeManifest(value));
}

/** The newest checkpoint from which all retained versions follow; failing that the oldest; undefined: from the first. */
function baseOf(meta: Meta, manifests: readonly Manifest[], options: MultiStoreOptions): Manifest | undefined {
  const retained = options.retainedVersions ?? RETAINED_VERSIONS;
  const wanted = manifests.findLast((manifest) => manifest.version <= meta.version - retained + 1);
  if (wanted || meta.prunedTo === 0) return wanted;
  const oldest = manifests[0];
  if (!oldest) throw new StoreError("corrupt", "changesets are pruned and there is no checkpoint");
  return oldest;
}

function* readCheckpoint(stores: MultiStore, manifest: Manifest): DiskRead<void> {
  const builders = new Map(manifest.roots.map(({ name }) => [name, new TreeBuilder(stores.tree(name).columns)]));
  let chunks = 0;
  for (let page = yield* ask(chunkRequest(manifest.version, 0, PAGE)); page.length > 0; ) {
    for (const [, value] of page) {
      const reader = new ByteReader(value);
      const builder = builders.get(reader.text());
      if (!builder) throw new StoreError("corrupt", `checkpoint ${manifest.version} holds a store it does not list`);
      while (!reader.done) builder.read(reader);
    }
    chunks += page.length;
    page = yield* ask(chunkRequest(manifest.version, chunks, PAGE));
  }
  if (chunks !== manifest.chunks) {
    throw new StoreError("corrupt", `checkpoint ${manifest.version} has ${chunks} of ${manifest.chunks} chunks`);
  }
  for (const { name, root } of manifest.roots) {
    const tree = stores.tree(name);
    tree.adopt(builders.get(name)!.finish(), manifest.version);
    if (equalBytes(tree.rootHash(), root)) continue;
    throw new StoreError("corrupt", `store "${name}" of checkpoint ${manifest.version} has another root`);
  }
  stores.adopt(manifest.version, manifest.roots);
}

function* replay(stores: MultiStore, meta: Meta, after: number): DiskRead<void> {
  let next = after + 1;
  while (next <= meta.version) {
    const page = yield* ask(changesetRequest(next, meta.version, PAGE));
    for (const [key, value] of page) {
      const changeset = decodeChangeset(value);
      if (changeset.version !== next || versionOfKey(key) !== next) break;
      stores.replay(changeset);
      next++;
    }
    if (page.length === 0 || versionOfKey(page.at(-1)![0]) !== next - 1) {
      throw new StoreError("corrupt", `the changeset of version ${next} is missing, the last is ${meta.version}`);
    }
  }
}

function* ask(request: DiskRequest): DiskRead<readonly KvEntry[]> {
  return yield request;
}
