/** Exit codes of `openledgerd`; part of its interface, listed in the README. 3 to 6 come from node/errors.ts. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  config: 3,
  inUse: 4,
  signState: 5,
  corrupt: 6,
  /** The node at --node can't be reached or answered nonsense. */
  unreachable: 7,
  /** The chain refused the transaction. */
  refused: 8,
  notFound: 9,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error that a user can act on: what happened, and what to do next. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly hint: string;
  constructor(exitCode: number, message: string, hint = "", options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

export function usageError(message: string, hint = "see --help"): CliError {
  return new CliError(EXIT.usage, message, hint);
}

/** Exit codes of blob errors, by their code; others are failures. */
const BLOB_EXITS: Readonly<Record<string, ExitCode>> = {
  "bad-id": EXIT.usage,
  empty: EXIT.usage,
  "too-large": EXIT.usage,
  missing: EXIT.notFound,
  corrupt: EXIT.notFound,
  io: EXIT.unreachable,
  "unknown-account": EXIT.refused,
  "bad-signature": EXIT.refused,
  "quota-account": EXIT.refused,
  "quota-total": EXIT.refused,
  expired: EXIT.refused,
};

interface WithExit {
  readonly code?: unknown;
  readonly path?: unknown;
  readonly exitCode?: unknown;
  readonly hint?: unknown;
  readonly nextStep?: unknown;
}

/** Text and exit code for any error that reaches the top. */
export function describeError(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (!(error instanceof Error)) return { text: String(error), exitCode: EXIT.failure };
  const { exitCode, hint, nextStep, code, path } = error as WithExit;
  if (typeof exitCode !== "number" && code === "ENOENT" && typeof path === "string") {
    return { text: `${path} does not exist`, exitCode: EXIT.notFound };
  }
  const next = [hint, nextStep].find((text) => typeof text === "string" && text !== "");
  const refused = /ECONNREFUSED|fetch failed|ENOTFOUND|socket hang up/.test(`${error.message} ${error.cause ?? ""}`);
  if (refused && typeof exitCode !== "number") {
    return {
      text: `the node can't be reached: ${error.message}\n  is it running? give its address with --node`,
      exitCode: EXIT.unreachable,
    };
  }
  return {
    text: next && !error.message.includes(String(next)) ? `${error.message}\n  ${next}` : error.message,
    exitCode: typeof exitCode === "number" ? exitCode : exitOf(error),
  };
}

function exitOf(error: Error): ExitCode {
  if (error.name === "GenesisError" || error.name === "GenesisBuildError") return EXIT.config;
  if (error.name === "EncoderError" && (error as WithExit).code === "missing") return EXIT.notFound;
  if (error.name === "ExplainError" && (error as WithExit).code === "not_found") return EXIT.notFound;
  if (/rpc error: code = NotFound/.test(error.message)) return EXIT.notFound;
  if (error.name !== "BlobError") return EXIT.failure;
  return BLOB_EXITS[String((error as WithExit).code)] ?? EXIT.failure;
}
