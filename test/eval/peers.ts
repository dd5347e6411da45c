import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EvaluationError } from "./evaluation.ts";
import type { Setting } from "./method.ts";

/** One run of another library's method: scores of all exported queries under one setting. */
interface PeerRun {
  readonly method: string;
  readonly setting: string;
  /** queries x rows float32, little-endian. */
  readonly file: string;
  /** Time of all queries together, divided by their number. */
  readonly queryMs: number;
}

interface PeerFile {
  readonly key: string;
  readonly runs: readonly PeerRun[];
}

export interface PeerSetting extends Setting {
  queryMs(): number;
}

function scoresOf(path: string, shape: { readonly rows: number; readonly queries: number }): Float32Array {
  const bytes = readFileSync(path);
  if (bytes.length !== 4 * shape.rows * shape.queries) {
    throw new EvaluationError(
      "bad-data",
      `${path} has ${bytes.length} bytes for ${shape.queries} x ${shape.rows} scores`,
    );
  }
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/**
 * Settings of every method that `peers/compare.py` ran on the exported problem.
 * Throws EvaluationError "bad-data" when they belong to another problem.
 */
export function readPeers(
  dir: string,
  key: string,
  shape: { readonly rows: number; readonly queries: number },
): Record<string, PeerSetting[]> {
  const { runs, ...file } = JSON.parse(readFileSync(join(dir, "peers.json"), "utf8")) as PeerFile;
  if (file.key !== key) throw new EvaluationError("bad-data", `${dir}/peers.json was made for another problem`);
  const methods: Record<string, PeerSetting[]> = {};
  for (const { method, setting, file: name, queryMs } of runs) {
    const scorer = () => {
      const scores = scoresOf(join(dir, name), shape);
      const score = (query: number) => Float64Array.from(scores.subarray(query * shape.rows, (query + 1) * shape.rows));
      return { bytesPerRow: 0, score };
    };
    (methods[method] ??= []).push({ name: setting, scorer, queryMs: () => queryMs });
  }
  return methods;
}
