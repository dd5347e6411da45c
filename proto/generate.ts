import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { emitPackage } from "./generate/emit.ts";
import { loadPackages } from "./generate/load.ts";

// npm run proto            writes proto/gen from proto/**/*.proto
// npm run proto -- --check fails when proto/gen is not what the sources give

const PROTO_DIR = import.meta.dirname;
const GEN_DIR = join(PROTO_DIR, "gen");

/** Generated files by path relative to proto/gen, in path order. */
export function generate(protoDir: string = PROTO_DIR): Map<string, string> {
  const files = new Map<string, string>();
  for (const source of loadPackages(protoDir)) files.set(`${source.path}.ts`, emitPackage(source));
  return files;
}

/** Paths under proto/gen that are missing, stale or left over. */
export function staleFiles(genDir: string = GEN_DIR): string[] {
  const expected = generate();
  const present = new Map(listFiles(genDir).map((path) => [path, readFileSync(join(genDir, path), "utf8")]));
  const paths = new Set([...expected.keys(), ...present.keys()]);
  return [...paths].filter((path) => expected.get(path) !== present.get(path)).sort();
}

function listFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
}

function writeAll(genDir: string): number {
  rmSync(genDir, { recursive: true, force: true });
  const files = generate();
  for (const [path, text] of files) {
    mkdirSync(dirname(join(genDir, path)), { recursive: true });
    writeFileSync(join(genDir, path), text);
  }
  return files.size;
}

if (import.meta.main) {
  if (process.argv.includes("--check")) {
    const stale = staleFiles();
    if (stale.length > 0) {
      process.stderr.write(`proto/gen is stale, run \`npm run proto\`: ${stale.join(", ")}\n`);
      process.exitCode = 1;
    }
  } else process.stdout.write(`wrote ${writeAll(GEN_DIR)} files to proto/gen\n`);
}
