import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";

/** What a bench returns: named figures, times in milliseconds unless the name says otherwise. */
export type Figures = Readonly<Record<string, number | string>>;
export type Bench = () => Promise<Figures>;

const BENCHES: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  scoring: () => import("./scoring.ts"),
  verify: () => import("./verify.ts"),
  lds: () => import("./lds-bench.ts"),
  train: () => import("./train.ts"),
  index: () => import("./index-bench.ts"),
  store: () => import("./store.ts") as unknown as Promise<{ readonly bench: Bench }>,
};

function usage(): never {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join("|")} [--output json]\n`);
  process.exit(64);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { output: { type: "string", default: "text" } },
});
const [name] = positionals;
if (name === undefined || BENCHES[name] === undefined) usage();
const machine = `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}`;
try {
  const { bench } = await BENCHES[name]();
  const figures = await bench();
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
