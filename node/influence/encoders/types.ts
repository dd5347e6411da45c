/** What an encoder is made of when it is a graph: three blobs. */
export interface EncoderFiles {
  /** Canonical bytes of an EncoderSpec. */
  readonly spec: Uint8Array;
  /** ONNX model. */
  readonly graph: Uint8Array;
  /** tokenizer.json of the Hugging Face tokenizers library. */
  readonly tokenizer: Uint8Array;
}

/** A frozen text encoder that may work in other threads. */
export interface AsyncEncoder {
  readonly id: string;
  readonly dims: number;
  /** sha256 of what determines its features. */
  readonly specHash: Uint8Array;
  /** n x dims, row-major, unit norm each; zero for a text without any token. `onProgress` gets the texts done so far. */
  encodeAll(texts: readonly string[], onProgress?: (done: number) => void): Promise<Float64Array>;
  close(): Promise<void>;
}
