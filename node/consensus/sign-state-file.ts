import { existsSync } from "node:fs";
import type { SignStatePort } from "../../chain/consensus/ports.ts";
import { readIfPresent, writeDurably } from "../home/durable-file.ts";

/** While this file stands beside the record, a node started with the crash fault kills itself at its next signature. */
export const CRASH_FILE_SUFFIX = ".crash";

/**
 * The sign guard's record on disk: durable before `save` returns. `crashAfterSave` is a fault for tests of restarts: it
 * ends the process, as kill -9 does, between the own fsync and publishing.
 */
export function signStateFile(path: string, crashAfterSave = false): SignStatePort {
  return {
    save(record) {
      writeDurably(path, record);
      if (crashAfterSave && existsSync(`${path}${CRASH_FILE_SUFFIX}`)) process.kill(process.pid, "SIGKILL");
    },
  };
}

export function loadSignState(path: string): Uint8Array | undefined {
  return readIfPresent(path);
}
