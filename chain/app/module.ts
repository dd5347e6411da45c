import { type MessageCodec, toAminoJson } from "../../proto/runtime.ts";
import type { Context } from "./context.ts";
import { sdkErrors } from "./errors.ts";

/** The part of a protobuf codec that routing needs; the generated codecs and those of cosmjs-types have it. */
export interface AppCodec<M> {
  readonly typeUrl: string;
  encode(message: M): { finish(): Uint8Array };
  decode(bytes: Uint8Array): M;
}

/** How one message type is checked and executed. */
export interface MessageRoute<M = unknown> {
  readonly codec: AppCodec<M>;
  /** Type URL of the response, for the transaction's data. */
  readonly responseTypeUrl: string;
  /** Amino type name, such as `openledger/MsgCreateDataNet`. */
  readonly amino: string;
  /** The message's JSON as LEGACY_AMINO_JSON signs it. */
  aminoValue(message: M): unknown;
  /** Accounts (bech32) whose signatures the message needs, in order, without repetition. */
  signers(message: M): readonly string[];
  /** Stateless check. Throws AppError. */
  validate(message: M): void;
  /** Executes in a branch of the transaction's state and returns the encoded response. Throws AppError. */
  handle(ctx: Context, message: M): Uint8Array;
}

/** Answers one gRPC method, such as `/openledger.datanet.v1.Query/DataNet`. */
export interface QueryRoute {
  readonly path: string;
  handle(ctx: Context, request: Uint8Array): Uint8Array;
}

/** New voting power of a consensus key, 0 to remove it; acts two blocks later. */
export interface ValidatorUpdate {
  /** ed25519, 32 bytes. */
  readonly pubKey: Uint8Array;
  readonly power: number;
}

/** What a block's hooks know beside the context's height and time. */
export interface BlockContext {
  /** Empty in genesis. */
  readonly proposerAddress: Uint8Array;
  /** Who signed the previous block, from its commit. */
  readonly votes: readonly BlockVote[];
}

export interface BlockVote {
  readonly address: Uint8Array;
  readonly power: number;
  /** CometBFT's block id flag: 1 absent, 2 commit, 3 nil. */
  readonly flag: number;
}

export interface Invariant {
  readonly name: string;
  /** Why it is broken, or undefined while it holds. */
  check(ctx: Context): string | undefined;
}

/** A module: the only writer of its store. */
export interface Module {
  readonly name: string;
  /** The name of its store, equal to `name`; absent for a module without state. */
  readonly store?: string;
  readonly messages: readonly MessageRoute[];
  readonly queries: readonly QueryRoute[];
  /** `state` is the module's part of `app_state`, JSON that the module checks itself; undefined: defaults. */
  initGenesis?(ctx: Context, state: unknown): void;
  /** JSON that `initGenesis` accepts and that exports to itself. */
  exportGenesis?(ctx: Context): unknown;
  beginBlock?(ctx: Context, block: BlockContext): void;
  endBlock?(ctx: Context, block: BlockContext): void;
  /** Changes of the consensus set since the last call; asked after genesis (the whole set) and after every end of block. */
  validatorUpdates?(ctx: Context): readonly ValidatorUpdate[];
  readonly invariants?: readonly Invariant[];
}

/**
 * A typed message route; the response is encoded here. A message of another project's codec says its own amino JSON; the
 * generated codecs know it.
 */
export function messageRoute<M, R>(spec: {
  readonly codec: AppCodec<M> | MessageCodec<M>;
  readonly response: AppCodec<R>;
  readonly amino: string;
  aminoValue?(message: M): unknown;
  signers(message: M): readonly string[];
  validate(message: M): void;
  handle(ctx: Context, message: M): R;
}): MessageRoute {
  const { codec, response, amino } = spec;
  const route: MessageRoute<M> = {
    codec,
    responseTypeUrl: response.typeUrl,
    amino,
    aminoValue: (message) => spec.aminoValue?.(message) ?? generatedAmino(codec, message),
    signers: (message) => spec.signers(message),
    validate: (message) => spec.validate(message),
    handle: (ctx, message) => response.encode(spec.handle(ctx, message)).finish(),
  };
  return route;
}

function generatedAmino<M>(codec: AppCodec<M> | MessageCodec<M>, message: M): unknown {
  if ("nested" in codec) return toAminoJson(codec, message);
  throw sdkErrors.notSupported(`${codec.typeUrl} has no amino form: sign with a direct signer: feature not supported`);
}

/** A typed query route. */
export function queryRoute<Q, R>(spec: {
  readonly path: string;
  readonly request: AppCodec<Q>;
  readonly response: AppCodec<R>;
  handle(ctx: Context, request: Q): R;
}): QueryRoute {
  return {
    path: spec.path,
    handle: (ctx, bytes) => spec.response.encode(spec.handle(ctx, decodeRequest(spec.request, bytes))).finish(),
  };
}

function decodeRequest<Q>(codec: AppCodec<Q>, bytes: Uint8Array): Q {
  try {
    return codec.decode(bytes);
  } catch {
    throw sdkErrors.invalidRequest(`the request is not a ${codec.typeUrl}: invalid request`);
  }
}
