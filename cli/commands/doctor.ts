import type { Command } from "commander";
import type { Diagnosis } from "../../node/doctor/index.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { printerOf } from "../options.ts";
import { type Printer, pairs, table } from "../output.ts";

interface DoctorOptions {
  readonly memory?: string;
}

export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("what this machine can verify: providers, speed, memory, and whether its results are the chain's")
    .option("--memory <MiB>", "memory for models (config verifier.memoryMiB); half of the machine's by default")
    .addHelpText(
      "after",
      `
Examples:
  openledgerd doctor
  openledgerd doctor --memory 768
  openledgerd doctor --output json | jq '.golden[].matches'

Golden computations are run by definition (reference) and by each provider; their digests must be the ones in the source.
A node runs the same check when it starts, and abstains from every claim where one differs. Exit code 1 says that.`,
    )
    .action(async (options: DoctorOptions, self: Command) => {
      const memoryMiB = options.memory === undefined ? undefined : Number(options.memory);
      if (memoryMiB !== undefined && !(Number.isInteger(memoryMiB) && memoryMiB > 0)) {
        throw usageError(`${options.memory} is no amount of memory`, "a whole number of MiB");
      }
      // Loaded on use, so that other commands start without the engine's libraries.
      const { diagnose } = await import("../../node/doctor/index.ts");
      report(await diagnose(memoryMiB === undefined ? {} : { memoryMiB }), printerOf(self));
    });
}

/** Prints a diagnosis. Throws CliError `failure`, with what to do, when the machine must not attest. */
export function report(diagnosis: Diagnosis, printer: Printer): void {
  printer.answer(diagnosis, () => textOf(diagnosis));
  if (diagnosis.healthy) return;
  throw new CliError(
    EXIT.failure,
    "golden digests differ: this machine must not attest, and a validator on it abstains",
    diagnosis.advice.join("\n  "),
  );
}

const fixed = (n: number) => n.toFixed(1);
const whole = (n: number) => n.toLocaleString("en-US");

function textOf({ machine, runtime, providers, golden, speeds, capabilities, healthy }: Diagnosis): string {
  const names = golden[0]!.results.map(({ name }) => name);
  const digests = names.map((name, i) => [
    name,
    ...golden.map(({ results }) =>
      results[i]!.matches ? `${results[i]!.digest.slice(0, 8)} match` : mismatch(results[i]!),
    ),
  ]);
  return [
    pairs([
      ["machine", `${machine.cpu}, ${machine.cores} cores, ${machine.platform}`],
      ["instructions", machine.instructionSets.join(" ") || "not told by the system"],
      ["memory", `${whole(machine.memoryMiB)} MiB, ${whole(machine.freeMiB)} free`],
      ["CUDA needs", runtime.cudaLibrary],
      ["versions", `Node ${machine.node}, ONNX Runtime ${runtime.version}`],
    ]),
    table({
      head: ["provider", "works", "note", "head forwards/s", "float64 GFLOP/s"],
      rows: providers.map(({ provider, works, note }) => {
        const speed = speeds.providers.find((other) => other.provider === provider);
        return [
          provider,
          works ? "yes" : "no",
          note,
          speed ? whole(speed.headForwardsPerSecond) : "",
          speed ? fixed(speed.float64Gflops) : "",
        ];
      }),
      right: [3, 4],
    }),
    pairs([
      ["index rows scored/s", whole(speeds.scoredRowsPerSecond)],
      ["reference float64 GFLOP/s", fixed(speeds.referenceGflops)],
    ]),
    table({ head: ["golden computation", ...golden.map(({ ranOn }) => ranOn)], rows: digests }),
    table({
      head: ["claim", "can verify", "up to about"],
      rows: capabilities.map(({ claim, canVerify, size }) => [claim, canVerify ? "yes" : "no", size]),
    }),
    healthy ? "This machine may attest." : "This machine must not attest.",
  ].join("\n");
}

function mismatch({ digest, failure }: { readonly digest: string; readonly failure?: string }): string {
  return failure ? `FAILED: ${failure.slice(0, 40)}` : `${digest.slice(0, 8)} MISMATCH`;
}
