import type { Context } from "../../../chain/app/context.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { ONE } from "../../../chain/math/fixed.ts";
import { ResultOpening, type SettlementVector } from "../../../proto/gen/openledger/attribution/v1.ts";
import {
  InferenceOutput,
  Msg,
  type MsgSubmitResult,
  type Request,
} from "../../../proto/gen/openledger/inference/v1.ts";
import { encodeBytes, type Partially } from "../../../proto/runtime.ts";
import { openingHash } from "../../attribution/ids.ts";
import type { Network } from "../../attribution/testing/agents.ts";
import { account, hashOf } from "../../attribution/testing/fixtures.ts";
import { inputCommitment } from "../ids.ts";

export const OUTPUT = encodeBytes(
  InferenceOutput,
  InferenceOutput.fromPartial({ labelIndex: 1, label: "goodbye", confidence: 900_000 }),
);

export interface Share {
  readonly contribution: number;
  readonly item: number;
  /** Parts of the whole, in percent. */
  readonly percent: bigint;
}

export const SHARES: readonly Share[] = [
  { contribution: 3, item: 7, percent: 20n },
  { contribution: 0, item: 0, percent: 15n },
  { contribution: 5, item: 9, percent: 10n },
  { contribution: 5, item: 8, percent: 5n },
];

/** Whose tokens a generated answer repeats. */
export const TOKEN_SHARES: readonly Share[] = [
  { contribution: 7, item: 1, percent: 20n },
  { contribution: 3, item: 7, percent: 10n },
];

/** A vector whose rest is unattributed, but for `excess` percent of cap excess. */
function vectorOf(shares: readonly Share[], excess = 0n, eligibleClusters = 12): SettlementVector {
  const unit = ONE / 100n;
  const spent = shares.reduce((sum, { percent }) => sum + percent, excess);
  const entries = shares.map(({ contribution, item, percent }) => ({ contribution, item, weight: percent * unit }));
  return { entries, unattributed: ONE - spent * unit, capExcess: excess * unit, eligibleClusters };
}

/** Canonical output of a generator. */
export function generatedOutput(tokens: number[], text: string): Uint8Array {
  return encodeBytes(InferenceOutput, InferenceOutput.fromPartial({ tokens, text }));
}

/** A generator's opening of two views. */
export function generatedOpening(
  shares: readonly Share[] = SHARES,
  tokens: readonly Share[] = TOKEN_SHARES,
): Uint8Array {
  const classes = [0, 1].map((view) => ({ class: view, weight: 1, exponent: -20, v: new Uint8Array(24).fill(3) }));
  const vectors = { settlement: vectorOf(shares), tokens: vectorOf(tokens) };
  return encodeBytes(ResultOpening, ResultOpening.fromPartial({ query: { classes }, ...vectors }));
}

/** An opening whose rest is unattributed, but for `excess` percent of cap excess. */
export function resultOpening(shares: readonly Share[] = SHARES, excess = 0n, clusters = 12): Uint8Array {
  const settlement = vectorOf(shares, excess, clusters);
  const classes = [{ class: 1, weight: -90, exponent: -12, v: new Uint8Array(16).fill(3) }];
  return encodeBytes(ResultOpening, ResultOpening.fromPartial({ query: { classes, weightExponent: -7 }, settlement }));
}

export function request(network: Network, ctx: Context, maxFee = 5_000n, text = "see you"): string {
  const message = {
    requester: account("ann"),
    model: "greeter",
    inputCommitment: inputCommitment(hashOf("salt"), text),
    inputBlob: hashOf(text),
    maxFee: maxFee.toString(),
    expiryBlocks: 20n,
  };
  return network.chain.send(ctx, Msg.RequestInference, message).request;
}

export function submit(
  network: Network,
  ctx: Context,
  from: { readonly request: string; readonly opening: Uint8Array; readonly changes?: Partially<MsgSubmitResult> },
): Uint8Array {
  const host = from.changes?.host ?? account("host");
  const message = {
    host,
    request: from.request,
    output: OUTPUT,
    tokensIn: 20,
    tokensOut: 1,
    openingHash: openingHash({ subject: utf8Bytes(from.request), poster: host }, from.opening),
    ...from.changes,
  };
  return network.chain.send(ctx, Msg.SubmitResult, message).claimId;
}

/** Request in one block, result in the next, opening published; the request's id. */
export function serve(network: Network, opening = resultOpening(), changes: Partially<MsgSubmitResult> = {}): string {
  let id = "";
  network.block((ctx) => {
    id = request(network, ctx);
  });
  network.block((ctx) => {
    network.publish(submit(network, ctx, { request: id, opening, changes }), opening);
  });
  return id;
}

export function stored(network: Network, id: string): Request {
  return network.chain.inference.keeper.requireRequest(network.chain.context(), id);
}
