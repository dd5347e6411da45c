import type { DeliverTxResponse } from "@cosmjs/stargate";
import type { Command } from "commander";
import { ChainClient, DEFAULT_GAS_PRICE, type SendOptions } from "../chain/client.ts";
import { addFieldOptions, messageFromOptions } from "../chain/fields.ts";
import { kebab, type Method, MODULES } from "../chain/services.ts";
import { usageError } from "../errors.ts";
import { openKeyring } from "../keyring/open.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";

export interface TxOptions extends SendOptions {
  readonly from: string;
}

/** Options that every signed command has. */
export function addTxOptions(command: Command): Command {
  return command
    .requiredOption("--from <key>", "name of the key that signs and pays")
    .option("--gas <limit>", "gas limit, or auto for a simulation", "auto")
    .option("--gas-prices <price>", "price of a unit of gas", DEFAULT_GAS_PRICE)
    .option("--memo <text>", "note in the transaction", "");
}

/** One command a message of every module, made from its protobuf service. */
export function txCommand(program: Command): void {
  const tx = program.command("tx").description("sign and send a message of any module");
  bankSend(tx);
  for (const { module, about, messages } of MODULES) {
    const group = tx.command(module).description(about);
    for (const [name, method] of Object.entries(messages)) addMessage(group, name, method);
  }
}

function addMessage(group: Command, name: string, method: Method): void {
  const { request } = method;
  // By convention of this chain's protos the first field of a message is its signer.
  const signer = request.fields[0];
  if (!signer) return;
  const command = addTxOptions(
    group.command(kebab(name)).description(`${request.typeUrl}, signed by its ${signer.json}`),
  );
  addFieldOptions(command, request.fields, signer.name);
  command.action(async (options: TxOptions & Record<string, unknown>, self: Command) => {
    const keyring = openKeyring(globalsOf(self));
    const message = messageFromOptions(request, options, { [signer.json]: keyring.addressOf(options.from) });
    await sendAndPrint(self, options, [{ typeUrl: request.typeUrl, value: message }]);
  });
}

function bankSend(tx: Command): void {
  addTxOptions(tx.command("bank-send <to> <amount>").description("send coins, for example 1000000uopen"))
    .addHelpText("after", "\nExample:\n  openledgerd tx bank-send bob 1000000uopen --from alice")
    .action(async (to: string, amount: string, options: TxOptions, self: Command) => {
      const match = /^(\d+)([a-z][a-z0-9/]{2,127})$/.exec(amount);
      if (!match) throw usageError(`${amount} is not an amount`, "for example 1000000uopen");
      const keyring = openKeyring(globalsOf(self));
      const value = {
        fromAddress: keyring.addressOf(options.from),
        toAddress: keyring.addressOf(to),
        amount: [{ amount: match[1] as string, denom: match[2] as string }],
      };
      await sendAndPrint(self, options, [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value }]);
    });
}

/** Sends, waits for the block, prints the result. */
export async function sendAndPrint(
  command: Command,
  options: TxOptions,
  messages: Parameters<ChainClient["send"]>[1],
): Promise<DeliverTxResponse> {
  const globals = globalsOf(command);
  const client = await ChainClient.connect(globals.node);
  const signer = await openKeyring(globals).signer(options.from);
  const result = await client.send(signer, messages, options);
  const { transactionHash, height, gasUsed, gasWanted, events } = result;
  printerOf(command).answer({ transactionHash, height, gasUsed, gasWanted, events }, () =>
    pairs([
      ["transaction", transactionHash],
      ["height", height],
      ["gas", `${gasUsed} of ${gasWanted}`],
    ]),
  );
  return result;
}
