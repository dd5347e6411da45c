/** Structured facts of an error, for people and logs; never part of a block's hash. */
export type ErrorDetails = Readonly<Record<string, string | number | bigint>>;

/**
 * A refused transaction, query or genesis. `codespace` and `code` are what a transaction's result carries, as in the
 * Cosmos SDK; `code` is positive and stable. The message is for people.
 */
export class AppError extends Error {
  readonly codespace: string;
  readonly code: number;
  /** What a query answers with when it fails so. */
  readonly status: RpcStatus;
  readonly details: ErrorDetails;

  constructor(
    codespace: string,
    code: number,
    message: string,
    options: { readonly details?: ErrorDetails; readonly status?: RpcStatus } = {},
  ) {
    super(message);
    this.name = "AppError";
    this.codespace = codespace;
    this.code = code;
    this.status = options.status ?? "InvalidArgument";
    this.details = options.details ?? {};
  }
}

/** Names of gRPC's status codes that queries use. */
export type RpcStatus = "NotFound" | "InvalidArgument" | "Unimplemented" | "OutOfRange" | "Internal";

/** Makes the error of one code: a message that says what to do, and facts. */
export type ErrorFactory = (message: string, details?: ErrorDetails) => AppError;

/**
 * The errors of one codespace: `defineErrors("bank", { sendDisabled: 5 }).sendDisabled("...")`.
 * Code 1 is the SDK's "internal", so a module's codes start at 2. A query answers `NotFound` to errors whose name ends in
 * `notFound`, by which CosmJS knows that something does not exist. Throws TypeError on a repeated or reserved code.
 */
export function defineErrors<N extends string>(
  codespace: string,
  codes: Readonly<Record<N, number>>,
): Readonly<Record<N, ErrorFactory>> {
  const names = Object.keys(codes) as N[];
  const used = new Set<number>();
  const factories = {} as Record<N, ErrorFactory>;
  for (const name of names) {
    const code = codes[name];
    if (!Number.isSafeInteger(code) || code < 2 || used.has(code)) {
      throw new TypeError(`${codespace}: code ${code} of ${name} is reserved or repeated`);
    }
    used.add(code);
    const status = /notfound$/i.test(name) ? "NotFound" : "InvalidArgument";
    factories[name] = (message, details = {}) => new AppError(codespace, code, message, { details, status });
  }
  return factories;
}

/** Root errors of the Cosmos SDK (types/errors/errors.go): the codes that wallets already know. */
export const sdkErrors = defineErrors("sdk", {
  txDecode: 2,
  invalidSequence: 3,
  unauthorized: 4,
  insufficientFunds: 5,
  unknownRequest: 6,
  invalidAddress: 7,
  invalidPubKey: 8,
  unknownAddress: 9,
  invalidCoins: 10,
  outOfGas: 11,
  memoTooLarge: 12,
  insufficientFee: 13,
  tooManySignatures: 14,
  noSignatures: 15,
  invalidRequest: 18,
  txInMempoolCache: 19,
  mempoolIsFull: 20,
  txTooLarge: 21,
  keyNotFound: 22,
  invalidHeight: 26,
  invalidChainId: 28,
  invalidType: 29,
  txTimeoutHeight: 30,
  unknownExtensionOptions: 31,
  wrongSequence: 32,
  logic: 35,
  conflict: 36,
  notSupported: 37,
  notFound: 38,
  invalidGasLimit: 41,
  txTimeout: 42,
});

/** The SDK's code of an error that nobody declared: a bug in a handler, contained to its transaction. */
export const UNDEFINED_CODESPACE = "undefined";
export const PANIC_CODE = 111_222;

/** `error` as an AppError: itself, or the code of a contained bug. Its text stays out, since it may hold a stack. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const name = error instanceof Error ? error.name : "unknown";
  return new AppError(UNDEFINED_CODESPACE, PANIC_CODE, `recovered: ${name}`, { status: "Internal" });
}
