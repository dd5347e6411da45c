import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CliError, EXIT } from "../../cli/errors.ts";
import type { Progress } from "../../cli/work/progress.ts";
import { agree } from "./agreement.ts";
import { claimAll } from "./claim.ts";
import { contributeAll, createDataNet, curateAll } from "./collect.ts";
import { type DemoData, loadData } from "./data.ts";
import { type Contributor, deal } from "./dealing.ts";
import { Demo } from "./demo.ts";
import { explainSome } from "./explain.ts";
import { attestationsOf, burntByMisses, claimCounts, contributorsOf, totalsOf } from "./gather.ts";
import { askAll } from "./inference.ts";
import { buildSnapshot, indexAndRegister, type PostedSnapshot, trainModel } from "./model.ts";
import { startNetwork } from "./network.ts";
import { CHAIN_ID, DENOM, type DemoOptions } from "./options.ts";
import { Processes } from "./processes.ts";
import type { ContributorResult, DemoResult, Totals } from "./result.ts";

export interface DemoRun {
  readonly result: DemoResult;
  readonly demo: Demo;
  /** Ends all processes and removes a temporary folder. */
  close(): Promise<void>;
}

/**
 * Runs the whole loop on a network of its own. Throws DemoError with the stage and the log of what failed; nothing is
 * left running then. An abort of `signal` ends the processes, so that the stage under way fails.
 */
export async function runDemo(options: DemoOptions, progress: Progress, signal: AbortSignal): Promise<DemoRun> {
  const data = loadData(options);
  const dir = options.home === undefined ? mkdtempSync(join(tmpdir(), "openledger-demo-")) : emptyDir(options.home);
  const processes = new Processes(dir, { OPENLEDGER_HOME: dir });
  const demo = new Demo(options, dir, { processes, progress });
  signal.addEventListener("abort", () => void processes.close(), { once: true });
  const close = async () => {
    await processes.close();
    if (options.home === undefined) rmSync(dir, { recursive: true, force: true });
  };
  try {
    return { result: await walk(demo, data), demo, close };
  } catch (error) {
    if (signal.aborted) await close();
    else await processes.close();
    if (!signal.aborted) progress.note(`   logs: ${join(dir, "logs")}`);
    throw error;
  }
}

function emptyDir(home: string): string {
  const dir = resolve(home);
  mkdirSync(dir, { recursive: true });
  if (readdirSync(dir).length === 0) return dir;
  throw new CliError(EXIT.inUse, `${dir} is not empty`, "choose another --home, or empty it");
}

async function walk(demo: Demo, data: DemoData): Promise<DemoResult> {
  const start = performance.now();
  const { seed, honestOnly, inferences: count, validators } = demo.options;
  const contributors = deal(data.rows, { seed, honestOnly });
  const names = contributors.map(({ name }) => name);
  await demo.stage("network", `${validators} validators start`, () =>
    startNetwork(demo, names, { rows: data.rows.length, labels: data.labels.length }),
  );
  const supply = await demo.rpc.supply(DENOM);
  await demo.stage("contributions", `${contributors.length} contributors commit and reveal`, async () => {
    await createDataNet(demo, data.labels);
    await contributeAll(demo, contributors);
  });
  await demo.stage("curation", "seven curators vote", () => curateAll(demo, contributors));
  const snapshot = await demo.stage("snapshot", "accepted items become a snapshot", () => buildSnapshot(demo));
  const model = await demo.stage("training", `a model is trained on ${snapshot.clusters} clusters`, () =>
    trainModel(demo, snapshot.snapshot, data.questions),
  );
  const { indexRoot, missed } = await demo.stage(
    "index",
    "its influence index is built; validators recompute training and index",
    () => indexAndRegister(demo),
  );
  const inferences = await demo.stage("inference", `${count} paid inferences`, () => askAll(demo, data.questions));
  const found = await demo.stage("rewards", "contributors claim what they earned", () =>
    rewards(demo, contributors, { snapshot, supply, missed }),
  );
  const explain = await demo.stage("explain", "payments are recomputed", () => explainSome(demo, inferences));
  const nodes = await demo.stage("agreement", "a full node joins late, and replays", () => agree(demo));
  demo.seconds.total = Math.round((performance.now() - start) / 100) / 10;
  const { items, clusters, root } = snapshot;
  const { testAccuracy, heldOutAccuracy, weightsHash } = model;
  return {
    chainId: CHAIN_ID,
    height: nodes[0]?.height ?? 0,
    validators: nodes,
    snapshot: { items, clusters, heldOut: model.heldOutRows, root },
    model: { ...{ testAccuracy, heldOutAccuracy, weightsHash }, indexRoot },
    ...found,
    attestations: await attestationsOf(demo),
    explain,
    seconds: demo.seconds,
  };
}

/** Claims, and the sums that must hold. */
async function rewards(
  demo: Demo,
  contributors: readonly Contributor[],
  before: { readonly snapshot: PostedSnapshot; readonly supply: bigint; readonly missed: number },
): Promise<Pick<DemoResult, "claims" | "totals" | "contributors">> {
  const claimed = await claimAll(
    demo,
    contributors.map(({ name }) => name),
    before.snapshot.snapshot,
  );
  const [claims, totals, paid, supply, missed] = await Promise.all([
    claimCounts(demo),
    totalsOf(demo),
    contributorsOf(demo, contributors, before.snapshot),
    demo.rpc.supply(DENOM),
    burntByMisses(demo, { snapshot: before.snapshot.snapshot, ofModel: before.missed }),
  ]);
  checkSums(totals, paid, claimed);
  const burnt = before.supply - supply;
  if (burnt !== BigInt(totals.burn) + missed) {
    throw new Error(`the supply fell by ${burnt}, fees burnt ${totals.burn} and missed quorums ${missed}`);
  }
  demo.progress.note(`   parts of all fees sum to ${totals.fees} uopen; the supply fell by the ${totals.burn} burnt`);
  return { claims, totals, contributors: paid };
}

function checkSums(totals: Totals, paid: readonly ContributorResult[], claimed: ReadonlyMap<string, bigint>): void {
  const { fees, ...parts } = totals;
  const sum = Object.values(parts).reduce((all, part) => all + BigInt(part), 0n);
  if (sum !== BigInt(fees)) throw new Error(`the parts of the fees sum to ${sum}, the fees to ${fees}`);
  const total = (of: (contributor: ContributorResult) => string) =>
    paid.reduce((all, contributor) => all + BigInt(of(contributor)), 0n);
  const flat = total((contributor) => contributor.flat);
  const byInfluence = total((contributor) => contributor.paid) - flat;
  if (byInfluence !== BigInt(totals.contributors)) {
    throw new Error(`contributors were paid ${byInfluence}, the fees' part is ${totals.contributors}`);
  }
  // Each share is floored: what is left of it stays in the ledger for the next fees.
  const left = BigInt(totals.heldOut) - flat;
  if (left < 0n || left > paid.length) throw new Error(`owners of held-out items earned ${flat} of ${totals.heldOut}`);
  const short = paid.find(({ name, paid: amount }) => claimed.get(name) !== BigInt(amount));
  if (short) throw new Error(`${short.name} claimed ${claimed.get(short.name)} of ${short.paid}`);
}
