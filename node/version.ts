import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Version of the package, from the package.json above the sources or above dist/. */
export function packageVersion(): string {
  for (const up of ["..", join("..", "..")]) {
    const version = versionIn(join(import.meta.dirname, up, "package.json"));
    if (version) return version;
  }
  return "0.0.0";
}

function versionIn(path: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(path, "utf8")) as { name: string; version: string };
    return name === "openledger" ? version : undefined;
  } catch {
    return undefined;
  }
}
