import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { MAX_ANSWER_TOKENS, MAX_PROMPT_TOKENS } from "../../modules/inference/limits.ts";
import { checkGeneration } from "../factory/decoder/check-generation.ts";
import { type DecoderSession, generate, openGenerator } from "../factory/decoder/index.ts";
import { DataForm, decodeManifest, type JobManifest, trainedGraph } from "../factory/job/index.ts";
import type { Graph } from "../influence/graph/index.ts";
import { int32FromBytes } from "../influence/grid.ts";
import { attributeTokens } from "../influence/spans/index.ts";
import { openTokenizer, type TextTokenizer } from "../tokens/tokenizer.ts";
import { type AnswerAttributor, openAttributor } from "./adapter.ts";
import { buildCorpus, type Corpus } from "./corpus.ts";
import { GeneratorError } from "./errors.ts";
import { passBytes } from "./pass-bytes.ts";
import { type GenerationRequest, type Prompted, prompted } from "./request.ts";
import type { CheckedAnswer, GeneratedAnswer, GenerationAttribution, GeneratorBlobs, GeneratorRow } from "./types.ts";

/** A generator that is ready to answer. Blocks its thread while it works. */
export interface ResidentGenerator {
  /** Throws GeneratorError bad-request, unpaid. */
  answer(request: GenerationRequest, paidTokens: number): Promise<GeneratedAnswer>;
  /** Checks a claimed answer in one pass and attributes it. Throws GeneratorError bad-request. */
  check(request: GenerationRequest, tokens: readonly number[]): Promise<CheckedAnswer>;
  close(): Promise<void>;
}

interface Parts {
  readonly tokenizer: TextTokenizer;
  readonly session: DecoderSession;
  readonly attributor: AnswerAttributor;
  readonly corpus: Corpus;
}

export interface ResidentOptions {
  /** For documents that are too many to index in memory; its owner removes it. */
  readonly folder: string;
  /** Cap on what one pass and its gradient hold. */
  readonly memoryBytes: number;
}

/** Throws GeneratorError mismatch, too-large; JobError, GraphError, DecoderError, InfluenceError, TokenizerError for bytes that are none. */
export async function openResident(
  blobs: GeneratorBlobs,
  { folder, memoryBytes }: ResidentOptions,
): Promise<ResidentGenerator> {
  const manifest = checkedManifest(blobs);
  const tokenizer = openTokenizer(blobs.tokenizer);
  const graph = trainedGraph(manifest, blobs.graph, int32FromBytes(blobs.weights));
  checkSize(graph, manifest, memoryBytes);
  const session = await openGenerator(graph, { context: manifest.context });
  if (tokenizer.size > session.vocab) refuse(`the tokenizer has ${tokenizer.size} tokens, the graph ${session.vocab}`);
  const attributor = openAttributor(blobs);
  const corpus = buildCorpus(documentsOf(blobs.rows, attributor), tokenizer, { folder });
  const parts = { tokenizer, session, attributor, corpus };
  return {
    answer: (request, paidTokens) => answer(parts, request, paidTokens),
    check: (request, tokens) => check(parts, request, tokens),
    async close() {
      corpus.close();
      await attributor.close();
      await session.release();
    },
  };
}

function checkedManifest({ manifest: bytes, graph, tokenizer }: GeneratorBlobs): JobManifest {
  const manifest = decodeManifest(bytes);
  if (manifest.form !== DataForm.DATA_FORM_LANGUAGE) refuse("its manifest trains no generator");
  const { base } = manifest;
  if (!base || !equalBytes(sha256(graph), base.graphHash)) refuse("its graph is not the one of its manifest");
  if (!equalBytes(sha256(tokenizer), base.tokenizerHash)) refuse("its tokenizer is not the one of its manifest");
  return manifest;
}

function checkSize(graph: Graph, { context }: JobManifest, memoryBytes: number): void {
  const bytes = passBytes(graph, Math.min(context, MAX_PROMPT_TOKENS + MAX_ANSWER_TOKENS + 1));
  if (bytes <= memoryBytes) return;
  throw new GeneratorError("too-large", `a pass of this generator holds ${bytes} bytes; the cap is ${memoryBytes}`);
}

/** The rows that the index has: what the generator was trained on. */
function documentsOf(rows: readonly GeneratorRow[], attributor: AnswerAttributor): GeneratorRow[] {
  const known = new Map(rows.map((row) => [placeOf(row), row]));
  return attributor.rows.map((place) => {
    const row = known.get(placeOf(place));
    return row ?? refuse(`its index names item ${place.contribution}/${place.item}, which its snapshots do not own`);
  });
}

const placeOf = ({ contribution, item, entry }: Omit<GeneratorRow, "text">) => `${contribution}/${item}/${entry}`;

async function answer(parts: Parts, request: GenerationRequest, paidTokens: number): Promise<GeneratedAnswer> {
  const { tokenizer, session } = parts;
  const asked = prompted(request, tokenizer, session.context);
  const most = asked.tokensIn + asked.options.maxTokens;
  if (most > paidTokens) {
    throw new GeneratorError("unpaid", `it may take ${most} tokens, ${Math.max(0, paidTokens)} are paid`);
  }
  const tokens = await generate(session, asked.prompt, asked.options);
  const { attribution } = await attribute(parts, asked, tokens);
  return { tokensIn: asked.tokensIn, tokens, text: tokenizer.decode(tokens), attribution };
}

/**
 * An answer that can be attributed is, wrong or not, so that a rejection has its witness too; of one that cannot, the own
 * answer is.
 */
async function check(parts: Parts, request: GenerationRequest, tokens: readonly number[]): Promise<CheckedAnswer> {
  const { tokenizer, session } = parts;
  const asked = prompted(request, tokenizer, session.context);
  const { prompt, options } = asked;
  const verdict = await checkGeneration(session, { prompt, answer: tokens, options });
  const isAttributable =
    tokens.length >= 1 && tokens.length <= options.maxTokens && tokens.every((token) => token < session.vocab);
  const attributed = isAttributable ? tokens : await generate(session, prompt, options);
  const { attribution, witness } = await attribute(parts, asked, attributed);
  return {
    wrong: verdict.right ? "" : `token ${verdict.position}: ${verdict.reason}`,
    ...{ tokensIn: asked.tokensIn, text: tokenizer.decode(attributed), attribution, witness },
  };
}

async function attribute(
  { attributor, corpus }: Parts,
  { prompt }: Prompted,
  tokens: readonly number[],
): Promise<{ attribution: GenerationAttribution; witness: Float64Array }> {
  const { query, settlement, witness } = await attributor.attribute(Int32Array.from(prompt), Int32Array.from(tokens));
  const { settlement: repeated } = attributeTokens(corpus.segments, corpus.owners, tokens);
  return { attribution: { query, settlement, tokens: repeated }, witness };
}

function refuse(what: string): never {
  throw new GeneratorError("mismatch", what);
}
