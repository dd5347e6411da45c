import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { siblingModule } from "../../../node/influence/sibling.ts";
import { differing, referenceDigests } from "./digests.ts";
import { PROBLEMS, type ProblemName } from "./problem.ts";

/** An emulated processor takes a minute where this one takes a second. */
const TIMEOUT_MS = 1_800_000;

/** Another processor, or this one with instructions withheld from the engine. */
export interface Machine {
  readonly name: string;
  readonly command: readonly string[];
}

export interface MachineResult {
  readonly name: string;
  readonly problem: ProblemName;
  readonly samples: number;
  /** Samples on which its ONNX Runtime, or its reference, differs from this machine's reference. */
  readonly runtimeDiffers?: number;
  readonly referenceDiffers?: number;
  readonly engine?: string;
  readonly failure?: string;
}

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Emulated processors by the widest vector instructions that they have; QEMU has none with AVX-512. */
const EMULATED = [
  ["Nehalem", "SSE4.2"],
  ["SandyBridge", "AVX"],
  ["Haswell", "AVX2 and FMA"],
] as const;

const WITHHELD = ["--no-enable-avx", "--no-enable-avx2", "--no-enable-fma3"];

/** What can be run here: the engine with instructions withheld, QEMU's processors, and 64-bit Arm where given. */
export function machines(arm: { readonly node?: string; readonly root?: string }): {
  found: Machine[];
  missing: string[];
} {
  const found: Machine[] = [{ name: "engine without AVX", command: [process.execPath, ...WITHHELD] }];
  const missing: string[] = [];
  const x86 = process.arch === "x64" ? onPath("qemu-x86_64") : undefined;
  for (const [cpu, has] of EMULATED) {
    const name = `emulated ${cpu} (${has})`;
    if (x86) found.push({ name, command: [x86, "-cpu", cpu, process.execPath] });
    else missing.push(`${name}: no qemu-x86_64 on the path, or another host processor`);
  }
  const aarch64 = onPath("qemu-aarch64");
  if (aarch64 && arm.node && arm.root)
    found.push({ name: "emulated 64-bit Arm (NEON)", command: [aarch64, "-L", arm.root, arm.node] });
  else missing.push("64-bit Arm: needs qemu-aarch64, --arm-node (its Node) and --arm-root (its C library)");
  return { found, missing };
}

function output(command: readonly string[], args: readonly string[]): Promise<string> {
  const [program, ...rest] = [...command, ...args];
  return new Promise((resolve, reject) => {
    execFile(program!, rest, { timeout: TIMEOUT_MS, maxBuffer: 64 * 2 ** 20 }, (error, stdout) =>
      error ? reject(new Error(error.message.split("\n").at(-1) || "no output")) : resolve(stdout),
    );
  });
}

/** The first samples of chunk 0 on another machine, against the reference of this one. */
export async function onMachine(
  machine: Machine,
  problem: ProblemName,
  of: { readonly seed: number; readonly samples: number },
): Promise<MachineResult> {
  const { name } = machine;
  const child = siblingModule("child", import.meta.url).pathname;
  try {
    const stdout = await output(machine.command, [child, problem, String(of.seed), "0", String(of.samples)]);
    const answer = JSON.parse(stdout) as { arch: string; node: string; runtime: string[]; reference: string[] };
    const expected = await referenceDigests(PROBLEMS[problem](of.seed), 0, of.samples);
    return {
      ...{ name, problem, samples: of.samples, engine: `${answer.arch}, Node ${answer.node}` },
      runtimeDiffers: differing(expected, answer.runtime),
      referenceDiffers: differing(expected, answer.reference),
    };
  } catch (error) {
    return { name, problem, samples: of.samples, failure: (error as Error).message };
  }
}
