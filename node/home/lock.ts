import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { NodeError } from "../errors.ts";

/**
 * Takes the home for this process. A lock left by a process that is gone (kill -9) is taken over, also when its process
 * id was given to another program since. Returns the release. Throws NodeError `home_in_use`.
 */
export function lockHome(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  const holder = holderOf(path);
  if (holder && holder.pid !== process.pid && holds(holder)) {
    const hint = "stop it, or start with another --home";
    throw new NodeError("home_in_use", `process ${holder.pid} runs on this home`, hint);
  }
  rmSync(path, { force: true });
  const handle = openSync(path, "wx", 0o600);
  writeSync(handle, `${process.pid} ${startOf(process.pid) ?? ""}\n`);
  closeSync(handle);
  return () => rmSync(path, { force: true });
}

interface Holder {
  readonly pid: number;
  /** When the process started, as the system tells it; undefined where it does not. */
  readonly start: string | undefined;
}

function holderOf(path: string): Holder | undefined {
  const [id = "", start] = (readText(path) ?? "").trim().split(" ");
  const pid = Number.parseInt(id, 10);
  return Number.isSafeInteger(pid) && pid > 0 ? { pid, start } : undefined;
}

function holds({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return start === undefined || startOf(pid) === start;
}

/** Clock ticks from boot to the start of a process: field 22 of /proc/PID/stat. Its name, field 2, may hold spaces. */
function startOf(pid: number): string | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[22 - 3];
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
