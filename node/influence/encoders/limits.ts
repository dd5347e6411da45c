import { MAX_LARGE_BYTES } from "../../blobs/limits.ts";
import { MAX_MODEL_BYTES } from "../graph/limits.ts";

/** A graph travels as one large blob and is held in float64 by every validator that serves it. */
export const MAX_GRAPH_BYTES = Math.min(MAX_LARGE_BYTES, MAX_MODEL_BYTES);
/** The largest published tokenizers, 256,000 tokens, have 35 MB. */
export const MAX_TOKENIZER_BYTES = 64 * 2 ** 20;
/** A specification is a few hundred bytes. */
export const MAX_SPEC_BYTES = 4096;
/** Index rows, int8 each: node/influence/index-format.ts. */
export const MAX_DIMS = 1040;
/** Attention is quadratic in this; labelled texts are short. */
export const MAX_TOKENS = 2048;
/** Tokens of a text when neither the user nor tokenizer.json says how many. */
export const DEFAULT_MAX_TOKENS = 256;
/** Longer texts are cut before they reach the tokenizer, whose patterns are the model owner's. */
export const MAX_CODE_POINTS = 8192;
/** Texts of one length that run together: about where a matrix product stops gaining from more rows. */
export const BATCH = 16;
/**
 * Bits of the grid that features of unit norm are rounded to. ONNX Runtime and the exact reference differ by 1e-17 to 3e-17
 * on average: on 2^-16 one text in 10^9 meets a boundary, on 2^-24 one in 10^7. For int8 rows either is fine: 2^-16 is a
 * thousandth of a typical feature.
 */
export const FEATURE_GRID_BITS = 16;
