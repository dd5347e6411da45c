import { DecoderError } from "./errors.ts";

/** The shape of a decoder. */
export interface DecoderConfig {
  readonly layers: number;
  /** Of the residual stream; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  /** Longest sequence, prompt and answer together. */
  readonly context: number;
  readonly vocab: number;
}

/** One weight: its name in the graph and its shape. */
export interface DecoderParameter {
  readonly name: string;
  readonly dims: readonly number[];
}

/** What a node on CPU trains and serves; larger ones are no embedded default. */
const LIMITS: Readonly<Record<keyof DecoderConfig, readonly [least: number, most: number]>> = {
  layers: [1, 24],
  width: [8, 2048],
  heads: [1, 32],
  context: [2, 2048],
  vocab: [2, 65_536],
};

/** Width of the hidden layer of a block, in widths. */
const WIDENING = 4;

/** Throws DecoderError bad-config. */
export function checkConfig(config: DecoderConfig): void {
  for (const [name, [least, most]] of Object.entries(LIMITS)) {
    const value = config[name as keyof DecoderConfig];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new DecoderError("bad-config", `decoder: ${name} is ${value}, allowed are ${least} to ${most}`);
  }
  if (config.width % config.heads === 0) return;
  throw new DecoderError("bad-config", `decoder: a width of ${config.width} does not divide by ${config.heads} heads`);
}

/** All weights in the order in which they are stored and hashed. Throws DecoderError bad-config. */
export function decoderParameters(config: DecoderConfig): DecoderParameter[] {
  checkConfig(config);
  const { layers, width, context, vocab } = config;
  const linear = (name: string, inputs: number, outputs: number): DecoderParameter[] => [
    { name: `${name}.weight`, dims: [inputs, outputs] },
    { name: `${name}.bias`, dims: [outputs] },
  ];
  const norm = (name: string): DecoderParameter[] => [
    { name: `${name}.gain`, dims: [width] },
    { name: `${name}.bias`, dims: [width] },
  ];
  const block = (at: string): DecoderParameter[] => [
    ...norm(`${at}.norm1`),
    ...["query", "key", "value", "output"].flatMap((part) => linear(`${at}.attention.${part}`, width, width)),
    ...norm(`${at}.norm2`),
    ...linear(`${at}.mlp.up`, width, WIDENING * width),
    ...linear(`${at}.mlp.down`, WIDENING * width, width),
  ];
  return [
    { name: "tokens.table", dims: [vocab, width] },
    { name: "positions.table", dims: [context, width] },
    ...Array.from({ length: layers }, (_, i) => block(`blocks.${i}`)).flat(),
    ...norm("norm"),
    { name: "head.weight", dims: [width, vocab] },
  ];
}

export const sizeOfParameter = ({ dims }: DecoderParameter): number => dims.reduce((product, dim) => product * dim, 1);

/** Number of weights. */
export function decoderSize(config: DecoderConfig): number {
  return decoderParameters(config).reduce((sum, parameter) => sum + sizeOfParameter(parameter), 0);
}
