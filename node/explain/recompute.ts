import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { inputCommitment } from "../../modules/inference/ids.ts";
import { ResultOpening } from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceInput } from "../../proto/gen/openledger/inference/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { encodeOutput, encodeResultOpening } from "../attest/result-codec.ts";
import { referenceAnswer } from "../influence/answer.ts";
import { encoderSpecHash, resolveEncoder } from "../influence/encoders/resolve.ts";
import { fromGrid } from "../influence/grid.ts";
import { decodeIndexHeader, decodeRow, indexRoot, rowBytes } from "../influence/index-format.ts";
import { decodeModel, weightsHash } from "../influence/model-format.ts";
import { noveltyOf, queryMantissas } from "../influence/novelty.ts";
import { type RowScore, rowScore } from "../influence/score.ts";
import { creditOf, explainSettlement, type SettlementExplanation, type SettleRows } from "../influence/settle.ts";
import { STANDING, standingOf } from "../influence/standing.ts";
import type { HeadModel, IndexHeader, IndexRow, ModelBlobs, QueryVectors } from "../influence/types.ts";
import { ExplainError } from "./errors.ts";
import type { ExplainInputs } from "./inputs.ts";
import { plainQueryVectors } from "./plain-query.ts";
import { type WithheldRow, withheldRows } from "./withheld.ts";

/** One comparison of what was recomputed with what the chain holds. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
}

export interface Recomputed {
  readonly header: IndexHeader;
  readonly rows: readonly (IndexRow | undefined)[];
  readonly query: QueryVectors;
  readonly scores: readonly RowScore[];
  readonly settlement: SettlementExplanation;
  readonly withheld: readonly WithheldRow[];
  readonly checks: readonly Check[];
}

const NO_SCORE: RowScore = { score: 0, scale: 1, blocks: [] };

/** From bytes to the settlement vector, in plain integers row by row. Throws ExplainError `bad_blob`, InfluenceError, EncoderError. */
export async function recompute(inputs: ExplainInputs): Promise<Recomputed> {
  const { blobs, model, request } = inputs;
  const header = decodeIndexHeader(blobs.indexHeader);
  const head = decodeModel(blobs.model);
  const input = readInput(inputs.input);
  const features = await featuresOf(head, blobs, input.text);
  const answer = referenceAnswer(fromGrid(head.weights), features);
  const query = plainQueryVectors(header, blobs.inverse, { features, answer });
  const rows = readRows(header, blobs.rows);
  const asked = queryMantissas(features);
  const scores = rows.map((row) => (row ? rowScore(header, row, query) : NO_SCORE));
  const payable: SettleRows = {
    gate: rows.map((row) => row?.gate ?? 0),
    clip: rows.map((row) => row?.clip ?? 0),
    reference: rows.map((row, i) => row?.reference ?? i),
    overlap: rows.map((row) => row?.overlap ?? 0),
    standing: rows.map((row, i) => (row ? standingOf(header, row, i) : STANDING.paid)),
    novelty: (row) => noveltyOf(asked, rows[row] ?? { h: asked, spacing: 0 }, header),
    contribution: rows.map((row) => row?.contribution ?? 0),
    item: rows.map((row) => row?.item ?? 0),
  };
  const plainScores = scores.map(({ score }) => score);
  const settlement = explainSettlement(plainScores, payable);
  const withheld = withheldRows(header, rows, {
    floor: settlement.floor,
    credit: (i) => creditOf(plainScores, payable, i),
  });
  const opening = encodeResultOpening({ query, settlement: settlement.settlement });
  const opened = queryOf(inputs.opening);
  const checks: Check[] = [
    {
      name: "the input is the one that the request commits to",
      holds: equalBytes(inputCommitment(input.salt, input.text), request.inputCommitment),
    },
    {
      name: "the index header is the registered one",
      holds: equalBytes(indexRoot(blobs.indexHeader), model.index?.root ?? new Uint8Array(0)),
    },
    {
      name: "the weights are the registered ones, and those of the index",
      holds: [model.weightsHash, header.weightsHash].every((hash) => equalBytes(hash, weightsHash(head.weights))),
    },
    {
      name: "the encoder is that of the index",
      holds: equalBytes(encoderSpecHash(head.encoderId, blobs.encoder), header.encoderSpecHash),
    },
    { name: "the inverse is that of the index", holds: equalBytes(sha256(blobs.inverse), header.inverseHash) },
    { name: "the output is the model's", holds: equalBytes(encodeOutput(answer, head.labels), request.output) },
    {
      name: "the query vectors are the opened ones",
      holds: opened !== undefined && equalBytes(opened, queryOf(opening) ?? new Uint8Array(0)),
    },
    { name: "query and settlement vector are the opened ones", holds: equalBytes(opening, inputs.opening) },
  ];
  return { header, rows, query, scores, settlement, withheld, checks };
}

async function featuresOf(head: HeadModel, blobs: ModelBlobs, text: string): Promise<Float64Array> {
  const encoder = await resolveEncoder(head.encoderId, blobs.encoder);
  try {
    return await encoder.encodeAll([text]);
  } finally {
    await encoder.close();
  }
}

function readInput(blob: Uint8Array): InferenceInput {
  try {
    return decodeStrict(InferenceInput, blob);
  } catch (cause) {
    throw new ExplainError("bad_blob", "the input blob holds no input", { cause });
  }
}

/** Undefined for a row that is no row: its bytes were changed. Its merkle proof says so as well. */
function readRows(header: IndexHeader, blob: Uint8Array): (IndexRow | undefined)[] {
  return Array.from({ length: header.rows }, (_, i) => {
    try {
      return decodeRow(header, rowBytes(blob, header, i));
    } catch {
      return undefined;
    }
  });
}

/** Canonical bytes of the query vectors alone; undefined when there are none. */
function queryOf(opening: Uint8Array): Uint8Array | undefined {
  const { query } = ResultOpening.decode(opening);
  return query && encodeBytes(ResultOpening, { query, settlement: undefined, tokens: undefined });
}
