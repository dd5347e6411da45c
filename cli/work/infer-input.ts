import { u32be, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { inputCommitment } from "../../modules/inference/ids.ts";
import { InferenceInput } from "../../proto/gen/openledger/inference/v1.ts";
import type { Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { GenerationPlan } from "./generation.ts";
import { secretSalt } from "./salt.ts";
import type { Session } from "./session.ts";

/** Room for both directions over one token a character: no encoder counts more. */
const EXTRA_TOKENS = 64n;

/** One question as it is uploaded and committed to. */
export interface Input {
  readonly bytes: Uint8Array;
  readonly commitment: Uint8Array;
  /** uopen that an answer can cost. */
  readonly most: bigint;
}

export interface Asking {
  readonly model: Model;
  /** Undefined for a classifier. */
  readonly plan: GenerationPlan | undefined;
}

/** The account's sequence makes the salt, and the noise that nobody chose, of each use its own. */
export function inputOf({ key }: Pick<Session, "key">, { model, plan }: Asking, text: string, nonce: number): Input {
  const parts = [utf8Bytes(model.id), utf8Bytes(text), u32be(nonce)];
  const salt = secretSalt(key.privateKey, "input", ...parts);
  const seed = () => (plan?.temperature ? secretSalt(key.privateKey, "noise", ...parts) : new Uint8Array(0));
  const generation = plan && {
    ...{ maxTokens: plan.maxTokens, temperature: plan.temperature, seed: plan.seed ?? seed() },
  };
  return {
    bytes: encodeBytes(InferenceInput, InferenceInput.fromPartial({ salt, text, ...generation })),
    commitment: inputCommitment(salt, text, generation),
    most: mostOf(model, text, plan),
  };
}

/** A token of a generator has at least one byte. */
function mostOf({ priceRequest, priceToken }: Model, text: string, plan: GenerationPlan | undefined): bigint {
  const tokens = plan
    ? BigInt(Math.min(utf8Bytes(text).length, plan.mostTokensIn) + plan.maxTokens)
    : BigInt([...text].length) + EXTRA_TOKENS;
  return BigInt(priceRequest) + BigInt(priceToken) * tokens;
}
