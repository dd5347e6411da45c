import { setTimeout as sleep } from "node:timers/promises";
import { StargateClient } from "@cosmjs/stargate";
import { fromHex } from "../../chain/crypto/bytes.ts";
import { uploadBlob } from "../../node/blobs/index.ts";
import {
  InferenceOutput,
  MsgRequestInference,
  MsgRequestInferenceResponse,
  Query,
  type Request,
  RequestStatus,
} from "../../proto/gen/openledger/inference/v1.ts";
import { type Model, Query as ModelQuery, ModelStatus } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { CliError, describeError, EXIT } from "../errors.ts";
import { type GenerationChoice, generationPlan } from "./generation.ts";
import { type Input, inputOf } from "./infer-input.ts";
import { Pace } from "./pace.ts";
import { pooled } from "./pooled.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";

/** Uploads and questions at a time. */
const PARALLEL = 8;
const POLL_MS = 700;

export interface InferOptions {
  readonly model: string;
  readonly texts: readonly string[];
  /** For generators. */
  readonly generation: GenerationChoice;
  /** Most that each request may cost; undefined: what the model's price can come to. */
  readonly maxFee: bigint | undefined;
  /** Blocks until an unanswered request is refunded; 0: the most that is allowed. */
  readonly expiryBlocks: number;
  /** Requests of one transaction. */
  readonly batch: number;
  /** Requests that wait for their settlement at a time. */
  readonly inFlight: number;
  readonly wait: boolean;
  /** Longest time without any settlement. */
  readonly timeoutMs: number;
}

export interface Inference {
  readonly request: string;
  readonly text: string;
  readonly status: "pending" | "claimed" | "settled" | "refunded" | "rejected";
  /** A classifier's answer; confidence is 0 to 1. */
  readonly label: string | null;
  readonly confidence: number | null;
  /** A generator's answer. */
  readonly generated: GeneratedText | null;
  readonly fee: string;
}

export interface GeneratedText {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly tokensIn: number;
}

/** Asks a model, in the order of the texts, and waits for the settlements. */
export async function infer(session: Session, options: InferOptions, progress: Progress): Promise<Inference[]> {
  const model = await servingModel(session, options.model);
  const asking = { model, plan: await generationPlan(session.client.url, model, options.generation) };
  const sequence = await sequenceOf(session);
  const inputs = options.texts.map((text, i) => inputOf(session, asking, text, sequence + i));
  const requests: string[] = [];
  const over = new Map<string, Request>();
  const most = options.wait ? options.inFlight : inputs.length;
  const pace = new Pace({ most, batch: options.batch });
  if (!options.wait) pace.found({ settled: inputs.length, missed: 0 });
  const bar = progress.bar("inferences", inputs.length);
  let lastChange = Date.now();
  while (requests.length < inputs.length || (options.wait && over.size < requests.length)) {
    const waiting = requests.length - over.size;
    const count = pace.next({ waiting: options.wait ? waiting : 0, left: inputs.length - requests.length });
    const part = inputs.slice(requests.length, requests.length + count);
    if (part.length > 0) requests.push(...(await ask(session, model, part, options)));
    if (!options.wait) continue;
    const found = await patiently(
      () =>
        overOf(
          session,
          requests.filter((id) => !over.has(id)),
        ),
      [],
    );
    for (const request of found) over.set(request.id, request);
    pace.found(countsOf(found));
    bar.set(over.size);
    if (part.length > 0 || found.length > 0) lastChange = Date.now();
    else if (Date.now() - lastChange > options.timeoutMs) throw tooLong(requests.length - over.size, options);
    else await sleep(POLL_MS);
  }
  bar.end();
  return requests.map((request, i) => resultOf(request, options.texts[i] ?? "", over.get(request)));
}

/** A node that restarts does not answer for a while: the requests are on chain, so there is nothing to lose by asking again. */
async function patiently<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (describeError(error).exitCode !== EXIT.unreachable) throw error;
    return otherwise;
  }
}

function countsOf(over: readonly Request[]) {
  const settled = over.filter(({ status }) => status === RequestStatus.REQUEST_STATUS_SETTLED).length;
  return { settled, missed: over.length - settled };
}

function tooLong(waiting: number, { timeoutMs }: InferOptions): CliError {
  return new CliError(
    EXIT.failure,
    `${waiting} requests wait, and nothing was settled for ${Math.round(timeoutMs / 1000)} s`,
    "does a host serve this model, and do validators verify? see `openledgerd query inference request`",
  );
}

export async function servingModel(session: Session, id: string): Promise<Model> {
  const { model } = await session.query(ModelQuery.Model, { id });
  if (model?.status === ModelStatus.MODEL_STATUS_SERVING) return model;
  throw new CliError(EXIT.refused, `model ${id} does not serve`, "see `openledgerd query modelregistry models`");
}

async function sequenceOf(session: Session): Promise<number> {
  const client = await StargateClient.create(session.client.comet);
  return (await client.getSequence(session.address)).sequence;
}

async function ask(
  session: Session,
  model: Model,
  inputs: readonly Input[],
  { maxFee, expiryBlocks }: InferOptions,
): Promise<string[]> {
  const { url } = session.client;
  const messages = await pooled(PARALLEL, inputs, async ({ bytes, commitment, most }) => ({
    typeUrl: MsgRequestInference.typeUrl,
    value: {
      requester: session.address,
      model: model.id,
      inputCommitment: commitment,
      inputBlob: fromHex(await uploadBlob(url, session.uploader, bytes)),
      maxFee: String(maxFee ?? most),
      expiryBlocks: BigInt(expiryBlocks),
    },
  }));
  const { msgResponses } = await session.send(messages);
  return msgResponses.map(({ value }) => MsgRequestInferenceResponse.decode(value).request);
}

/** Those of the requests that need no more waiting. */
async function overOf(session: Session, requests: readonly string[]): Promise<Request[]> {
  const found = await pooled(PARALLEL, requests, async (id) => (await session.query(Query.Request, { id })).request);
  return found.filter(
    (request): request is Request => request !== undefined && request.status > RequestStatus.REQUEST_STATUS_CLAIMED,
  );
}

const STATUS: Readonly<Record<number, Inference["status"]>> = {
  [RequestStatus.REQUEST_STATUS_CLAIMED]: "claimed",
  [RequestStatus.REQUEST_STATUS_SETTLED]: "settled",
  [RequestStatus.REQUEST_STATUS_REFUNDED]: "refunded",
  [RequestStatus.REQUEST_STATUS_REJECTED]: "rejected",
};

function resultOf(id: string, text: string, request: Request | undefined): Inference {
  const status = STATUS[request?.status ?? 0] ?? "pending";
  const settled = request !== undefined && status === "settled";
  const output = settled ? decodeStrict(InferenceOutput, request.output) : undefined;
  const { tokens = [], label, confidence = 0 } = output ?? {};
  const isLabel = label !== undefined && tokens.length === 0;
  return {
    ...{ request: id, text, status, fee: settled ? request.fee : "0" },
    label: isLabel ? label : null,
    confidence: isLabel ? confidence / 2 ** 20 : null,
    generated: output && !isLabel ? { text: output.text, tokens, tokensIn: request?.tokensIn ?? 0 } : null,
  };
}
