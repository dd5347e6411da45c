import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { MsgRegisterCurator, VerdictStatus } from "../../proto/gen/openledger/curation/v1.ts";
import { usageError } from "../errors.ts";
import { openKeyring } from "../keyring/open.ts";
import { globalsOf, printerOf } from "../options.ts";
import { table } from "../output.ts";
import { commitVerdicts, fetchItems, type Reviewed, revealVerdicts, seatsOf } from "../work/curate.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { acceptAll, verdictsFromFile } from "../work/verdicts.ts";
import { addTxOptions, sendAndPrint, type TxOptions } from "./tx.ts";

const HELP = `
Examples:
  openledgerd curate register --bond 10000000 --from carol
  openledgerd curate download --datanet bikes --out review --from carol
  openledgerd curate commit --datanet bikes --verdicts verdicts.json --from carol
  openledgerd curate reveal --datanet bikes --from carol

A verdict file holds {"<contribution id>": true | false | [one boolean an item]}. What the reveal needs is kept in --home.`;

type NetOptions = TxOptions & { readonly datanet: string };
type CommitOptions = NetOptions & { readonly verdicts?: string; readonly acceptAll?: boolean };

export function curateCommand(program: Command): void {
  const curate = program
    .command("curate")
    .description("review contributions as a bonded curator")
    .addHelpText("after", HELP);
  addTxOptions(curate.command("register"))
    .description("become a curator, or add to the bond")
    .requiredOption("--bond <uopen>", "bond; parameter curator_bond is the least")
    .action(async (options: TxOptions & { readonly bond: string }, self: Command) => {
      const curator = openKeyring(globalsOf(self)).addressOf(options.from);
      await sendAndPrint(self, options, [
        { typeUrl: MsgRegisterCurator.typeUrl, value: { curator, bond: options.bond } },
      ]);
    });
  addNetOptions(curate.command("list")).description("contributions that wait for this curator").action(list);
  addNetOptions(curate.command("download"))
    .description("write the items under review as CSV files")
    .requiredOption("--out <dir>", "folder to write to")
    .action(download);
  addNetOptions(curate.command("commit"))
    .description("commit verdicts on everything that waits for this curator")
    .option("--verdicts <file>", "JSON file of verdicts")
    .option("--accept-all", "accept every item")
    .action(async (options: CommitOptions, self: Command) => {
      if ((options.verdicts === undefined) === (options.acceptAll === undefined)) {
        throw usageError("say what the verdicts are", "give --verdicts FILE, or --accept-all");
      }
      const source = options.verdicts === undefined ? acceptAll : verdictsFromFile(options.verdicts);
      const session = await openSession(globalsOf(self), options);
      print(self, await commitVerdicts(session, options.datanet, source, stderrProgress()));
    });
  addNetOptions(curate.command("reveal"))
    .description("reveal the committed verdicts")
    .action(async (options: NetOptions, self: Command) => {
      const session = await openSession(globalsOf(self), options);
      print(self, await revealVerdicts(session, options.datanet));
    });
}

function addNetOptions(command: Command): Command {
  return addTxOptions(command).requiredOption("--datanet <id>", "DataNet");
}

async function list(options: NetOptions, self: Command): Promise<void> {
  const session = await openSession(globalsOf(self), options);
  const seats = (await seatsOf(session, options.datanet)).map(({ contribution, verdict }) => ({
    contribution: contribution.id,
    contributor: contribution.contributor,
    items: contribution.items,
    verdict: stateOf(verdict?.status),
  }));
  const rows = seats.map(({ contribution, contributor, items, verdict }) => [
    contribution,
    contributor,
    items,
    verdict,
  ]);
  printerOf(self).answer({ seats }, () =>
    table({ head: ["contribution", "contributor", "items", "verdict"], rows, right: [2] }),
  );
}

function stateOf(status: VerdictStatus | undefined): "waiting" | "committed" | "revealed" {
  if (status === undefined) return "waiting";
  return status === VerdictStatus.VERDICT_STATUS_REVEALED ? "revealed" : "committed";
}

async function download(options: NetOptions & { readonly out: string }, self: Command): Promise<void> {
  const session = await openSession(globalsOf(self), options);
  mkdirSync(options.out, { recursive: true });
  const files: { contribution: string; file: string; items: number }[] = [];
  for (const { contribution } of await seatsOf(session, options.datanet)) {
    const items = await fetchItems(session.client.url, contribution);
    const file = join(options.out, `${contribution.id}.csv`);
    const lines = (items ?? []).map(({ text, label }) => `${quoted(text)},${quoted(label)}\n`);
    writeFileSync(file, `text,category\n${lines.join("")}`);
    files.push({ contribution: contribution.id, file, items: items?.length ?? 0 });
  }
  printerOf(self).answer({ files }, () =>
    table({ head: ["file", "items"], rows: files.map(({ file, items }) => [file, items]), right: [1] }),
  );
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function print(self: Command, verdicts: readonly Reviewed[]): void {
  const rows = verdicts.map(({ contribution, items, accepted }) => [contribution, items, accepted]);
  printerOf(self).answer({ verdicts }, () =>
    table({ head: ["contribution", "items", "accepted"], rows, right: [1, 2] }),
  );
}
