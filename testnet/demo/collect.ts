import { mkdirSync, writeFileSync } from "node:fs";
import { pooled } from "../../cli/work/pooled.ts";
import { type Contribution, Query } from "../../proto/gen/openledger/datanet/v1.ts";
import { judges } from "./curators.ts";
import { writeCsv } from "./data.ts";
import type { Contributor } from "./dealing.ts";
import type { Demo } from "./demo.ts";
import { curatorNames, ROLES_ON_CHAIN } from "./network.ts";
import { DATANET } from "./options.ts";

/** Processes at a time: the demo is meant for two cores, and nodes need them too. */
const PARALLEL = 3;
/** Phases end by the creator's word, long before these many blocks. */
const PHASE_BLOCKS = "500000";
const LICENCE = "CC-BY-4.0";
const CURATOR_BOND = "20000000";
const PAGE = 1000;

export async function createDataNet(demo: Demo, labels: readonly string[]): Promise<void> {
  await demo.cli(
    ...["tx", "datanet", "create-data-net", "--from", ROLES_ON_CHAIN.creator, "--id", DATANET],
    ...["--title", "Demo data", "--topic", "Questions and what they are about", "--licence", LICENCE],
    ...["--labels", labels.join(","), "--submit-blocks", PHASE_BLOCKS],
    ...["--review-blocks", PHASE_BLOCKS, "--reveal-blocks", PHASE_BLOCKS],
  );
}

/**
 * Everybody commits, one after the other, so that who was first is the same in every run; reveals may overlap. The last
 * contributor copies, so it waits until the others' items are public.
 */
export async function contributeAll(demo: Demo, contributors: readonly Contributor[]): Promise<void> {
  const bar = demo.progress.bar("   contributors", contributors.length);
  const registered = pooled(PARALLEL - 1, curatorNames(), (name) => registerCurator(demo, name));
  const reveals: Promise<unknown>[] = [];
  try {
    for (const [i, { name, role, items }] of contributors.entries()) {
      if (role === "copycat") await Promise.all(reveals);
      const file = writeCsv(demo.file(`contributors/${name}.csv`), items);
      await demo.cli("contribute", "commit", "--datanet", DATANET, "--data", file, "--source", "demo", "--from", name);
      reveals.push(demo.cli("contribute", "reveal", "--datanet", DATANET, "--from", name));
      reveals.at(-1)?.catch(() => undefined);
      bar.set(i + 1);
    }
  } finally {
    await Promise.allSettled([registered, ...reveals]);
    bar.end();
  }
  await Promise.all([registered, ...reveals]);
}

async function registerCurator(demo: Demo, name: string): Promise<void> {
  await demo.cli("curate", "register", "--bond", CURATOR_BOND, "--from", name);
}

/** All seven curators commit and reveal verdicts on everything. */
export async function curateAll(demo: Demo, contributors: readonly Contributor[]): Promise<void> {
  const contributions = await allContributions(demo);
  await advance(demo);
  const curators = curatorNames();
  const bar = demo.progress.bar("   verdicts", 2 * curators.length);
  let done = 0;
  await pooled(PARALLEL, curators, async (curator) => {
    const file = verdictFile(demo, curator, contributions, contributors);
    await demo.cli("curate", "commit", "--datanet", DATANET, "--verdicts", file, "--from", curator);
    bar.set(++done);
  });
  await advance(demo);
  await pooled(PARALLEL, curators, async (curator) => {
    await demo.cli("curate", "reveal", "--datanet", DATANET, "--from", curator);
    bar.set(++done);
  });
  bar.end();
  await advance(demo);
}

async function advance(demo: Demo): Promise<void> {
  await demo.cli("tx", "datanet", "advance-window", "--datanet", DATANET, "--from", ROLES_ON_CHAIN.creator);
}

/** The DataNet's contributions in commit order. */
export async function allContributions(demo: Demo): Promise<Contribution[]> {
  const all: Contribution[] = [];
  for (let startSeq = 0; ; ) {
    const request = { datanet: DATANET, window: 0, startSeq, limit: PAGE };
    const { contributions } = await demo.rpc.query(Query.Contributions, request);
    const last = contributions.at(-1);
    if (!last) return all;
    all.push(...contributions);
    startSeq = last.seq + 1;
  }
}

/** A contributor's items go into its contributions in their order. */
function verdictFile(
  demo: Demo,
  curator: string,
  contributions: readonly Contribution[],
  contributors: readonly Contributor[],
): string {
  const { seed } = demo.options;
  const verdicts: Record<string, boolean[]> = {};
  for (const { name, items } of contributors) {
    const own = contributions.filter(({ contributor }) => contributor === demo.address(name));
    let from = 0;
    for (const { id, items: count } of own) {
      const part = items.slice(from, from + count);
      verdicts[id] = part.map((item, i) => judges(item, { seed, curator, contributor: name, index: from + i }));
      from += count;
    }
  }
  const file = demo.file(`verdicts/${curator}.json`);
  mkdirSync(demo.file("verdicts"), { recursive: true });
  writeFileSync(file, JSON.stringify(verdicts));
  return file;
}
