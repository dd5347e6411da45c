import type { AnteTx } from "../ante/ante.ts";
import { readFee } from "../ante/fee.ts";
import { sdkErrors } from "../errors.ts";
import type { MessageRoute } from "../module.ts";
import type { Router } from "../router.ts";
import { decodeCanonical, decodeTx, type TxEnvelope } from "./decode.ts";
import { MAX_TX_BYTES } from "./limits.ts";

/** A message that passed its stateless checks. */
export interface RoutedMessage {
  readonly route: MessageRoute;
  readonly message: unknown;
}

/** A transaction whose messages are decoded and statelessly valid. */
export interface ParsedTx extends AnteTx {
  readonly messages: readonly RoutedMessage[];
}

export interface ParseOptions {
  readonly router: Router;
  /** Type of the injected message, which no transaction of a wallet may hold. */
  readonly injectedTypeUrl: string | undefined;
  /** Most gas of a block, -1 for no limit. */
  readonly maxGas: number;
  readonly maxTxBytes?: number;
  readonly simulate: boolean;
}

/** Decodes a transaction completely. Throws AppError; everything here depends on the bytes and parameters alone. */
export function parseTx(bytes: Uint8Array, options: ParseOptions): ParsedTx {
  const envelope = decodeTx(bytes, options.maxTxBytes ?? MAX_TX_BYTES);
  const messages = envelope.body.messages.map(({ typeUrl, value }, i) => {
    if (typeUrl === options.injectedTypeUrl) {
      throw sdkErrors.unauthorized(`${typeUrl} is made by the proposer of a block and by nobody else: unauthorized`);
    }
    const route = options.router.message(typeUrl);
    const message = decodeCanonical(route.codec, value, `message ${i}`);
    route.validate(message);
    return { route, message };
  });
  const { gasLimit, coins } = readFee(envelope.authInfo.fee, options);
  const aminoMessages = () =>
    messages.map(({ route, message }) => ({ type: route.amino, value: route.aminoValue(message) }));
  return { envelope, messages, gasLimit, fee: coins, aminoMessages, ...signersOf(envelope, messages) };
}

/** The messages' signers in order of first mention, then the fee payer unless it is one of them, as in the SDK. */
function signersOf(
  envelope: TxEnvelope,
  messages: readonly RoutedMessage[],
): { signers: readonly string[]; feePayer: string } {
  const signers = new Set<string>();
  for (const { route, message } of messages) for (const signer of route.signers(message)) signers.add(signer);
  const payer = envelope.authInfo.fee?.payer;
  if (payer) signers.add(payer);
  const [first] = signers;
  if (first === undefined) throw sdkErrors.noSignatures("the messages name no signer: no signatures supplied");
  return { signers: [...signers], feePayer: payer || first };
}
