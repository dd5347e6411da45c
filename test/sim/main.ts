import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { ReportBuilder, type SimReport } from "./report.ts";
import { runSeed, type SeedResult } from "./world.ts";

interface Options {
  readonly validators: number;
  readonly seeds: number;
  readonly start: number;
  readonly workers: number;
  readonly output: string;
  readonly failFast: boolean;
}

interface Share {
  readonly validators: number;
  readonly seeds: readonly number[];
}

/** More would not be one process any more; the paper check is quadratic in them. */
const MAX_VALIDATORS = 32;

function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`expected ${low}..${high}`);
    return value;
  };
}

function parse(): Options {
  return new Command("sim")
    .description("Runs consensus under seeded faults and checks it against its rules and the paper.")
    .option("--validators <n>", "validators", integer(1, MAX_VALIDATORS), 4)
    .option("--seeds <n>", "number of seeds", integer(1, 10_000_000), 1000)
    .option("--start <n>", "first seed", integer(0, 2 ** 31 - 1), 1)
    .option("--workers <n>", "threads", integer(1, 64), availableParallelism())
    .option("--output <format>", "text or json", "text")
    .option("--fail-fast", "stop at the first failing seed", false)
    .parse()
    .opts<Options>();
}

function runShare({ validators, seeds }: Share, report: (result: SeedResult) => boolean): void {
  for (const seed of seeds) if (!report(runSeed({ seed, validators }))) return;
}

/** Seeds are dealt out in turn, so that threads finish together. */
function deal({ seeds, start, workers, validators }: Options): Share[] {
  const count = Math.min(workers, seeds);
  const all = Array.from({ length: seeds }, (_, i) => start + i);
  return Array.from({ length: count }, (_, worker) => ({
    validators,
    seeds: all.filter((_, i) => i % count === worker),
  }));
}

async function main(): Promise<void> {
  const options = parse();
  const builder = new ReportBuilder(options.validators);
  const began = performance.now();
  let shown = began;
  const add = (result: SeedResult): boolean => {
    const failure = builder.add(result);
    if (failure) process.stderr.write(`seed ${failure.seed}: ${failure.message}\n  ${failure.reproduce}\n`);
    if (performance.now() - shown > 2000) {
      shown = performance.now();
      process.stderr.write(`${builder.seeds}/${options.seeds} seeds, ${builder.failures} failures\n`);
    }
    return !(failure && options.failFast);
  };
  const shares = deal(options);
  if (shares.length === 1) runShare(shares[0] as Share, add);
  else await runInThreads(shares, add);
  const report = builder.build(performance.now() - began);
  process.stdout.write(options.output === "json" ? `${JSON.stringify(report)}\n` : summary(report));
  process.exitCode = report.failures.length > 0 ? 1 : 0;
}

async function runInThreads(shares: readonly Share[], add: (result: SeedResult) => boolean): Promise<void> {
  const workers = shares.map((share) => new Worker(new URL(import.meta.url), { workerData: share }));
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.on("message", (result: SeedResult) => {
            if (!add(result)) for (const other of workers) void other.terminate();
          });
          worker.on("error", reject);
          worker.on("exit", () => resolve());
        }),
    ),
  );
}

function summary(report: SimReport): string {
  const faults = Object.entries(report.faults).map(([name, count]) => `  ${name.padEnd(28)} ${count}`);
  return [
    `${report.seeds} seeds of ${report.validators} validators: ${report.failures.length} failures`,
    `${report.seedsPerMinute} seeds a minute, ${report.heights} heights, ${report.virtualSeconds} virtual seconds`,
    `${report.roundsAboveZero} rounds above zero; faults:`,
    ...faults,
    "",
  ].join("\n");
}

if (isMainThread) await main();
else {
  runShare(workerData as Share, (result) => {
    parentPort?.postMessage(result);
    return true;
  });
}
