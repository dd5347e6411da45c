import { toHex } from "../../chain/crypto/bytes.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { claimId, openingHash } from "../../modules/attribution/client.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { type InferenceInput, MsgSubmitResult, type Request } from "../../proto/gen/openledger/inference/v1.ts";
import { type Model, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { ArtefactSource } from "../attest/artefacts.ts";
import type { Ask } from "../attest/ask.ts";
import { isCommitted, readInput } from "../attest/claimed-result.ts";
import { isGenerator } from "../generator/index.ts";
import { type ClassifierPorts, classify } from "./classify.ts";
import { type GeneratorPorts, generateAnswer } from "./generate.ts";
import { Refusal } from "./refusal.ts";

/** A computed answer: the message that claims it, and what is opened later. */
export interface Answer {
  readonly request: string;
  readonly message: MsgSubmitResult;
  readonly claimId: Uint8Array;
  /** Encoded ResultOpening. */
  readonly opening: Uint8Array;
}

/** What running a model on an input gives. */
export interface ModelResult {
  /** Encoded InferenceOutput. */
  readonly output: Uint8Array;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Encoded ResultOpening. */
  readonly opening: Uint8Array;
}

/** A request whose input is the one that it commits to. */
export interface Asked {
  readonly request: Request;
  readonly model: Model;
  readonly input: InferenceInput;
}

export interface AnswerPorts extends ClassifierPorts, GeneratorPorts {
  readonly ask: Ask;
  /** Model blobs come from a cache, inputs do not: each is needed once. */
  readonly inputs: ArtefactSource;
}

/** Runs the model on a request's input. Throws Refusal; ChainQueryError, BlobError, RpcError when something is missing. */
export async function answerRequest(host: string, request: Request, ports: AnswerPorts): Promise<Answer> {
  const input = readInput(await ports.inputs.blob(toHex(request.inputBlob)));
  const { model } = await ports.ask(Query.Model, { id: request.model });
  if (!model) throw new Refusal("no_model", `there is no model ${request.model}`);
  if (!input || !isCommitted({ request, input, model })) {
    throw new Refusal("input_mismatch", "the input blob is not what the request commits to");
  }
  const asked = { request, model, input };
  const result = await (isGenerator(model) ? generateAnswer(asked, ports) : classify(asked, ports));
  return answerOf(host, request, result);
}

function answerOf(host: string, request: Request, { opening, ...result }: ModelResult): Answer {
  const subject = utf8Bytes(request.id);
  const payloadHash = openingHash({ subject, poster: host }, opening);
  const message = MsgSubmitResult.fromPartial({ host, request: request.id, ...result, openingHash: payloadHash });
  const claim = claimId({ kind: ClaimKind.CLAIM_KIND_RESULT, poster: host, subject, payloadHash });
  return { request: request.id, message, claimId: claim, opening };
}
