import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { type AnteOptions, runAnte } from "../ante/ante.ts";
import type { AppContext, ContextMode } from "../context.ts";
import { AppError, toAppError } from "../errors.ts";
import type { AppEvent } from "../events.ts";
import { type GasMeter, gasMeter, unlimitedGas } from "../gas.ts";
import { type ParsedTx, type ParseOptions, parseTx } from "./parse.ts";

/** Outcome of one transaction. Code, data and the two gas numbers are hashed into the next header. */
export interface TxResult {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  /** Encoded TxMsgData with the messages' responses; empty on failure. */
  readonly data: Uint8Array;
  readonly gasWanted: number;
  readonly gasUsed: number;
  readonly events: readonly AppEvent[];
}

export interface RunOptions {
  readonly ante: AnteOptions;
  readonly parse: Omit<ParseOptions, "simulate">;
}

type TxMode = Extract<ContextMode, "check" | "recheck" | "simulate" | "deliver" | "prepare" | "process">;

/** Modes in which the messages run, not only the ante handler. */
const EXECUTES: ReadonlySet<TxMode> = new Set(["deliver", "simulate"]);

/**
 * Runs one transaction over `block`, and never throws: whatever a handler throws becomes the transaction's result. A
 * failure of the ante handler leaves no trace; a failure of a message leaves the fee paid and the sequence used.
 */
export function runTx(block: AppContext, bytes: Uint8Array, mode: TxMode, options: RunOptions): TxResult {
  let tx: ParsedTx;
  try {
    tx = parseTx(bytes, { ...options.parse, simulate: mode === "simulate" });
  } catch (error) {
    return failure(error, { gasWanted: 0, gasUsed: 0, events: [] });
  }
  const gas = gasMeter(tx.gasLimit);
  const ante = block.scope({ mode, gas: unlimitedGas() });
  try {
    runAnte(ante, tx, gas, options.ante);
  } catch (error) {
    return failure(error, { gasWanted: tx.gasLimit, gasUsed: gas.used, events: [] });
  }
  const anteEvents = ante.emitted;
  ante.write();
  if (!EXECUTES.has(mode)) return success(new Uint8Array(0), tx, gas, anteEvents);
  return runMessages(block, tx, { mode, gas, anteEvents });
}

function runMessages(
  block: AppContext,
  tx: ParsedTx,
  scope: { mode: TxMode; gas: GasMeter; anteEvents: readonly AppEvent[] },
): TxResult {
  const { gas, anteEvents } = scope;
  const branch = block.scope({ mode: scope.mode, gas });
  const responses: { typeUrl: string; value: Uint8Array }[] = [];
  const events = [...anteEvents];
  for (const [index, { route, message }] of tx.messages.entries()) {
    const each = branch.branch();
    try {
      const value = route.handle(each, message);
      responses.push({ typeUrl: route.responseTypeUrl, value });
      events.push(...messageEvents(route.codec.typeUrl, route.signers(message), index, each.emitted));
      each.write();
    } catch (error) {
      const cause = toAppError(error);
      const log = `failed to execute message; message index: ${index}: ${cause.message}`;
      const named = new AppError(cause.codespace, cause.code, log);
      return failure(named, { gasWanted: tx.gasLimit, gasUsed: gas.used, events: anteEvents });
    }
  }
  branch.write();
  const data = TxMsgData.encode(TxMsgData.fromPartial({ msgResponses: responses })).finish();
  return success(data, tx, gas, events);
}

/** The events of one message as the SDK emits them: its `message` event first, all with the message's index. */
function messageEvents(
  typeUrl: string,
  signers: readonly string[],
  index: number,
  emitted: readonly AppEvent[],
): AppEvent[] {
  const position = { key: "msg_index", value: String(index) };
  const head = [
    { key: "action", value: typeUrl },
    { key: "sender", value: signers[0] ?? "" },
    { key: "module", value: moduleOf(typeUrl) },
  ];
  return [{ type: "message", attributes: head }, ...emitted].map(({ type, attributes }) => ({
    type,
    attributes: [...attributes, position],
  }));
}

/** `bank` of `/cosmos.bank.v1beta1.MsgSend`. */
function moduleOf(typeUrl: string): string {
  return typeUrl.split(".")[1] ?? "";
}

function success(data: Uint8Array, tx: ParsedTx, gas: GasMeter, events: readonly AppEvent[]): TxResult {
  return { code: 0, codespace: "", log: "", data, gasWanted: tx.gasLimit, gasUsed: gas.used, events };
}

function failure(error: unknown, facts: Pick<TxResult, "gasWanted" | "gasUsed" | "events">): TxResult {
  const { code, codespace, message } = toAppError(error);
  return { code, codespace, log: message, data: new Uint8Array(0), ...facts };
}
