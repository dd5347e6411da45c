import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { NodeError } from "../errors.ts";

/**
 * Takes the home for this process. A lock left by a process that is gone (kill -9) is taken over.
 * Returns the release. Throws NodeError `home_in_use`.
 */
export function lockHome(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  const holder = holderOf(path);
  if (holder !== undefined && holder !== process.pid && isNode(holder)) {
    throw new NodeError("home_in_use", `process ${holder} runs on this home`, "stop it, or start with another --home");
  }
  rmSync(path, { force: true });
  const handle = openSync(path, "wx", 0o600);
  writeSync(handle, `${process.pid}\n`);
  closeSync(handle);
  return () => rmSync(path, { force: true });
}

function holderOf(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Process ids are used again after a crash or reboot: only a live process of this program counts. */
function isNode(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  try {
    return /openledger|cli.main/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  } catch {
    return true;
  }
}
