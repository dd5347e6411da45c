import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { decodeManifest, encodeLog, encodeManifest, runJob, trainedGraph } from "../../../node/factory/job/index.ts";
import { openResident } from "../../../node/generator/resident.ts";
import type { GeneratorBlobs } from "../../../node/generator/types.ts";
import { clusters } from "../../../node/influence/dedupe.ts";
import { openGraph } from "../../../node/influence/graph/index.ts";
import { int32Bytes, int32FromBytes } from "../../../node/influence/grid.ts";
import { drawHeldOut } from "../../../node/influence/held-out.ts";
import { ONE_SHARE, type Settlement } from "../../../node/influence/types.ts";
import { buildAdapterIndexOf } from "../../../node/pipeline/adapter-index.ts";
import { languageJob, sourceOf } from "../decoder/jobs.ts";
import { ADAPTER_RATE, adapterTargets, type DecoderProblem } from "../decoder/problem.ts";
import { feedsOf, lossesOf } from "../decoder/retrain.ts";

/** An accepted passage. */
export interface Passage {
  readonly contributor: string;
  readonly text: string;
}

/** What somebody pays for, and the draw of its answer. */
export interface PaidPrompt {
  readonly text: string;
  readonly seed: Uint8Array;
}

/** Accepted passages in originality order, what they adapt, and the prompts that will be paid. */
export interface GeneratorWorld {
  readonly items: readonly Passage[];
  readonly base: Pick<DecoderProblem, "graph" | "tokenizer" | "sizes" | "encode">;
  readonly prompts: readonly PaidPrompt[];
  /** Prompts that are answered after those and pay nobody. */
  readonly unpaid?: readonly PaidPrompt[];
  /** Unseen passages that quality is measured on. */
  readonly test: readonly string[];
  /** Tokens of an answer at most. */
  readonly answer: number;
  readonly seed: number;
  readonly workers?: number;
}

export interface GeneratorOutcome {
  /** Fees earned by every item from each pool, a prompt's pool counted as 1. */
  readonly influence: Float64Array;
  readonly tokens: Float64Array;
  /** Mean loss of a token of the unseen passages. */
  readonly loss: number;
  /** To the paid prompts, then to the others. */
  readonly answers: readonly string[];
}

/** Answers are drawn at this many 1024ths: at 1 a small model says much that is no word. */
const TEMPERATURE = 768;
/** Checkpoints of a training: enough for the three views of an index. */
const CHECKPOINTS = 10;
const utf8 = new TextEncoder();

function itemKey({ contributor, text }: Passage, i: number): Uint8Array {
  return sha256(utf8.encode(`${contributor}/${text}/${i}`));
}

/** Cluster owners, those that are held out and those that are trained on. */
export function splitOf({ items, seed }: Pick<GeneratorWorld, "items" | "seed">) {
  const { owner } = clusters(items.map(({ text }) => text));
  const owners = items.flatMap((_, i) => (owner[i] === i ? [i] : []));
  const drawn = owners.map((i) => ({ itemId: itemKey(items[i]!, i), contributor: items[i]!.contributor }));
  const held = new Set(drawHeldOut(sha256(utf8.encode(`held out ${seed}`)), drawn));
  return {
    trained: owners.filter((_, at) => !held.has(at)),
    heldOut: owners.filter((_, at) => held.has(at)),
  };
}

/** Trains and indexes a generator as its owner does. */
export async function generatorOf(world: GeneratorWorld): Promise<GeneratorBlobs> {
  const { items, base, workers } = world;
  const { graph, tokenizer, sizes } = base;
  const { trained, heldOut } = splitOf(world);
  const source = sourceOf(
    "rows",
    trained.map((place) => ({ place, text: items[place]!.text })),
  );
  const shape = { targets: adapterTargets(sizes), rank: sizes.rank, context: sizes.context };
  const training = { rate: ADAPTER_RATE, batch: sizes.batch, epochs: sizes.epochs, seed: `adapter ${world.seed}` };
  const job = languageJob({ graph, tokenizer, source, ...shape, ...training });
  const steps = sizes.epochs * Math.ceil(trained.length / sizes.batch);
  const manifest = { ...job.manifest, checkpointEvery: Math.max(1, Math.floor(steps / CHECKPOINTS)) };
  const states: Uint8Array[] = [];
  const { weights, log } = await runJob(manifest, job.data, {
    workers,
    onEvent(event) {
      if (event.kind === "checkpoint") states[event.index] = event.progress.state;
    },
  });
  const names = [...new Set(items.map(({ contributor }) => contributor))];
  const place = (i: number) => ({ contribution: names.indexOf(items[i]!.contributor), item: i, entry: i });
  const rows = trained.map((i) => ({ text: items[i]!.text, ...place(i) }));
  const byId = new Map(trained.map((i) => [Buffer.from(sha256(utf8.encode(`rows/${i}`))).toString("hex"), i]));
  const model = {
    ...{ manifest: encodeManifest(manifest), graph, tokenizer, log: encodeLog(log) },
    readState: async (checkpoint: number) => states[checkpoint]!,
    sources: [source],
    places: source.rows.map(({ itemId }) => ({ itemId, ...place(byId.get(Buffer.from(itemId).toString("hex"))!) })),
    heldOut: heldOut.map((i) => ({ text: items[i]!.text })),
  };
  const { headerBytes: header, rows: indexRows, basis } = await buildAdapterIndexOf(model, { workers });
  return {
    ...{ manifest: model.manifest, graph, tokenizer, weights: int32Bytes(weights), rows },
    index: { header, rows: indexRows, basis },
  };
}

function pay(out: Float64Array, { entries }: Settlement): void {
  for (const { item, weight } of entries) out[item]! += Number((weight * 1_000_000_000n) / ONE_SHARE) / 1e9;
}

/** Mean loss of the unseen passages under the adapter. */
async function lossOf({ base, test }: GeneratorWorld, { manifest, weights }: GeneratorBlobs): Promise<number> {
  const session = await openGraph(trainedGraph(decodeManifest(manifest), base.graph, int32FromBytes(weights)));
  const losses = await lossesOf(session, feedsOf(base, test));
  await session.release();
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** Runs a generator as a host does, and pays its answers. */
export async function runGenerator(world: GeneratorWorld): Promise<GeneratorOutcome> {
  const blobs = await generatorOf(world);
  const folder = mkdtempSync(join(tmpdir(), "eval-generator-"));
  const generator = await openResident(blobs, { folder, memoryBytes: 2 ** 32 });
  const [influence, tokens] = [new Float64Array(world.items.length), new Float64Array(world.items.length)];
  const answers: string[] = [];
  try {
    const paid = world.prompts.length;
    for (const [i, { text, seed }] of [...world.prompts, ...(world.unpaid ?? [])].entries()) {
      const request = { text, maxTokens: world.answer, temperature: TEMPERATURE, seed };
      const { attribution, text: said } = await generator.answer(request, Number.MAX_SAFE_INTEGER);
      answers.push(said);
      if (i >= paid) continue;
      pay(influence, attribution.settlement);
      pay(tokens, attribution.tokens);
    }
    return { influence, tokens, loss: await lossOf(world, blobs), answers };
  } finally {
    await generator.close();
    rmSync(folder, { recursive: true });
  }
}
