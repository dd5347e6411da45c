import { utf8Bytes } from "../../crypto/tagged.ts";
import { sdkErrors } from "../errors.ts";
import type { TxEnvelope } from "../tx/decode.ts";

/** A message as amino signs it. */
export interface AminoMessage {
  readonly type: string;
  readonly value: unknown;
}

/** Deepest JSON of a sign document: message types nest far less. */
const MAX_JSON_DEPTH = 32;

/**
 * What SIGN_MODE_LEGACY_AMINO_JSON signs: the StdSignDoc (x/auth/migrations/legacytx) as JSON with sorted keys, without
 * white space, and with `&`, `<` and `>` escaped as Go does.
 * @throws AppError sdk/37 for what the document can't express
 */
export function aminoSignBytes(
  tx: { readonly envelope: TxEnvelope; aminoMessages(): readonly AminoMessage[] },
  signer: { readonly chainId: string; readonly accountNumber: number; readonly sequence: number },
): Uint8Array {
  const { body, authInfo } = tx.envelope;
  if (body.timeoutTimestamp) {
    throw sdkErrors.notSupported("an amino sign document has no timeout timestamp: feature not supported");
  }
  const { fee } = authInfo;
  const document = {
    account_number: String(signer.accountNumber),
    chain_id: signer.chainId,
    fee: {
      amount: (fee?.amount ?? []).map(({ denom, amount }) => ({ denom, amount })),
      gas: String(fee?.gasLimit ?? 0n),
      ...(fee?.granter ? { granter: fee.granter } : {}),
      ...(fee?.payer ? { payer: fee.payer } : {}),
    },
    memo: body.memo,
    msgs: tx.aminoMessages(),
    sequence: String(signer.sequence),
    ...(body.timeoutHeight > 0n ? { timeout_height: String(body.timeoutHeight) } : {}),
  };
  return utf8Bytes(
    sortedJson(document, 0).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c").replaceAll(">", "\\u003e"),
  );
}

function sortedJson(value: unknown, depth: number): string {
  if (depth > MAX_JSON_DEPTH)
    throw sdkErrors.notSupported("the sign document is nested too deep: feature not supported");
  if (Array.isArray(value)) return `[${value.map((each) => sortedJson(each, depth + 1)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${sortedJson(each, depth + 1)}`).join(",")}}`;
}
