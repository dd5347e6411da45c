import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex } from "../../chain/crypto/bytes.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { openingHash } from "../../modules/attribution/client.ts";
import { GENERATION_ALGORITHM, inputCommitment, RESULT_ALGORITHM } from "../../modules/inference/ids.ts";
import { Claim, ClaimKind, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  InferenceInput,
  InferenceOutput,
  Query as InferenceQuery,
  Request,
} from "../../proto/gen/openledger/inference/v1.ts";
import { Model, Query as ModelQuery, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { BlobError, blobIdOf } from "../blobs/index.ts";
import {
  type CheckedAnswer,
  type GeneratedAnswer,
  type GenerationRequest,
  GeneratorError,
  GeneratorPool,
  type Generators,
} from "../generator/index.ts";
import { placedRows, sourceOf, TEXTS, tinyBase, tinyGenerator } from "../generator/testing/tiny.ts";
import { encodeGeneratedOpening, encodeGeneratedOutput } from "../generator/wire.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./attester.ts";
import { examineResult, type ResultPorts } from "./examine-result.ts";

const ASKED: GenerationRequest = {
  ...{ text: "The miller", maxTokens: 24, temperature: 1024, seed: new Uint8Array(32).fill(9) },
};
const SALT = new Uint8Array(16).fill(2);
const CLAIM_ID = new Uint8Array(32).fill(1);
const SUBJECT = utf8Bytes("request");
const POSTER = "open1host";
const MODEL = Model.fromPartial({ id: "g", task: Task.TASK_GENERATE });

const { VERDICT_ACCEPT, VERDICT_REJECT, VERDICT_ABSTAIN } = Verdict;

const blobs = new Map<string, Uint8Array>();
let pool: GeneratorPool;
let answer: GeneratedAnswer;
let request: Request;
/** What loading the generator does. */
let load: () => Promise<string>;

beforeAll(async () => {
  const generator = await tinyGenerator(await tinyBase(), [sourceOf(TEXTS)], placedRows());
  pool = new GeneratorPool();
  await pool.load("g", generator.blobs);
  load = async () => "g";
  answer = await pool.answer("g", ASKED, 1_000);
}, 60_000);
afterAll(() => pool.close());

function put(bytes: Uint8Array): Uint8Array {
  const id = blobIdOf(bytes);
  blobs.set(id, bytes);
  return fromHex(id);
}

const ports = {
  ask: (async ({ path }: { path: string }) => {
    if (path === InferenceQuery.Request.path) return { request };
    if (path === ModelQuery.Model.path) return { model: MODEL };
    throw new Error(`unexpected ${path}`);
  }) as unknown as Ask,
  blobs: {
    async blob(id: string) {
      const bytes = blobs.get(id);
      if (!bytes) throw new BlobError("missing", `nobody has blob ${id}`);
      return bytes;
    },
  },
  generators: { load: () => load() } as unknown as Generators,
  get generatorPool() {
    return pool;
  },
} as unknown as ResultPorts;

const openingOf = ({ attribution }: Pick<GeneratedAnswer | CheckedAnswer, "attribution">) =>
  openingHash({ subject: SUBJECT, poster: POSTER }, encodeGeneratedOpening(attribution));

interface Changes {
  readonly asked?: Partial<GenerationRequest>;
  readonly committed?: Partial<GenerationRequest>;
  readonly request?: Partial<Request>;
  readonly claim?: Partial<Claim>;
}

/** The honest request and claim, with changes. */
function examine(changes: Changes = {}): Promise<Finding> {
  const asked = { ...ASKED, ...changes.asked };
  const input = encodeBytes(InferenceInput, { salt: SALT, ...asked });
  const { text, ...generation } = { ...asked, ...changes.committed };
  request = Request.fromPartial({
    ...{ id: "request", model: "g", claimId: CLAIM_ID, inputBlob: put(input) },
    ...{ inputCommitment: inputCommitment(SALT, text, generation), tokensIn: answer.tokensIn },
    ...{ tokensOut: answer.tokens.length, output: encodeGeneratedOutput(answer.tokens, answer.text) },
    ...changes.request,
  });
  const claim = Claim.fromPartial({
    ...{ id: CLAIM_ID, kind: ClaimKind.CLAIM_KIND_RESULT, subject: SUBJECT, algorithm: GENERATION_ALGORITHM },
    ...{ poster: POSTER, payloadHash: openingOf(answer) },
    ...changes.claim,
  });
  return examineResult(claim, ports);
}

const isWork = ({ witness }: Finding) => witness.some((value) => value !== 0);

describe("a generator's result claim", () => {
  test("of an answer that the request's seed gives is accepted, with a witness", async () => {
    const finding = await examine();
    expect(finding).toMatchObject({ verdict: VERDICT_ACCEPT, reason: "" });
    expect(isWork(finding)).toBe(true);
  });

  test("is rejected for a wrong token, count, text or opening, with a witness of the work", async () => {
    const { tokens, text } = answer;
    const bent = tokens.with(2, tokens[2]! + 1);
    const forged = { ...answer.attribution, tokens: answer.attribution.settlement };
    const findings = [
      await examine({ request: { output: encodeGeneratedOutput(bent, text) } }),
      await examine({ request: { output: encodeGeneratedOutput(tokens.slice(0, 4), text) } }),
      await examine({ request: { output: encodeGeneratedOutput(tokens, `${text}!`) } }),
      await examine({ request: { tokensIn: answer.tokensIn + 1 } }),
      await examine({ request: { tokensOut: tokens.length + 1 } }),
      await examine({ claim: { payloadHash: openingOf({ attribution: forged }) } }),
      await examine({ claim: { poster: "open1thief" } }),
      await examine({ request: { output: Uint8Array.of(255) } }),
      await examine({
        request: { output: encodeBytes(InferenceOutput, { ...labelled(), tokens: [...tokens], text }) },
      }),
      await examine({ committed: { maxTokens: 23 } }),
    ];
    expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => VERDICT_REJECT));
    expect(findings.map(isWork)).toEqual(findings.map(() => true));
    expect(findings.map(({ reason }) => reason.replace(/\d+\.\d+/, "x"))).toEqual([
      expect.stringMatching(/^token 2: token \d+ scores x below the largest$/),
      "token 4: the answer stops before its end",
      "the text is not that of the tokens",
      `the request has ${answer.tokensIn} tokens in and ${tokens.length} out`,
      `the request has ${answer.tokensIn} tokens in and ${tokens.length} out`,
      "query vectors or settlement vectors are others",
      "query vectors or settlement vectors are others",
      "the output is none of a generator",
      "a generator's output names a label",
      "the input is not the one that the request commits to",
    ]);
  });

  test("is rejected where the request is one that no answer is right for", async () => {
    expect(await examine({ asked: { maxTokens: 40 } })).toMatchObject({
      verdict: VERDICT_REJECT,
      reason: "no answer is right: 40 tokens of answer; this generator gives 1 to 39",
    });
  });

  test("is abstained from: again while blobs are missing, for good when they do not fit or under other rules", async () => {
    const missing = await examine({ request: { inputBlob: new Uint8Array(32) } }).catch((error: Error) => error);
    expect(missing).toBeInstanceOf(BlobError);
    const kept = load;
    try {
      load = () => Promise.reject(new GeneratorError("no-memory", "full"));
      expect(await examine()).toMatchObject({ verdict: VERDICT_ABSTAIN, again: true });
      load = () => Promise.reject(new GeneratorError("mismatch", "other weights"));
      expect(await examine()).toMatchObject({ verdict: VERDICT_ABSTAIN, again: false, reason: "other weights" });
    } finally {
      load = kept;
    }
    expect(await examine({ claim: { algorithm: RESULT_ALGORITHM } })).toMatchObject({ verdict: VERDICT_ABSTAIN });
  });
});

const labelled = () => ({ labelIndex: 0, label: "brakes", confidence: 0 });
