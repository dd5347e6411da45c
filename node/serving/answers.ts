import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { claimId, openingHash } from "../../modules/attribution/client.ts";
import { inputCommitment } from "../../modules/inference/ids.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceInput, MsgSubmitResult, type Request } from "../../proto/gen/openledger/inference/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { type ArtefactSource, artefact } from "../attest/artefacts.ts";
import type { Models } from "../attest/models.ts";
import { countTokensIn, encodeOutput, encodeResultOpening, TOKENS_OUT } from "../attest/result-codec.ts";
import type { VerifierPool } from "../influence/pool.ts";

/** Why a request is not answered, now or ever. */
export type RefusalCode = "input_mismatch" | "fee_above_max";

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A computed answer: the message that claims it, and what is opened later. */
export interface Answer {
  readonly request: string;
  readonly message: MsgSubmitResult;
  readonly claimId: Uint8Array;
  /** Encoded ResultOpening. */
  readonly opening: Uint8Array;
}

export interface AnswerPorts {
  readonly pool: VerifierPool;
  readonly models: Models;
  /** Model blobs come from a cache, inputs do not: each is needed once. */
  readonly inputs: ArtefactSource;
}

/** Runs the model on a request's input. Throws Refusal; ChainQueryError, BlobError, RpcError when something is missing. */
export async function answerRequest(host: string, request: Request, ports: AnswerPorts): Promise<Answer> {
  const loaded = await ports.models.load(ports.pool, request.model);
  const input = readInput(await artefact(ports.inputs, toHex(request.inputBlob)));
  if (!input || !equalBytes(inputCommitment(input.salt, input.text), request.inputCommitment)) {
    throw new Refusal("input_mismatch", "the input blob is not what the request commits to");
  }
  const tokensIn = countTokensIn(input.text);
  checkFee(request, tokensIn);
  const attribution = await ports.pool.attribute(loaded.key, input.text);
  const opening = encodeResultOpening(attribution);
  const subject = utf8Bytes(request.id);
  const payloadHash = openingHash({ subject, poster: host }, opening);
  const message = MsgSubmitResult.fromPartial({
    host,
    request: request.id,
    output: encodeOutput(attribution.answer, loaded.model.labels),
    tokensIn,
    tokensOut: TOKENS_OUT,
    openingHash: payloadHash,
  });
  const claim = claimId({ kind: ClaimKind.CLAIM_KIND_RESULT, poster: host, subject, payloadHash });
  return { request: request.id, message, claimId: claim, opening };
}

function readInput(blob: Uint8Array): InferenceInput | undefined {
  try {
    return decodeStrict(InferenceInput, blob);
  } catch {
    return undefined;
  }
}

/** The chain would refuse the whole transaction. */
function checkFee({ maxFee, priceRequest, priceToken }: Request, tokensIn: number): void {
  const fee = BigInt(priceRequest) + BigInt(priceToken) * BigInt(tokensIn + TOKENS_OUT);
  if (fee > BigInt(maxFee)) throw new Refusal("fee_above_max", `the fee is ${fee}, the request pays at most ${maxFee}`);
}
