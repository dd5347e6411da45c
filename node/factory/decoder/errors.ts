/** Why a decoder, its tokenizer or a generation was refused. */
export type DecoderErrorCode =
  /** A configuration out of range. */
  | "bad-config"
  /** Weights or bytes that do not fit the configuration, or are not in canonical form. */
  | "bad-bytes"
  /** Training data without a single token to learn, or a tokenizer asked for fewer tokens than there are bytes. */
  | "bad-corpus"
  /** Tokens outside the vocabulary, or a prompt that leaves no room for an answer. */
  | "bad-prompt";

/** An operating error of decoders: a code for programs, a sentence for people. */
export class DecoderError extends Error {
  readonly code: DecoderErrorCode;

  constructor(code: DecoderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DecoderError";
    this.code = code;
  }
}
