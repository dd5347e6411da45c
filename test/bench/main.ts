import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";

/** What a bench returns: named figures, times in milliseconds unless the name says otherwise. */
export type Figures = Readonly<Record<string, number | string>>;
export type Bench = (options: BenchOptions) => Promise<Figures>;

export interface BenchOptions {
  /** Rows of a synthetic index; the bench's own data when absent. */
  readonly rows: number | undefined;
}

const BENCHES: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  scoring: () => import("./scoring.ts"),
  verify: () => import("./verify.ts"),
  lds: () => import("./lds-bench.ts"),
  train: () => import("./train.ts"),
  index: () => import("./index-bench.ts"),
  spans: () => import("./spans.ts"),
  store: () => import("./store.ts") as unknown as Promise<{ readonly bench: Bench }>,
};

function usage(): never {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join("|")} [--rows N] [--output json]\n`);
  process.exit(64);
}

function rowsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rows = Number(text);
  if (!Number.isSafeInteger(rows) || rows < 1) usage();
  return rows;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { output: { type: "string", default: "text" }, rows: { type: "string" } },
});
const [name] = positionals;
if (name === undefined || BENCHES[name] === undefined) usage();
const machine = `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}`;
try {
  const { bench } = await BENCHES[name]();
  const figures = await bench({ rows: rowsOf(values.rows) });
  if (values.output === "json") {
    process.stdout.write(`${JSON.stringify({ bench: name, machine, ...figures })}\n`);
  } else {
    process.stdout.write(`${name} on ${machine}\n`);
    for (const [key, value] of Object.entries(figures)) process.stdout.write(`  ${key.padEnd(28)} ${value}\n`);
  }
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
