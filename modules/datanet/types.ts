import { parseAmount } from "../../chain/app/coins.ts";
import { sdkErrors } from "../../chain/app/errors.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";

// Checked values of the messages and records of datanet, curation and modelregistry.

/** Length of every hash, root and commitment. */
export const HASH_BYTES = 32;

/** A salt must not be guessable, and must not be a place to store data. */
export const MIN_SALT_BYTES = 16;
export const MAX_SALT_BYTES = 64;

/** Most labels of a DataNet or model: far above any head that one snapshot can train. */
export const MAX_LABELS = 1_024;
export const MAX_LABEL_BYTES = 128;

/** All labels together: they are part of one record that messages rewrite. */
export const MAX_LABELS_BYTES = 32_768;

const CONTROL = /\p{Cc}/u;

/** A canonical decimal amount above zero. Throws sdk/10 (invalid coins). */
export function positiveAmountOf(text: string, name: string): bigint {
  const amount = parseAmount(text);
  if (amount === 0n) throw sdkErrors.invalidCoins(`${name} must be above zero`);
  return amount;
}

/** Throws sdk/18 (invalid request) with `message` unless `condition`. */
export function demand(condition: boolean, message: string): void {
  if (!condition) throw sdkErrors.invalidRequest(message);
}

/** Throws sdk/18 unless `text` is well-formed, without control characters or outer white space, of `min` to `max` UTF-8 bytes. */
export function checkText(name: string, text: string, bounds: { readonly min: number; readonly max: number }): void {
  demand(
    text.isWellFormed() && !CONTROL.test(text) && text.trim() === text,
    `${name} holds characters that it may not`,
  );
  const bytes = utf8Bytes(text).length;
  demand(
    bytes >= bounds.min && bytes <= bounds.max,
    `${name} has ${bytes} bytes, allowed are ${bounds.min} to ${bounds.max}`,
  );
}

/** Throws sdk/18 unless `bytes` has the length of a hash. */
export function checkHash(name: string, bytes: Uint8Array): void {
  demand(bytes.length === HASH_BYTES, `${name} has ${bytes.length} bytes, a hash has ${HASH_BYTES}`);
}

/** Throws sdk/18 for a salt that is too short to hide anything or too long. */
export function checkSalt(salt: Uint8Array): void {
  demand(
    salt.length >= MIN_SALT_BYTES && salt.length <= MAX_SALT_BYTES,
    `the salt has ${salt.length} bytes, allowed are ${MIN_SALT_BYTES} to ${MAX_SALT_BYTES}`,
  );
}

/** Throws sdk/18 unless there are 1 to MAX_LABELS distinct labels within their bounds. */
export function checkLabels(labels: readonly string[]): void {
  demand(labels.length >= 1 && labels.length <= MAX_LABELS, `${labels.length} labels, allowed are 1 to ${MAX_LABELS}`);
  let bytes = 0;
  for (const label of labels) {
    checkText("a label", label, { min: 1, max: MAX_LABEL_BYTES });
    bytes += utf8Bytes(label).length;
  }
  demand(bytes <= MAX_LABELS_BYTES, `the labels have ${bytes} bytes together, allowed are ${MAX_LABELS_BYTES}`);
  demand(new Set(labels).size === labels.length, "a label is listed twice");
}
