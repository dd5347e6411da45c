import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const ENTRY = join(import.meta.dirname, "..", "..", "cli", "main.ts");

/** Everything here waits this long for what should take seconds: machines that run tests may be very busy. */
export const PATIENCE_MS = 180_000;

const POLL_MS = 50;

const running = new Set<ChildProcess>();
function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}
process.once("exit", killAll);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  process.once(signal, () => {
    killAll();
    process.kill(process.pid, signal);
  });
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program of this repository in a process of its own. Its output is kept; it is killed with the test run. */
export class Program {
  readonly #child: ChildProcess;
  readonly ended: Promise<Exit>;
  stdout = "";
  stderr = "";
  exit: Exit | undefined;

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ENTRY, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, OPENLEDGER_KEYRING_BACKEND: "test", NODE_OPTIONS: "" },
    });
    running.add(this.#child);
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString("utf8");
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString("utf8");
    });
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        running.delete(this.#child);
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
  }

  /** Sends a signal and waits for the end. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<Exit> {
    this.#child.kill(signal);
    return this.ended;
  }
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line to its end; killed after {@link PATIENCE_MS}, its code is then null. */
export async function cli(...args: readonly string[]): Promise<Finished> {
  const program = new Program(args);
  const timer = setTimeout(() => void program.end("SIGKILL"), PATIENCE_MS);
  const { code } = await program.ended;
  clearTimeout(timer);
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** As {@link cli}, for a command that must succeed and answer JSON. */
export async function cliJson<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await cli(...args, "--output", "json");
  if (code !== 0) throw new Error(`openledgerd ${args.join(" ")} exits with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Asks until there is an answer. Throws after the deadline, with the last failure of the question. */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  deadlineMs: number = PATIENCE_MS,
): Promise<T> {
  const giveUpAt = performance.now() + deadlineMs;
  for (let failure: unknown; ; ) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > giveUpAt) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause: failure });
    await pause(POLL_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
