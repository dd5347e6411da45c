import type { Command } from "commander";
import type { HostEvent } from "../../node/serving/index.ts";
import { RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { ModelStatus, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { DEFAULT_GAS_PRICE } from "../chain/client.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { globalsOf } from "../options.ts";
import { formatOpen } from "../output.ts";
import { openSession, type Session } from "../work/session.ts";

interface HostOptions {
  readonly from: string;
  readonly model: string;
  readonly gasPrices: string;
  readonly workers: string;
  readonly memory: string;
}

export function hostCommand(program: Command): void {
  const host = program.command("host").description("serve paid inferences");
  host
    .command("start")
    .description("answer requests of models until interrupted; every result is claimed under a bond")
    .requiredOption("--from <key>", "key that posts results and is paid")
    .requiredOption("--model <ids>", "models to serve, by commas")
    .option("--gas-prices <price>", "price of a unit of gas", DEFAULT_GAS_PRICE)
    .option("--workers <n>", "threads that run classifiers; every generator has its own", "1")
    .option("--memory <mib>", "memory for resident classifiers, and as much for generators, MiB", "768")
    .addHelpText(
      "after",
      `
Examples:
  openledgerd host start --model bikes-model --from hilda
  openledgerd host start --model bard,bikes-model --memory 2048 --from hilda

Classifiers and generators alike: a generator's answer is drawn from the request's seed, and sent with the documents that it
repeats and those that taught it. A generator runs in a thread of its own; the least recently used leave memory first.

It needs a node's RPC only. After a restart it finds its open claims on chain and opens them.`,
    )
    .action(serve);
}

async function serve(options: HostOptions, self: Command): Promise<void> {
  const globals = globalsOf(self);
  const models = options.model.split(",").filter((id) => id !== "");
  const session = await openSession(globals, options);
  for (const id of models) await requireModel(session, id);
  // Loaded here, so that other commands start without the engine's libraries.
  const [{ createHost }, { createLog }] = await Promise.all([
    import("../../node/serving/index.ts"),
    import("../../node/log.ts"),
  ]);
  const host = await createHost(
    {
      rpcUrl: globals.node,
      models,
      home: globals.home,
      gasPrice: options.gasPrices,
      workers: positive(options.workers, "--workers"),
      memoryMiB: positive(options.memory, "--memory"),
    },
    { signer: session.signer, log: createLog({ level: "info", format: "pretty" }), onEvent: show },
  );
  host.start();
  process.stderr.write(`serving ${models.join(", ")} as ${session.address}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await host.stop();
}

/** A host of a model that does not exist would wait for ever without a word. */
async function requireModel(session: Session, id: string): Promise<void> {
  const model = (await session.find(Query.Model, { id }))?.model;
  if (!model)
    throw new CliError(EXIT.notFound, `there is no model ${id}`, "see `openledgerd query modelregistry models`");
  if (model.status === ModelStatus.MODEL_STATUS_SERVING) return;
  const what = model.status === ModelStatus.MODEL_STATUS_RETIRED ? "is retired" : "does not serve yet";
  process.stderr.write(`model ${id} ${what}: nobody can ask it\n`);
}

function positive(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw usageError(`${option} ${text} is not a whole number from 1`);
  return value;
}

function show(event: HostEvent): void {
  const line = lineOf(event);
  if (line) process.stderr.write(`${line}\n`);
}

function lineOf(event: HostEvent): string | undefined {
  switch (event.kind) {
    case "claimed":
      return `${event.request} claimed as ${event.claim}`;
    case "finished":
      return event.status === RequestStatus.REQUEST_STATUS_SETTLED
        ? `${event.request} settled, fee ${formatOpen(BigInt(event.feeUopen))}`
        : `${event.request} ended without pay`;
    case "skipped":
      return `${event.request} not answered: ${event.reason}`;
    case "waiting":
      return `waiting for the node: ${event.reason}`;
    default:
      return undefined;
  }
}
