import { CliError, EXIT, type ExitCode } from "../errors.ts";

// What the commands that play a side of a dispute have in common.

/** Aborted by Ctrl-C. */
export function interrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

export function sideOptions(
  { dir, workers, every }: { readonly dir?: string; readonly workers?: number; readonly every: number },
  home: string,
) {
  return { dir, workers, everyMs: every, home };
}

const EXITS: Readonly<Record<string, readonly [ExitCode, string]>> = {
  agrees: [EXIT.failure, "nothing was challenged, and nothing staked"],
  "not-disputable": [EXIT.refused, "only trainings with a log of checkpoints can be disputed"],
  "bad-log": [EXIT.corrupt, "without a log of this claim nobody can recompute it: validators abstain or reject"],
  indefensible: [EXIT.failure, "the training is not what its log says: this dispute is lost"],
  "wrong-party": [EXIT.refused, "sign with another key: --from"],
  missing: [EXIT.notFound, "try again later, or against another node"],
  inconsistent: [EXIT.refused, "nobody can recompute it"],
};

/** Gives errors of disputes and of their data their exit codes. */
export async function sideErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof CliError) throw error;
    const found = EXITS[String((error as { readonly code?: unknown }).code)];
    if (!found) throw error;
    throw new CliError(found[0], error.message, found[1], { cause: error });
  }
}
