import pino from "pino";
import type { NodeLog } from "./p2p/index.ts";

export interface LogOptions {
  readonly level: string;
  /** `json`: one object a line; `pretty`: time, level, message and fields for people. */
  readonly format: string;
}

/** Structured log on standard error; standard output stays free for answers. */
export function createLog({ level, format }: LogOptions): NodeLog {
  const stream = format === "json" ? pino.destination({ dest: 2, sync: false }) : { write: writePretty };
  return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

const NAMES: Readonly<Record<number, string>> = { 20: "DBG", 30: "INF", 40: "WRN", 50: "ERR", 60: "FTL" };

function writePretty(line: string): void {
  const { level, time, msg, ...fields } = JSON.parse(line) as { level: number; time: string; msg: string };
  const details = Object.entries(fields)
    .map(([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("");
  process.stderr.write(`${time.slice(11, 23)} ${NAMES[level] ?? level} ${msg}${details}\n`);
}
