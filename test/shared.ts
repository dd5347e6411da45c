import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";

const SHARED = join(import.meta.dirname, "..", "..", "shared");

/** Folder with official vectors and public data beside the checkout, or undefined when there is none. */
export function sharedDir(): string | undefined {
  return existsSync(join(SHARED, "vectors")) ? SHARED : undefined;
}

/** A `describe` that needs the shared folder and is skipped, with the reason in its name, where it is absent. */
export function describeShared(name: string, fn: (dir: string) => void): void {
  const dir = sharedDir();
  if (dir) describe(name, () => fn(dir));
  else describe.skip(`${name} (skipped: ../shared with vectors and data is absent)`, () => {});
}
