import { sha256 } from "../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { checkGeneration, END_ID, generate, openGenerator, promptTokens } from "../../node/factory/decoder/index.ts";
import { DataForm, JobFolder, trainedGraph } from "../../node/factory/job/index.ts";
import { openTokenizer } from "../../node/tokens/tokenizer.ts";
import { CliError, EXIT } from "../errors.ts";
import { type CitedAnswer, type CiteSource, citeAnswer, citeDocuments } from "./cite.ts";
import { type Progress, SILENT } from "./progress.ts";

export interface GenerateRequest {
  /** Folder of a finished job. */
  readonly dir: string;
  readonly prompt: string;
  /** Half of the context without. */
  readonly maxTokens: number | undefined;
  readonly temperature: number;
  /** Any text. */
  readonly seed: string;
  /** What the answer is compared with; nothing without. */
  readonly cite?: CiteSource | undefined;
}

export interface Generated {
  readonly text: string;
  readonly tokens: number;
  /** What a validator would say. */
  readonly check: string;
  readonly answer: readonly number[];
  readonly cited: CitedAnswer | null;
}

/** Continues a text, reporting it as it grows. Throws CliError `notFound`, DecoderError bad-prompt. */
export async function generateFromFolder(
  { dir, prompt, temperature, seed, cite, ...request }: GenerateRequest,
  onText: (text: string) => void,
  progress: Progress = SILENT,
): Promise<Generated> {
  const documents = cite && (await citeDocuments(cite, progress));
  const { tokenizer, session } = await openFolderGenerator(dir);
  const maxTokens = request.maxTokens ?? session.context >> 1;
  try {
    const tokens = promptTokens(tokenizer.encode(prompt), { context: session.context, maxTokens, end: END_ID });
    const options = { maxTokens, temperature, end: END_ID, seed: sha256(utf8Bytes(`openledger/generate/${seed}`)) };
    const answer: number[] = [];
    let shown = 0;
    onText(prompt);
    await generate(session, tokens, {
      ...options,
      onToken(token) {
        answer.push(token);
        const text = tokenizer.decode(answer);
        // A character may end in the next token.
        if (text.endsWith("\ufffd")) return;
        onText(text.slice(shown));
        shown = text.length;
      },
    });
    const verdict = await checkGeneration(session, { prompt: tokens, answer, options });
    const check = verdict.right ? "right" : `wrong at ${verdict.position}: ${verdict.reason}`;
    const cited = documents ? citeAnswer(documents, tokenizer, answer) : null;
    return { text: tokenizer.decode(answer), tokens: answer.length, check, answer, cited };
  } finally {
    await session.release();
  }
}

async function openFolderGenerator(dir: string) {
  const folder = new JobFolder(dir);
  const manifest = folder.manifest();
  const [graph, tokenizer, weights] = [folder.read("graph"), folder.read("tokenizer"), folder.weights()];
  if (manifest.form !== DataForm.DATA_FORM_LANGUAGE || !graph || !tokenizer) {
    throw new CliError(EXIT.usage, `the job in ${dir} trains no generator`, "see `openledgerd factory init --help`");
  }
  if (!weights) {
    throw new CliError(EXIT.notFound, `the job in ${dir} is not finished`, "run `openledgerd factory train` first");
  }
  const session = await openGenerator(trainedGraph(manifest, graph, weights), { context: manifest.context });
  return { session, tokenizer: openTokenizer(tokenizer) };
}
