import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const OUT = join(ROOT, "dist");

/** Compiles the sources to dist/, because Node refuses .ts files under node_modules, and copies the data they read. */
function build(): void {
  rmSync(OUT, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", join(ROOT, "tsconfig.build.json")], { stdio: "inherit" });
  cpSync(join(ROOT, "testnet", "data"), join(OUT, "testnet", "data"), { recursive: true });
}

build();
