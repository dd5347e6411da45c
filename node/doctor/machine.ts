import { readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";

export interface MachineFacts {
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** Vector and matrix extensions, widest last; empty where the system does not tell. */
  readonly instructionSets: readonly string[];
  readonly memoryMiB: number;
  readonly freeMiB: number;
  readonly node: string;
}

/** Names of /proc/cpuinfo that change which kernels a numeric library picks. */
const EXTENSIONS = [
  ...["sse2", "ssse3", "sse4_1", "sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512vl"],
  ...["avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16"],
  ...["asimd", "asimddp", "i8mm", "bf16", "sve", "sve2", "sme"],
];

/** Extensions in the first "flags" (x86) or "Features" (Arm) line of a Linux cpuinfo. */
export function instructionSets(cpuinfo: string): string[] {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? "";
  const present = new Set(line.split(/\s+/));
  return EXTENSIONS.filter((name) => present.has(name));
}

function readCpuinfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}

const MIB = 2 ** 20;

export function machineFacts(): MachineFacts {
  return {
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    instructionSets: instructionSets(readCpuinfo()),
    memoryMiB: Math.floor(totalmem() / MIB),
    freeMiB: Math.floor(freemem() / MIB),
    node: process.versions.node,
  };
}
