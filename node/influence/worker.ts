import { parentPort, workerData } from "node:worker_threads";
import { attributeAnswer } from "./attribute.ts";
import { clusters, snapshotWitness } from "./dedupe.ts";
import { EncoderError } from "./encoders/errors.ts";
import { EncoderShelf } from "./encoders/shelf.ts";
import type { AsyncEncoder } from "./encoders/types.ts";
import { InfluenceError } from "./errors.ts";
import { fastestForm } from "./fastest-form.ts";
import { queryVectors } from "./query.ts";
import type { ReplyMessage, RequestKind, RequestMessage, Requests, Worked } from "./requests.ts";
import { isShared, openModel, type ResidentModel, shareModel } from "./resident.ts";
import { ScoreCrew } from "./score-crew.ts";
import { type HeadSession, openSession, type Provider } from "./session.ts";
import { sketches } from "./sketch.ts";
import { blobWitness, placeGradient } from "./witness.ts";

const { thread, provider } = workerData as { thread: number; provider: Provider };

interface Adopted {
  readonly resident: ResidentModel;
  readonly session: HeadSession;
  readonly encoder: AsyncEncoder;
}

const models = new Map<string, Adopted>();
const encoders = new EncoderShelf();
const crew = new ScoreCrew(thread);

function adopted(key: string): Adopted {
  const found = models.get(key);
  if (!found) throw new InfluenceError("no-model", `model ${key} is not resident in this verifier`);
  return found;
}

async function attribute({ key, text, witness }: Requests["attribute"]["input"]): Promise<Worked> {
  const { resident, session, encoder } = adopted(key);
  const { classes, dims, rows } = resident.header;
  const features = await encoder.encodeAll([text]);
  const answer = await session.answer(features);
  const gradient = witness ? classes * dims : 0;
  const whole = crew.room(key, gradient + rows);
  const scores = whole.subarray(gradient);
  const attribution = attributeAnswer(resident, features, answer, (query) => crew.score(key, resident, query, scores));
  if (witness) placeGradient(features, answer, whole);
  return { attribution, witness: witness ? whole : undefined };
}

type Handlers = { [K in RequestKind]: (input: Requests[K]["input"]) => Promise<Requests[K]["output"]> };

const handlers: Handlers = {
  share: async ({ blobs }) => shareModel(blobs),
  adopt: async ({ key, model }) => {
    const encoder = await encoders.take(model.model.encoderId, model.encoderFiles, { provider });
    const session = await openSession(model.weights, model.header.dims, provider);
    const form = isShared(model.header) ? fastestForm() : "wide";
    models.set(key, { resident: openModel(model, { thread, form }), session, encoder });
    crew.adopt(key, model, form);
    return { provider: session.provider };
  },
  drop: async ({ key }) => {
    const found = models.get(key);
    models.delete(key);
    crew.drop(key);
    await found?.session.release();
    if (found) await encoders.giveBack(found.encoder);
    return undefined;
  },
  attribute,
  scores: async ({ key, of }) => {
    const { resident } = adopted(key);
    const query = "query" in of ? of.query : queryVectors(resident, of.features, of.answer);
    return crew.score(key, resident, query, crew.room(key, resident.header.rows));
  },
  sketches: async ({ witness, seeds }) => sketches(witness, seeds),
  clusters: async ({ texts }) => ({ ...clusters(texts), witness: snapshotWitness(texts) }),
  blobWitness: async ({ blob }) => blobWitness(blob),
};

function failureOf(error: unknown) {
  if (error instanceof EncoderError) {
    return { code: "bad-encoder", message: `${error.message}; ${error.nextStep}` } as const;
  }
  const code = error instanceof InfluenceError ? error.code : undefined;
  return { code, message: error instanceof Error ? error.message : String(error) };
}

/** Row scores, with the witness around them, leave with their reply instead of being copied; shared ones are not moved. */
function movedOf(reply: ReplyMessage): ArrayBuffer[] {
  const output = "output" in reply ? (reply.output as Partial<Worked> | undefined) : undefined;
  const buffer = output?.attribution?.scores.buffer;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

parentPort?.on("message", async ({ id, kind, input }: RequestMessage) => {
  let reply: ReplyMessage;
  try {
    reply = { id, output: await (handlers[kind] as (input: unknown) => Promise<unknown>)(input) };
  } catch (error) {
    reply = { id, failure: failureOf(error) };
  }
  parentPort?.postMessage(reply, movedOf(reply));
});
