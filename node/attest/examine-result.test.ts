import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { openingHash } from "../../modules/attribution/client.ts";
import { inputCommitment, RESULT_ALGORITHM } from "../../modules/inference/ids.ts";
import { Claim, ClaimKind, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceInput, Query as InferenceQuery, Request } from "../../proto/gen/openledger/inference/v1.ts";
import { Model, Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { indexedModel } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { BlobError, type BlobId, blobIdOf, encodeManifest } from "../blobs/index.ts";
import { attribute } from "../influence/attribute.ts";
import { HASHED_NGRAM_512 } from "../influence/encoder.ts";
import { loadModel, type ResidentModel } from "../influence/resident.ts";
import type { ModelBlobs } from "../influence/types.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./attester.ts";
import { countTokensIn, encodeOutput, encodeResultOpening } from "./result-codec.ts";
import { VerifyingAttester } from "./verifying-attester.ts";

const DATA = syntheticData(90, "examine", 3);
const TEXT = DATA.test[0]?.text as string;
const SALT = new Uint8Array(16).fill(2);
const CLAIM_ID = new Uint8Array(32).fill(1);
const SUBJECT = utf8Bytes("request");
const POSTER = "open1host";

const blobs = new Map<string, Uint8Array>();
let model: Model;
let resident: ResidentModel;
let attester: VerifyingAttester;
/** What the chain says; each test changes a part. */
let request: Request;
let claim: Claim;

function put(bytes: Uint8Array): Uint8Array {
  const id = blobIdOf(bytes);
  blobs.set(id, bytes);
  return fromHex(id);
}

function registered(parts: ModelBlobs, root: Uint8Array): Model {
  return Model.fromPartial({
    ...{ id: "m", labels: DATA.labels, weightsBlob: put(parts.model), weightsHash: resident.header.weightsHash },
    ...{ encoder: HASHED_NGRAM_512.id, encoderHash: HASHED_NGRAM_512.specHash },
    index: {
      ...{ root, headerBlob: put(parts.indexHeader), rowsBlob: put(parts.rows) },
      ...{ inverseBlob: put(parts.inverse), rows: resident.header.rows, claimId: new Uint8Array(0) },
    },
  });
}

const ask = (async ({ path }: { path: string }) => {
  if (path === InferenceQuery.Request.path) return { request };
  if (path === ModelQuery.Model.path) return { model };
  throw new Error(`unexpected ${path}`);
}) as unknown as Ask;

async function blob(id: string): Promise<Uint8Array> {
  const bytes = blobs.get(id);
  if (!bytes) throw new BlobError("missing", `nobody has blob ${id}`);
  return bytes;
}

beforeAll(async () => {
  const { blobs: parts, index } = await indexedModel(DATA.train, DATA.labels);
  resident = loadModel(parts);
  model = registered(parts, index.indexRoot);
  attester = new VerifyingAttester({ workers: 1, memoryMiB: 512 }, { ask, blobs: { blob } });
});
afterAll(() => attester.close());

/** An input in chunks: nobody fetches what somebody else may have named as gigabytes. */
function manifestOf(bytes: Uint8Array): Uint8Array {
  return encodeManifest({ size: bytes.length, chunks: [toHex(put(bytes)) as BlobId] });
}

/** The honest request and claim, with changes to one of them. */
function examine(changes: { readonly request?: Partial<Request>; readonly claim?: Partial<Claim> } = {}) {
  const attribution = attribute(resident, TEXT);
  const input = encodeBytes(InferenceInput, InferenceInput.fromPartial({ salt: SALT, text: TEXT }));
  request = Request.fromPartial({
    ...{ id: "request", model: "m", claimId: CLAIM_ID, inputBlob: put(input) },
    ...{ inputCommitment: inputCommitment(SALT, TEXT), tokensIn: countTokensIn(TEXT), tokensOut: 1 },
    output: encodeOutput(attribution.answer, DATA.labels),
    ...changes.request,
  });
  claim = Claim.fromPartial({
    ...{ id: CLAIM_ID, kind: ClaimKind.CLAIM_KIND_RESULT, subject: SUBJECT, algorithm: RESULT_ALGORITHM },
    poster: POSTER,
    payloadHash: openingHash({ subject: SUBJECT, poster: POSTER }, encodeResultOpening(attribution)),
    ...changes.claim,
  });
  return attester.examine(claim);
}

const { VERDICT_ACCEPT, VERDICT_REJECT, VERDICT_ABSTAIN } = Verdict;
const short = ({ verdict, reason, again }: Finding) => ({ verdict, reason, again });

describe("a result claim", () => {
  test("of the model's own answer is accepted, with a witness that fits the model", async () => {
    const { verdict, witness } = await examine();
    expect(verdict).toBe(VERDICT_ACCEPT);
    expect(witness.length).toBe(3 * 512 + DATA.train.length);
  });

  test("is rejected for another output, other tokens, other vectors, another input", async () => {
    const input = encodeBytes(InferenceInput, InferenceInput.fromPartial({ salt: SALT, text: TEXT }));
    const other = { label: 2, probabilities: Int32Array.of(0, 0, 2 ** 24) };
    const wrong: Parameters<typeof examine>[0][] = [
      { request: { output: encodeOutput(other, DATA.labels) } },
      { request: { tokensIn: countTokensIn(TEXT) + 1 } },
      { request: { tokensOut: 2 } },
      { claim: { payloadHash: new Uint8Array(32) } },
      { claim: { poster: "open1thief" } },
      { request: { inputCommitment: new Uint8Array(32) } },
      { request: { inputBlob: put(new Uint8Array([1, 2, 3])) } },
      { request: { inputBlob: put(manifestOf(input)) } },
    ];
    const findings: Finding[] = [];
    for (const changes of wrong) findings.push(await examine(changes));
    expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => VERDICT_REJECT));
    expect(findings.map(({ reason }) => reason)).toMatchInlineSnapshot(`
      [
        "the model gives another output",
        "the request has 6 tokens in and 1 out",
        "the request has 6 tokens in and 1 out",
        "query vectors or settlement vector are others",
        "query vectors or settlement vector are others",
        "the input is not the one that the request commits to",
        "the input blob holds no input",
        "the input blob holds no input",
      ]
    `);
  });

  test("is abstained from when the blobs are missing (for now), or the model is not what its registration says", async () => {
    const missing = await examine({ request: { inputBlob: new Uint8Array(32) } });
    expect(missing).toMatchObject({ verdict: VERDICT_ABSTAIN, again: true });
    const right = model;
    try {
      model = { ...right, index: { ...right.index!, root: new Uint8Array(32) } };
      expect(short(await examine())).toEqual({
        verdict: VERDICT_ABSTAIN,
        reason: "model m: the index header has another hash than the registered root",
        again: false,
      });
    } finally {
      model = right;
    }
  });

  test("under rules that this verifier does not know, or of another request, is abstained from", async () => {
    expect(short(await examine({ claim: { algorithm: "result-9" } }))).toEqual({
      verdict: VERDICT_ABSTAIN,
      reason: "no verifier for claims of kind result under result-9",
      again: false,
    });
    expect(await examine({ request: { claimId: new Uint8Array(32) } })).toMatchObject({ verdict: VERDICT_ABSTAIN });
  });
});
