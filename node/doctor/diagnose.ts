import type { GoldenReport } from "../influence/golden/check.ts";
import type { Provider } from "../influence/graph/runtime.ts";
import { type Capability, capabilities } from "./capability.ts";
import { type GoldenOptions, goldenCheck } from "./golden.ts";
import { type MachineFacts, machineFacts } from "./machine.ts";
import { type RuntimeFacts, runtimeFacts } from "./providers.ts";
import { measureSpeeds, type Speeds } from "./speed.ts";

export interface ProviderFacts {
  readonly provider: Provider;
  /** A float64 session was opened on it. */
  readonly works: boolean;
  readonly note: string;
}

export interface Diagnosis {
  /** Whether a validator may attest here: every way that it would use reaches the golden digests. */
  readonly healthy: boolean;
  readonly machine: MachineFacts;
  readonly runtime: RuntimeFacts;
  readonly providers: readonly ProviderFacts[];
  readonly golden: readonly GoldenReport[];
  /** What to do about digests that differ; empty on a healthy machine. */
  readonly advice: readonly string[];
  readonly speeds: Speeds;
  readonly capabilities: readonly Capability[];
}

export interface DiagnoseOptions extends GoldenOptions {
  /** Memory that the verifier may use for models; half of the machine's by default. */
  readonly memoryMiB?: number;
}

function providerFacts(runtime: RuntimeFacts, cuda: GoldenReport | undefined): ProviderFacts[] {
  const works = cuda?.ranOn === "cuda";
  const note = works
    ? "library placed, float64 sessions run on it"
    : runtime.cudaPlaced
      ? "library placed, but no session opens: check the driver and the CUDA libraries; the CPU is used"
      : "not placed (optional)";
  return [
    { provider: "cpu", works: true, note: "always there" },
    { provider: "cuda", works, note },
  ];
}

/** Examines this machine; a few seconds. Speeds block this thread, golden computations have their own. */
export async function diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const machine = machineFacts();
  const runtime = runtimeFacts();
  const golden = [await goldenCheck("reference", options), await goldenCheck("cpu", options)];
  const cuda = runtime.cudaPlaced ? await goldenCheck("cuda", options) : undefined;
  if (cuda?.ranOn === "cuda") golden.push(cuda);
  const matches = golden.every((report) => report.matches);
  const providers = providerFacts(runtime, cuda);
  const speeds = await measureSpeeds(providers.filter(({ works }) => works).map(({ provider }) => provider));
  const memoryMiB = options.memoryMiB ?? Math.floor(machine.memoryMiB / 2);
  return {
    ...{ healthy: matches, machine, runtime, providers, golden, advice: advice(golden), speeds },
    capabilities: capabilities(speeds, { memoryMiB, cores: machine.cores, matches }),
  };
}

const ADVICE = {
  graph:
    "ONNX Runtime computes other values here. Reinstall the pinned version (npm ci), remove CUDA libraries placed by hand",
  kernel:
    "a WebAssembly kernel computes other values here: use the Node that this package pins, check the memory of the machine",
  engine:
    "another JavaScript engine or Unicode version than the pinned Node: start with bin/openledgerd, not with another node",
} as const;

/** What to do about golden digests that differ: one sentence for each part of the machine that is affected. */
export function advice(golden: readonly GoldenReport[]): string[] {
  const wrong = golden.flatMap(({ results }) => results.filter(({ matches }) => !matches));
  return (Object.keys(ADVICE) as (keyof typeof ADVICE)[])
    .filter((part) => wrong.some((result) => result.part === part))
    .map((part) => ADVICE[part]);
}
