import { type ParseArgsConfig, parseArgs } from "node:util";
import { type EvalOptions, type Evaluation, EvaluationError } from "./evaluation.ts";
import type { Progress } from "./progress.ts";
import { defaultStateFolder, StateFolder } from "./state.ts";

const COMMON = {
  data: { type: "string" },
  test: { type: "string" },
  "text-column": { type: "string", default: "text" },
  "label-column": { type: "string", default: "category" },
  "feature-columns": { type: "string" },
  features: { type: "boolean", default: false },
  seed: { type: "string", default: "1" },
  workers: { type: "string" },
  state: { type: "string" },
  bounded: { type: "boolean", default: false },
  output: { type: "string", default: "text" },
  help: { type: "boolean", default: false },
} satisfies ParseArgsConfig["options"];

export interface ParsedCommand {
  readonly options: EvalOptions;
  readonly json: boolean;
  readonly help: boolean;
}

const COMMON_HELP: Readonly<Record<keyof typeof COMMON, string>> = {
  data: "CSV file to train on, in UTF-8 with a header line; the evaluation's public data set when absent",
  test: "CSV file that is asked about; comes together with --data",
  "text-column": 'column of the texts ("text")',
  "label-column": 'column of the labels ("category")',
  "feature-columns": "numeric columns a,b,c that are the features themselves: tables, pixels",
  features: "every column but the label is a numeric feature",
  seed: "of every draw (1)",
  workers: "threads of trainers (one a core)",
  state: "folder in which retrainings and scores are kept: an interrupted run goes on where it stopped",
  bounded: "the small version for continuous integration",
  output: "text or json",
  help: "this",
};

/** What an evaluation measures, its flags and how it is called. */
export function helpOf({ name, describe, options, help, examples }: Evaluation): string {
  const line = (flag: string, meaning: string) => `  --${flag.padEnd(17)} ${meaning}\n`;
  const own = Object.keys(options ?? {}).map((flag) => line(flag, help?.[flag] ?? ""));
  const common = Object.entries(COMMON_HELP).map(([flag, meaning]) => line(flag, meaning));
  const shown = (examples ?? []).map(([command, purpose]) => `  # ${purpose}\n  npm run eval -- ${command}\n`);
  return [
    `npm run eval -- ${name} [flags]\n${describe}\n\n`,
    ...(own.length > 0 ? ["Its own flags\n", ...own, "\n"] : []),
    ...["Flags of every evaluation\n", ...common],
    ...(shown.length > 0 ? ["\nExamples\n", ...shown] : []),
  ].join("");
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new EvaluationError("usage", `--${name} wants a whole number, not ${text}`);
  return value;
}

/** Throws EvaluationError "usage" on an unknown flag or a value of the wrong kind. */
export function parseCommand(evaluation: Evaluation, args: readonly string[], progress: Progress): ParsedCommand {
  let values: Readonly<Record<string, unknown>>;
  try {
    values = parseArgs({ args: [...args], options: { ...COMMON, ...evaluation.options } }).values;
  } catch (error) {
    throw new EvaluationError("usage", (error as Error).message);
  }
  const text = (name: string) => values[name] as string | undefined;
  const output = text("output");
  if (output !== "json" && output !== "text")
    throw new EvaluationError("usage", `--output is json or text, not ${output}`);
  if ((text("data") === undefined) !== (text("test") === undefined)) {
    throw new EvaluationError("usage", "--data and --test come together: questions must not be training items");
  }
  const own = Object.fromEntries(
    Object.keys(evaluation.options ?? {}).map((name) => [name, values[name] as string | boolean | undefined]),
  );
  const optional = <K extends string, V>(key: K, value: V | undefined) =>
    (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
  const workers = text("workers");
  return {
    json: output === "json",
    help: values.help === true,
    options: {
      ...optional("data", text("data")),
      ...optional("test", text("test")),
      ...optional("workers", workers === undefined ? undefined : wholeNumber("workers", workers)),
      textColumn: text("text-column")!,
      labelColumn: text("label-column")!,
      featureColumns: text("feature-columns")?.split(",") ?? [],
      allFeatures: values.features === true,
      seed: wholeNumber("seed", text("seed")!),
      bounded: values.bounded === true,
      state: new StateFolder(text("state") ?? defaultStateFolder()),
      progress,
      own,
    },
  };
}
