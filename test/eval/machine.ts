import { availableParallelism, cpus } from "node:os";

/** A name under which measured times mean something. */
export function machineName(): string {
  return `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}`;
}
