import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import type { Generation } from "../../modules/inference/ids.ts";
import { MAX_PROMPT_TOKENS } from "../../modules/inference/limits.ts";
import { type Model, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { usageError } from "../errors.ts";
import { downloadArtefact } from "./artefacts.ts";

/** How a generator is to answer, as a user says it. */
export interface GenerationChoice {
  readonly maxTokens: number | undefined;
  /** A multiple of 1 / 1024; greedy without. */
  readonly temperature: number | undefined;
  /** 64 hex digits; from the key and the question without. */
  readonly seed: string | undefined;
}

/** How a model's generations are to be, within what it can do. */
export interface GenerationPlan extends Omit<Generation, "seed"> {
  readonly seed: Uint8Array | undefined;
  /** Tokens of a text that are read at most. */
  readonly mostTokensIn: number;
}

/** Tokens of an answer where nobody says how many. */
const USUAL_TOKENS = 64;
const TEMPERATURE_ONE = 1024;

export function isGenerator({ task }: Pick<Model, "task">): boolean {
  return task === Task.TASK_GENERATE;
}

/** Undefined for a classifier. Throws CliError usage for what the model does not do, before anything is paid. */
export async function generationPlan(
  url: string,
  model: Model,
  choice: GenerationChoice,
): Promise<GenerationPlan | undefined> {
  if (!isGenerator(model)) {
    const isNamed = Object.values(choice).some((value) => value !== undefined);
    if (!isNamed) return undefined;
    throw usageError(`model ${model.id} names labels`, "--max-tokens, --temperature and --seed are for generators");
  }
  // Loaded here, so that other commands start without the engine's libraries.
  const [{ decodeManifest }, { checkGenerationRequest, GeneratorError }] = await Promise.all([
    import("../../node/factory/job/manifest.ts"),
    import("../../node/generator/index.ts"),
  ]);
  const { context } = decodeManifest(await downloadArtefact(url, toHex(model.manifestBlob)));
  const maxTokens = choice.maxTokens ?? Math.min(USUAL_TOKENS, context >> 1);
  const temperature = temperatureUnits(choice.temperature ?? 0);
  const seed = seedOf(choice.seed, temperature);
  try {
    checkGenerationRequest(
      { maxTokens, temperature, seed: seed ?? new Uint8Array(temperature === 0 ? 0 : 32) },
      context,
    );
  } catch (error) {
    if (error instanceof GeneratorError)
      throw usageError(error.message, `model ${model.id} has a context of ${context}`);
    throw error;
  }
  return { maxTokens, temperature, seed, mostTokensIn: Math.min(context - maxTokens - 1, MAX_PROMPT_TOKENS) };
}

function temperatureUnits(temperature: number): number {
  const units = temperature * TEMPERATURE_ONE;
  if (Number.isInteger(units)) return units;
  throw usageError(`--temperature ${temperature} is not a multiple of 1/1024`, "0.75, for example");
}

function seedOf(hex: string | undefined, temperature: number): Uint8Array | undefined {
  if (hex === undefined) return undefined;
  if (temperature === 0) throw usageError("--seed is not read at temperature 0", "give --temperature too");
  if (/^[0-9a-f]{64}$/i.test(hex)) return fromHex(hex.toLowerCase());
  throw usageError(`--seed ${hex} is not 32 bytes`, "64 hex digits");
}
