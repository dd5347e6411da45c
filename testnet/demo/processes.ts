import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

/** Lines of a log that a failure shows. */
const TAIL_LINES = 15;
/** Answers of commands are small; verdicts and results of a large run have some hundred kB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** A process that does not end after SIGTERM is killed: its data survives that. */
const STOP_TIMEOUT_MS = 8_000;

/** The same program that runs now: sources in a checkout, compiled code in an installed package. */
const EXTENSION = import.meta.filename.endsWith(".ts") ? ".ts" : ".js";
const PROGRAM = join(import.meta.dirname, "..", "..", "cli", `main${EXTENSION}`);

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Service {
  readonly name: string;
  readonly log: string;
  /** The exit code, once it ended by itself. */
  readonly exitCode: () => number | undefined;
  stop(): Promise<void>;
}

/** Runs `openledgerd` processes of one demo; whatever happens to it, none of them survives. */
export class Processes {
  readonly #logs: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #children = new Set<ChildProcess>();
  readonly #killAll = () => {
    for (const child of this.#children) child.kill("SIGKILL");
  };
  #closing = false;

  constructor(dir: string, environment: NodeJS.ProcessEnv) {
    this.#logs = join(dir, "logs");
    mkdirSync(this.#logs, { recursive: true });
    // Processes of one version share what they compile: each start is twice as fast.
    this.#environment = { ...process.env, NODE_COMPILE_CACHE: join(dir, "compiled"), ...environment };
    process.on("exit", this.#killAll);
  }

  /** Runs a command to its end. */
  run(args: readonly string[]): Promise<CommandResult> {
    const child = this.#spawn(args, ["ignore", "pipe", "pipe"]);
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream?.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
      });
      return () => Buffer.concat(chunks).toString("utf8");
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? 1, stdout: stdout?.() ?? "", stderr: stderr?.() ?? "" }));
    });
  }

  /** Starts a process that runs until it is stopped; its output goes to logs/<name>.log. */
  start(name: string, args: readonly string[]): Service {
    const log = join(this.#logs, `${name}.log`);
    const file = openSync(log, "a");
    const child = this.#spawn(args, ["ignore", file, file]);
    closeSync(file);
    let exitCode: number | undefined;
    const ended = new Promise<void>((resolve) => {
      child.once("exit", (code, signal) => {
        exitCode = code ?? 128 + (constants.signals[signal ?? "SIGKILL"] ?? 0);
        resolve();
      });
    });
    const stop = async () => {
      if (exitCode !== undefined) return;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    };
    return { name, log, exitCode: () => exitCode, stop };
  }

  /** Ends everything that still runs. */
  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#children];
    for (const child of running) child.kill("SIGTERM");
    const timer = setTimeout(this.#killAll, STOP_TIMEOUT_MS);
    await Promise.all(running.map(ended));
    clearTimeout(timer);
    process.off("exit", this.#killAll);
  }

  #spawn(args: readonly string[], stdio: ("ignore" | "pipe" | number)[]): ChildProcess {
    if (this.#closing) throw new Error("the demo is being stopped");
    const options = { stdio, env: this.#environment };
    const child = spawn(process.execPath, [...process.execArgv, PROGRAM, ...args], options);
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
    return child;
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

export function tailOf(log: string, lines = TAIL_LINES): string {
  if (!existsSync(log)) return "";
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}
