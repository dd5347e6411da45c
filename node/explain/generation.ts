import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { InferenceInput, InferenceOutput } from "../../proto/gen/openledger/inference/v1.ts";
import { decodeStrict, type MessageCodec } from "../../proto/runtime.ts";
import { isCommitted } from "../attest/claimed-result.ts";
import { checkGeneration, openGenerator } from "../factory/decoder/index.ts";
import { decodeManifest, trainedGraph } from "../factory/job/index.ts";
import { buildCorpus } from "../generator/corpus.ts";
import { generationRequest } from "../generator/index.ts";
import { type Prompted, prompted } from "../generator/request.ts";
import type { GeneratorBlobs, GeneratorRow } from "../generator/types.ts";
import { encodeGeneratedOpening } from "../generator/wire.ts";
import {
  type AdapterQuery,
  type AdapterRow,
  adapterRowBytes,
  adapterRowScore,
  attributeAnswer,
  decodeAdapterRow,
  loadAdapter,
  openAdapterSession,
  type ResidentAdapter,
} from "../influence/adapter/index.ts";
import { int32FromBytes } from "../influence/grid.ts";
import { explainSettlement, type SettlementExplanation } from "../influence/settle.ts";
import { openTokenizer, type TextTokenizer } from "../tokens/tokenizer.ts";
import type { ClusterTable } from "./cluster-table.ts";
import { ExplainError } from "./errors.ts";
import type { GenerationInputs } from "./inputs.ts";
import type { PoolAmounts } from "./pools.ts";
import type { Check } from "./recompute.ts";
import { explainTokens, type TokenExplanation } from "./token-items.ts";

type RowScore = ReturnType<typeof adapterRowScore>;

export interface RecomputedGeneration {
  readonly resident: ResidentAdapter;
  readonly output: InferenceOutput;
  readonly rows: readonly AdapterRow[];
  readonly query: AdapterQuery;
  /** In plain integers, row by row. */
  readonly scores: readonly RowScore[];
  readonly settlement: SettlementExplanation;
  readonly tokens: TokenExplanation;
  readonly checks: readonly Check[];
}

/**
 * From bytes to both settlement vectors of an answer: gradients by the exact reference, scores row by row in plain integers.
 * Throws ExplainError `bad_blob`, InfluenceError, GeneratorError, TokenizerError.
 */
export async function recomputeGeneration(
  inputs: GenerationInputs,
  { table, pools }: { readonly table: ClusterTable; readonly pools: PoolAmounts },
): Promise<RecomputedGeneration> {
  const { generator, request, model } = inputs;
  const input = decoded(InferenceInput, inputs.input);
  const output = decoded(InferenceOutput, request.output);
  const tokenizer = openTokenizer(generator.tokenizer);
  const asked = prompted(generationRequest(input), tokenizer, decodeManifest(generator.manifest).context);
  const resident = loadAdapter({ ...generator, ...generator.index });
  const { query, scores: fast } = await attributed(resident, asked, output);
  const rows = Array.from({ length: resident.header.rows }, (_, i) =>
    decodeAdapterRow(resident.header, adapterRowBytes(generator.index.rows, resident.header, i)),
  );
  const scores = rows.map((row) => adapterRowScore(resident.header, row, query));
  const plain = scores.map(({ score }) => score);
  const settlement = explainSettlement(plain, resident.columns);
  const tokens = tokenPool(inputs, { table, pools, output, tokenizer, resident });
  const opening = encodeGeneratedOpening({
    ...{ query, settlement: settlement.settlement, tokens: tokens.attribution.settlement },
  });
  const isRight = await isAnswer(generator, asked, output);
  const checks: Check[] = [
    { name: "the input is the one that the request commits to", holds: isCommitted({ request, input, model }) },
    { name: "the output is the model's", holds: isRight && output.text === tokenizer.decode(output.tokens) },
    {
      name: "the tokens are counted right",
      holds: request.tokensIn === asked.tokensIn && request.tokensOut === output.tokens.length,
    },
    {
      name: "the index header is the registered one",
      holds: equalBytes(sha256(generator.index.header), model.index?.root ?? new Uint8Array(0)),
    },
    { name: "the weights are the registered ones", holds: equalBytes(sha256(generator.weights), model.weightsHash) },
    { name: "scores are the plain sums of their rows", holds: plain.every((score, i) => score === fast[i]) },
    { name: "every cited piece stands in its documents, and credits are their sums", holds: tokens.isPlain },
    { name: "query and both settlement vectors are the opened ones", holds: equalBytes(opening, inputs.opening) },
  ];
  return { resident, output, rows, query, scores, settlement, tokens, checks };
}

async function attributed(resident: ResidentAdapter, { prompt }: Prompted, { tokens }: InferenceOutput) {
  const session = openAdapterSession(resident, { reference: true });
  try {
    return await attributeAnswer(resident, session, Int32Array.from(prompt), Int32Array.from(tokens));
  } finally {
    await session.close();
  }
}

/** One teacher-forced pass over what was claimed. */
async function isAnswer(
  blobs: GeneratorBlobs,
  { prompt, options }: Prompted,
  output: InferenceOutput,
): Promise<boolean> {
  const manifest = decodeManifest(blobs.manifest);
  const graph = trainedGraph(manifest, blobs.graph, int32FromBytes(blobs.weights));
  const session = await openGenerator(graph, { context: manifest.context });
  try {
    return (await checkGeneration(session, { prompt, answer: output.tokens, options })).right;
  } finally {
    await session.release();
  }
}

interface TokenPoolParts {
  readonly table: ClusterTable;
  readonly pools: PoolAmounts;
  readonly output: InferenceOutput;
  readonly tokenizer: TextTokenizer;
  readonly resident: ResidentAdapter;
}

function tokenPool({ generator, settlement }: GenerationInputs, parts: TokenPoolParts): TokenExplanation {
  const { table, pools, output, tokenizer, resident } = parts;
  const documents = documentsOf(generator.rows, resident);
  const folder = mkdtempSync(join(tmpdir(), "openledger-explain-"));
  const corpus = buildCorpus(documents, tokenizer, { folder });
  try {
    return explainTokens({
      ...{ corpus, settlement, tokens: output.tokens, contributions: table.contributions, pool: pools.tokens },
      decode: (ids) => tokenizer.decode(ids),
      documentTokens: (document) => tokenizer.encode(documents[document]?.text ?? ""),
    });
  } finally {
    corpus.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the generator was trained on, in the order of the snapshots' tables. */
function documentsOf(rows: readonly GeneratorRow[], { header, columns }: ResidentAdapter): GeneratorRow[] {
  const trained = new Set(columns.entry.subarray(0, header.trainedRows));
  return rows.filter(({ entry }) => trained.has(entry)).sort((a, b) => a.entry - b.entry);
}

function decoded<T>(codec: MessageCodec<T>, blob: Uint8Array): T {
  try {
    return decodeStrict(codec, blob);
  } catch (cause) {
    throw new ExplainError("bad_blob", `there is no ${codec.typeName}`, { cause });
  }
}
