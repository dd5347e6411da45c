import { MsgMultiSend, MsgMultiSendResponse, MsgSend, MsgSendResponse } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { type Amount, type Coin, parseCoins } from "../../chain/app/coins.ts";
import { sdkErrors } from "../../chain/app/errors.ts";
import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import { bankErrors } from "./errors.ts";
import type { Bank } from "./keeper.ts";
import { MAX_OUTPUTS } from "./limits.ts";
import type { BankAccounts } from "./needs.ts";

export function messages(keeper: Bank, accounts: BankAccounts): readonly MessageRoute[] {
  const { addresses } = keeper.options;
  const checkRecipient = (address: string) => {
    if (accounts.moduleOf(address) === undefined) return;
    throw sdkErrors.unauthorized(`${address} is a module account and not allowed to receive funds: unauthorized`);
  };
  const send = messageRoute({
    codec: MsgSend,
    response: MsgSendResponse,
    amino: "cosmos-sdk/MsgSend",
    aminoValue: ({ fromAddress, toAddress, amount }) => ({
      from_address: fromAddress,
      to_address: toAddress,
      amount: amount.map(plainCoin),
    }),
    signers: ({ fromAddress }) => [fromAddress],
    validate({ fromAddress, toAddress, amount }) {
      addresses.fromText(fromAddress);
      addresses.fromText(toAddress);
      nonEmpty(amount);
    },
    handle(ctx, { fromAddress, toAddress, amount }) {
      checkRecipient(toAddress);
      keeper.transfer(ctx, fromAddress, toAddress, parseCoins(amount));
      return {};
    },
  });
  const multiSend = messageRoute({
    codec: MsgMultiSend,
    response: MsgMultiSendResponse,
    amino: "cosmos-sdk/MsgMultiSend",
    aminoValue: ({ inputs, outputs }) => ({ inputs: inputs.map(plainEntry), outputs: outputs.map(plainEntry) }),
    signers: ({ inputs }) => inputs.map(({ address }) => address),
    validate(message) {
      checkMultiSend(message);
      for (const { address } of [...message.inputs, ...message.outputs]) addresses.fromText(address);
    },
    handle(ctx, { inputs, outputs }) {
      const [input] = inputs;
      for (const { address, coins } of outputs) {
        checkRecipient(address);
        keeper.transfer(ctx, input?.address ?? "", address, parseCoins(coins));
      }
      return {};
    },
  });
  return [send, multiSend];
}

function plainCoin({ denom, amount }: Coin) {
  return { denom, amount };
}

function plainEntry({ address, coins }: { readonly address: string; readonly coins: readonly Coin[] }) {
  return { address, coins: coins.map(plainCoin) };
}

function nonEmpty(coins: readonly Coin[]): readonly Amount[] {
  const parsed = parseCoins(coins);
  if (parsed.length === 0) throw sdkErrors.invalidCoins("a transfer names at least one coin: invalid coins");
  return parsed;
}

/** One input, whose coins are the sum of the outputs' coins (x/bank since v0.47). */
function checkMultiSend({ inputs, outputs }: MsgMultiSend): void {
  const [input] = inputs;
  if (!input || inputs.length !== 1) throw bankErrors.multipleSenders("a multi-send has exactly one input");
  if (outputs.length === 0 || outputs.length > MAX_OUTPUTS) {
    throw bankErrors.noOutputs(`a multi-send has 1 to ${MAX_OUTPUTS} outputs, got ${outputs.length}`);
  }
  const rest = new Map(nonEmpty(input.coins).map(({ denom, amount }) => [denom, amount]));
  for (const { coins } of outputs) {
    for (const { denom, amount } of nonEmpty(coins)) rest.set(denom, (rest.get(denom) ?? 0n) - amount);
  }
  for (const [denom, left] of rest) {
    if (left !== 0n) throw bankErrors.mismatch(`input and outputs differ in ${denom}: sum inputs != sum outputs`);
  }
}
