import type { GeneratorErrorCode } from "./errors.ts";
import type { GenerationRequest } from "./request.ts";
import type { CheckedAnswer, GeneratedAnswer, GeneratorBlobs } from "./types.ts";

/** What a generator's thread does, by kind: input and output. The first call opens it. */
export interface Calls {
  open: { input: GeneratorBlobs; output: undefined };
  /** `paidTokens`: in and out together, at most. */
  answer: {
    input: { readonly request: GenerationRequest; readonly paidTokens: number };
    output: GeneratedAnswer;
  };
  check: { input: { readonly request: GenerationRequest; readonly tokens: readonly number[] }; output: CheckedAnswer };
}

export type CallKind = keyof Calls;

export interface CallMessage {
  readonly id: number;
  readonly kind: CallKind;
  readonly input: unknown;
}

export type ReplyMessage =
  | { readonly id: number; readonly output: unknown }
  | {
      readonly id: number;
      readonly failure: { readonly code: GeneratorErrorCode | undefined; readonly message: string };
    };
