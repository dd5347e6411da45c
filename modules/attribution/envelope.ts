import { OpeningEnvelope } from "../../proto/gen/openledger/attribution/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import { MAX_ENVELOPE_BYTES } from "./limits.ts";

/** Canonical bytes of exactly one opening. Throws attribution/11. */
export function encodeEnvelope(envelope: OpeningEnvelope): Uint8Array {
  return checked(envelope, encodeBytes(OpeningEnvelope, envelope)).bytes;
}

/** Inverse of `encodeEnvelope`. Throws attribution/11 for other bytes, for both kinds of opening at once, and for neither. */
export function decodeEnvelope(bytes: Uint8Array): OpeningEnvelope {
  let envelope: OpeningEnvelope;
  try {
    envelope = decodeStrict(OpeningEnvelope, bytes, MAX_ENVELOPE_BYTES);
  } catch (error) {
    throw errors.badOpening(`not an opening: ${(error as Error).message}`);
  }
  return checked(envelope, bytes).envelope;
}

function checked(envelope: OpeningEnvelope, bytes: Uint8Array) {
  if ((envelope.opening === undefined) === (envelope.claimOpening === undefined)) {
    throw errors.badOpening("an envelope holds one opening, of a member or of the poster");
  }
  if (bytes.length > MAX_ENVELOPE_BYTES) throw errors.badOpening(`an envelope has at most ${MAX_ENVELOPE_BYTES} bytes`);
  return { envelope, bytes };
}
