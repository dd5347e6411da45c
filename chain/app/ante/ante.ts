import { utf8Bytes } from "../../crypto/tagged.ts";
import { compareTime } from "../../types/time.ts";
import { type Amount, formatCoins } from "../coins.ts";
import type { Context } from "../context.ts";
import { sdkErrors } from "../errors.ts";
import type { GasMeter } from "../gas.ts";
import type { TxEnvelope } from "../tx/decode.ts";
import type { AminoMessage } from "./amino.ts";
import { checkMinGasPrice, type GasPrice } from "./fee.ts";
import type { AnteNeeds } from "./needs.ts";
import { authenticate, type SignerOptions } from "./signers.ts";

/**
 * Flat prices of the state that the ante handler touches, near what the SDK's store metering charges for it. Flat, so
 * that a simulation without fee and signature costs what the transaction will cost.
 */
export const ANTE_SIGNER_GAS = 12_000;
export const ANTE_FEE_GAS = 12_000;

/** Bytes that a simulated transaction lacks: a signature, and the amount and gas limit of its fee. */
const SIMULATED_SIGNATURE_BYTES = 64;
const SIMULATED_FEE_BYTES = 48;

export interface AnteOptions extends SignerOptions {
  readonly needs: AnteNeeds;
  /** Asked for by CheckTx only; empty: any fee will do. */
  readonly minGasPrices: readonly GasPrice[];
}

/** What the ante handler needs to know of a transaction beside its envelope. */
export interface AnteTx {
  readonly envelope: TxEnvelope;
  readonly signers: readonly string[];
  readonly feePayer: string;
  readonly fee: readonly Amount[];
  readonly gasLimit: number;
  /** The messages as LEGACY_AMINO_JSON signs them. Throws sdk/37 for a message without such a form. */
  aminoMessages(): readonly AminoMessage[];
}

/**
 * Everything that must hold before a transaction's messages run: age, memo, fee, signatures, sequences. Writes fee,
 * keys and sequences to `ctx`, which is unmetered; `gas` is charged the flat prices. The order is the SDK's.
 * @throws AppError with the SDK's codes
 */
export function runAnte(ctx: Context, tx: AnteTx, gas: GasMeter, options: AnteOptions): void {
  const params = options.needs.accounts.params(ctx);
  checkBody(ctx, tx.envelope, params.maxMemoCharacters);
  if (tx.signers.length > params.txSigLimit) {
    throw sdkErrors.tooManySignatures(
      `signatures: ${tx.signers.length}, limit: ${params.txSigLimit}: too many signatures`,
    );
  }
  gas.consume(sizeOf(ctx, tx) * params.txSizeCostPerByte, "txSize");
  if (ctx.mode === "check") checkMinGasPrice(tx.fee, tx.gasLimit, options.minGasPrices);
  gas.consume(ANTE_FEE_GAS, "fee");
  if (tx.fee.length > 0) options.needs.fees.collect(ctx, tx.feePayer, tx.fee);
  ctx.events.emit("tx", [
    ["fee", formatCoins(tx.fee)],
    ["fee_payer", tx.feePayer],
  ]);
  for (const _ of tx.signers) gas.consume(params.sigVerifyCostSecp256k1 + ANTE_SIGNER_GAS, "signature");
  authenticate(ctx, tx, options);
}

function checkBody(ctx: Context, { body }: TxEnvelope, maxMemo: number): void {
  if (body.unordered) throw sdkErrors.notSupported("unordered transactions are not supported: feature not supported");
  if (body.timeoutHeight > 0n && BigInt(ctx.height) > body.timeoutHeight) {
    throw sdkErrors.txTimeoutHeight(
      `block height: ${ctx.height}, timeout height: ${body.timeoutHeight}: tx timeout height`,
    );
  }
  if (body.timeoutTimestamp && compareTime(ctx.time, body.timeoutTimestamp) > 0) {
    throw sdkErrors.txTimeout("the block's time is past the transaction's timeout: tx timeout");
  }
  const memo = utf8Bytes(body.memo).length;
  if (memo > maxMemo) {
    throw sdkErrors.memoTooLarge(
      `maximum number of characters is ${maxMemo} but received ${memo} characters: memo too large`,
    );
  }
}

function sizeOf(ctx: Context, { envelope }: AnteTx): number {
  if (ctx.mode !== "simulate") return envelope.size;
  const unsigned = envelope.signatures.filter((signature) => signature.length === 0).length;
  const fee = envelope.authInfo.fee?.gasLimit ? 0 : SIMULATED_FEE_BYTES;
  return envelope.size + unsigned * SIMULATED_SIGNATURE_BYTES + fee;
}
