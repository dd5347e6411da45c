import { StargateClient } from "@cosmjs/stargate";
import type { Command } from "commander";
import { toJson } from "../../proto/runtime.ts";
import { ChainClient } from "../chain/client.ts";
import { addFieldOptions, messageFromOptions } from "../chain/fields.ts";
import { kebab, type Method, MODULES } from "../chain/services.ts";
import { CliError, EXIT } from "../errors.ts";
import { openKeyring } from "../keyring/open.ts";
import { globalsOf, printerOf } from "../options.ts";
import { formatOpen, pairs, toJsonText } from "../output.ts";

/** One command a query of every module, and the common ones of Cosmos. */
export function queryCommand(program: Command): void {
  const query = program.command("query").alias("q").description("read the chain's state through a node");
  for (const { module, about, queries } of MODULES) {
    const group = query.command(module).description(about);
    for (const [name, method] of Object.entries(queries)) addQuery(group, name, method);
  }
  balance(query);
  account(query);
  transaction(query);
  block(query);
}

function addQuery(group: Command, name: string, method: Method): void {
  const { request, response } = method;
  const command = group.command(kebab(name)).description(method.path);
  addFieldOptions(command, request.fields, undefined);
  command.action(async (options: Record<string, unknown>, self: Command) => {
    const client = await ChainClient.connect(globalsOf(self).node);
    const answer = toJson(response, await client.query(method, messageFromOptions(request, options)));
    printerOf(self).answer(answer, () => toJsonText(answer));
  });
}

async function stargate(self: Command): Promise<StargateClient> {
  const { comet } = await ChainClient.connect(globalsOf(self).node);
  return StargateClient.create(comet);
}

function balance(query: Command): void {
  query
    .command("balance <key-or-address>")
    .description("coins of an account")
    .action(async (who: string, _options: unknown, self: Command) => {
      const address = openKeyring(globalsOf(self)).addressOf(who);
      const coins = await (await stargate(self)).getAllBalances(address);
      const show = (denom: string, amount: string) =>
        denom === "uopen" ? formatOpen(BigInt(amount)) : `${amount}${denom}`;
      const text = () => coins.map(({ denom, amount }) => show(denom, amount)).join("\n") || "nothing";
      printerOf(self).answer({ address, coins }, text);
    });
}

function account(query: Command): void {
  query
    .command("account <key-or-address>")
    .description("account number and sequence")
    .action(async (who: string, _options: unknown, self: Command) => {
      const address = openKeyring(globalsOf(self)).addressOf(who);
      const found = await (await stargate(self)).getAccount(address);
      if (!found)
        throw new CliError(EXIT.notFound, `no account ${address}`, "an account exists once it received coins");
      const { accountNumber, sequence } = found;
      printerOf(self).answer({ address, accountNumber, sequence }, () =>
        pairs([
          ["address", address],
          ["account number", String(accountNumber)],
          ["sequence", sequence],
        ]),
      );
    });
}

function transaction(query: Command): void {
  query
    .command("tx <hash>")
    .description("a transaction by its hash")
    .action(async (hash: string, _options: unknown, self: Command) => {
      const found = await (await stargate(self)).getTx(hash.toUpperCase());
      if (!found) throw new CliError(EXIT.notFound, `no transaction ${hash}`, "it may not be in a block yet");
      const { height, txIndex, code, rawLog, events, gasUsed, gasWanted } = found;
      const answer = { hash: found.hash, height, txIndex, code, rawLog, events, gasUsed, gasWanted };
      printerOf(self).answer(answer, () => toJsonText(answer));
    });
}

function block(query: Command): void {
  query
    .command("block [height]")
    .description("a block, the last one by default")
    .action(async (height: string | undefined, _options: unknown, self: Command) => {
      const { comet } = await ChainClient.connect(globalsOf(self).node);
      const answer = await comet.block(height === undefined ? undefined : Number(height));
      printerOf(self).answer(answer, () => toJsonText(answer));
    });
}
