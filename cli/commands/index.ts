import type { Command } from "commander";
import { packageVersion } from "../../node/version.ts";
import { printerOf } from "../options.ts";
import { blobCommand } from "./blob.ts";
import { contributeCommand } from "./contribute.ts";
import { curateCommand } from "./curate.ts";
import { demoCommand } from "./demo.ts";
import { disputeCommand } from "./dispute.ts";
import { doctorCommand } from "./doctor.ts";
import { explainCommand } from "./explain.ts";
import { factoryCommand } from "./factory.ts";
import { genesisCommand } from "./genesis.ts";
import { hostCommand } from "./host.ts";
import { inferCommand } from "./infer.ts";
import { initCommand } from "./init.ts";
import { jobCommand } from "./job.ts";
import { keysCommand } from "./keys.ts";
import { modelCommand } from "./model.ts";
import { queryCommand } from "./query.ts";
import { snapshotCommand } from "./snapshot.ts";
import { startCommand } from "./start.ts";
import { statusCommand } from "./status.ts";
import { testnetCommand } from "./testnet.ts";
import { txCommand } from "./tx.ts";

/** Every command of the program, in the order of --help. */
export function registerCommands(program: Command): void {
  initCommand(program);
  startCommand(program);
  statusCommand(program);
  doctorCommand(program);
  keysCommand(program);
  genesisCommand(program);
  txCommand(program);
  queryCommand(program);
  blobCommand(program);
  contributeCommand(program);
  curateCommand(program);
  snapshotCommand(program);
  modelCommand(program);
  factoryCommand(program);
  jobCommand(program);
  disputeCommand(program);
  hostCommand(program);
  inferCommand(program);
  explainCommand(program);
  testnetCommand(program);
  demoCommand(program);
  program
    .command("version")
    .description("print the version")
    .action((_options: unknown, command: Command) => {
      const version = packageVersion();
      printerOf(command).answer({ version, node: process.versions.node }, () => version);
    });
}
