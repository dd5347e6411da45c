import { availableParallelism, cpus, loadavg } from "node:os";

/** A name under which measured times mean something. */
export function machineName(): string {
  return `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}`;
}

/** Runnable threads of the last minute: times taken far above the number of cores are other work's as well. */
export function loadAverage(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1));
}
