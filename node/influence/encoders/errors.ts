/** Why an encoder was refused. */
export type EncoderErrorCode =
  /** A file is above the size limit; it was not read. */
  | "too-large"
  /** A file does not exist or cannot be read. */
  | "missing"
  /** The graph is no ONNX model, leaves the operator set, or has weights that are not finite. */
  | "bad-graph"
  /** The graph's inputs are not those of a text encoder. */
  | "bad-input"
  /** The graph has no such output, or its shape does not fit the pooling. */
  | "bad-output"
  /** The file is no tokenizer.json that the tokenizer library reads. */
  | "bad-tokenizer"
  /** The tokenizer gives ids that the graph has no embedding for. */
  | "tokenizer-mismatch"
  /** The graph fails at the longest text that the specification allows. */
  | "too-many-tokens"
  /** Different texts get the same features, or none. */
  | "degenerate"
  /** A specification is not in canonical form, or names other files. */
  | "bad-spec";

/** An operating error of encoders: a code for programs, a sentence and the next step for people. */
export class EncoderError extends Error {
  readonly code: EncoderErrorCode;
  readonly nextStep: string;

  constructor(code: EncoderErrorCode, message: string, nextStep: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EncoderError";
    this.code = code;
    this.nextStep = nextStep;
  }
}
