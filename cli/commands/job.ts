import type { Command } from "commander";
import { fromHex } from "../../chain/crypto/bytes.ts";
import {
  type Checkpoint,
  type Job,
  JobStatus,
  MsgAcceptJob,
  MsgCancelFinetuneJob,
  MsgDisputeJob,
  MsgLinkModel,
} from "../../proto/gen/openledger/finetune/v1.ts";
import { ChainClient } from "../chain/client.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { openKeyring } from "../keyring/open.ts";
import { globalsOf, printerOf } from "../options.ts";
import { formatOpen, pairs, table } from "../output.ts";
import { jobText, pointText } from "../work/job-text.ts";
import type { CompleteOptions } from "../work/job-train.ts";
import {
  type CheckpointView,
  checkpointView,
  fetchCheckpoints,
  fetchJob,
  fetchJobs,
  jobView,
  statusOf,
  watchJob,
} from "../work/jobs.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { amount, hash, jobIdOf, natural, real } from "./job-options.ts";
import { jobWorkCommand } from "./job-work.ts";
import { addTxOptions, sendAndPrint, type TxOptions } from "./tx.ts";

const HELP = `
Examples:
  openledgerd factory init --dir my-job --snapshot bikes/1
  openledgerd job create --dir my-job --price 10000000 --bond 4000000 --from alice
  openledgerd job list --status open
  openledgerd job work --from trainer
  openledgerd job watch 43a068ef...
  openledgerd job dispute 43a068ef... --from carol

The price is in escrow until validators have recomputed the result and its dispute window is over. A trainer that is late or
wrong loses its bond.`;

export function jobCommand(program: Command): void {
  const job = program
    .command("job")
    .description("training jobs with escrow: offer, train, watch")
    .addHelpText("after", HELP);
  createCommand(job);
  trainerCommands(job);
  plainCommands(job);
  readCommands(job);
  jobWorkCommand(job);
}

interface CreateOptions extends TxOptions {
  readonly dir?: string;
  readonly manifest?: string;
  readonly price: string;
  readonly bond: string;
  readonly deadlineBlocks: number;
  readonly base: string;
}

function createCommand(job: Command): void {
  addTxOptions(job.command("create"))
    .description("offer a price for a training run")
    .option("--dir <dir>", "folder of `openledgerd factory init`: manifest, graph, tokenizer and encoder")
    .option("--manifest <file>", "a job manifest instead: canonical bytes, or JSON")
    .requiredOption("--price <uopen>", "what the trainer and the validators are paid", amount)
    .option("--bond <uopen>", "what the trainer stakes", amount, "1000000")
    .option(
      "--base <files>",
      "with --manifest: graph, tokenizer, encoder specification that it names by hash, by commas",
      "",
    )
    .option("--deadline-blocks <n>", "blocks until the job must be done", natural, 10_000)
    .action(async (options: CreateOptions, self: Command) => {
      const { createJob, jobFiles, readManifest } = await import("../work/job-create.ts");
      const files = jobFiles(options);
      // The file is read first: its errors need no node.
      readManifest(files.manifest);
      const session = await openSession(globalsOf(self), options);
      const created = await createJob(session, { ...options, ...files });
      printerOf(self).answer(created, () =>
        pairs([
          ["job", created.job],
          ["manifest hash", created.manifestHash],
          ["manifest blob", created.manifestBlob],
          ["in escrow", formatOpen(BigInt(options.price))],
        ]),
      );
    });
}

interface CheckpointOptions extends TxOptions {
  readonly step: number;
  readonly root: string;
  readonly loss: number;
  readonly heldOut: number;
  readonly heldOutLoss: number;
}

function trainerCommands(job: Command): void {
  addTxOptions(job.command("accept <job>"))
    .description("take an open job; its bond is locked")
    .action((id: string, options: TxOptions, self: Command) =>
      send(self, options, (trainer) => ({ typeUrl: MsgAcceptJob.typeUrl, value: { trainer, job: jobIdOf(id) } })),
    );
  addTxOptions(job.command("checkpoint <job>"))
    .description("publish a checkpoint of an accepted job")
    .requiredOption("--step <n>", "optimiser step", natural)
    .requiredOption("--root <hex>", "root of the state", hash)
    .option("--loss <number>", "training loss", real, 0)
    .option("--held-out <share>", "share of right answers on held-out rows, 0 to 1", real, 0)
    .option("--held-out-loss <number>", "loss on held-out rows", real, 0)
    .action(async (id: string, options: CheckpointOptions, self: Command) => {
      const { checkpointJob } = await import("../work/job-train.ts");
      const job = jobIdOf(id);
      const session = await openSession(globalsOf(self), options);
      const height = await checkpointJob(session, { ...options, job, root: fromHex(options.root) });
      printerOf(self).answer({ job, step: options.step, height }, () => `checkpoint at step ${options.step}`);
    });
  addTxOptions(job.command("complete <job>"))
    .description("upload and claim the result of an accepted job; `job work` does it by itself")
    .requiredOption("--steps <n>", "optimiser steps taken", natural)
    .requiredOption("--weights-hash <hex>", "hash of the weights on their grid", hash)
    .requiredOption("--weights <file>", "file of weights")
    .requiredOption("--log-root <hex>", "root of the training log", hash)
    .requiredOption("--log <file>", "file of the training log")
    .option("--states <folder>", "the job's folder with its checkpoints, for jobs of more than 512 steps")
    .action(async (id: string, options: CompleteOptions & TxOptions, self: Command) => {
      const { completeJob } = await import("../work/job-train.ts");
      const job = jobIdOf(id);
      const session = await openSession(globalsOf(self), options);
      const claim = await completeJob(session, job, options, stderrProgress());
      printerOf(self).answer({ job, claim }, () => pairs([["claim", claim]]));
    });
}

function plainCommands(job: Command): void {
  addTxOptions(job.command("cancel <job>"))
    .description("take an open job of yours back; its price is returned")
    .action((id: string, options: TxOptions, self: Command) =>
      send(self, options, (requester) => ({
        typeUrl: MsgCancelFinetuneJob.typeUrl,
        value: { requester, job: jobIdOf(id) },
      })),
    );
  addTxOptions(job.command("dispute <job>"))
    .description("say that a claimed or held result is wrong; the loser's bond is lost")
    .action((id: string, options: TxOptions, self: Command) =>
      send(self, options, (challenger) => ({
        typeUrl: MsgDisputeJob.typeUrl,
        value: { challenger, job: jobIdOf(id) },
      })),
    );
  addTxOptions(job.command("link <job>"))
    .description("say which registered model of yours has a paid job's weights")
    .requiredOption("--model <id>", "model")
    .action((id: string, options: TxOptions & { readonly model: string }, self: Command) =>
      send(self, options, (requester) => ({
        typeUrl: MsgLinkModel.typeUrl,
        value: { requester, job: jobIdOf(id), model: options.model },
      })),
    );
}

interface ListOptions {
  readonly status?: string;
  readonly requester?: string;
  readonly trainer?: string;
  readonly startAfter: string;
  readonly limit: number;
}

function readCommands(job: Command): void {
  job
    .command("show <job>")
    .description("a job, its checkpoints and where its price is")
    .action(async (id: string, _options: unknown, self: Command) => {
      const client = await ChainClient.connect(globalsOf(self).node);
      const found = jobView(await fetchJob(client, jobIdOf(id)));
      const checkpoints = (await fetchCheckpoints(client, found.id)).map(checkpointView);
      printerOf(self).answer({ ...found, curve: checkpoints }, () => jobText(found, checkpoints));
    });
  job
    .command("list")
    .description("jobs, by id; of one status, requester or trainer")
    .option("--status <name>", "open, accepted, claimed, held, disputed, paid, rejected, ...")
    .option("--requester <key-or-address>", "who asked")
    .option("--trainer <key-or-address>", "who trains")
    .option("--start-after <job>", "the last id of the page before", "")
    .option("--limit <n>", "most jobs", natural, 100)
    .action(list);
  job
    .command("watch <job>")
    .description("follow a job until it is over; fails unless it is paid")
    .option("--every <ms>", "pause between questions", natural, 1_000)
    .action(watch);
}

async function list(options: ListOptions, self: Command): Promise<void> {
  const filters = [options.status, options.requester, options.trainer].filter((each) => each !== undefined);
  if (filters.length > 1) throw usageError("give one of --status, --requester and --trainer");
  const status = options.status === undefined ? JobStatus.JOB_STATUS_UNSPECIFIED : statusOf(options.status);
  const globals = globalsOf(self);
  const address = (who: string | undefined) => (who === undefined ? "" : openKeyring(globals).addressOf(who));
  const filter = { status, requester: address(options.requester), trainer: address(options.trainer) };
  const client = await ChainClient.connect(globals.node);
  const found = await fetchJobs(client, { ...filter, startAfter: options.startAfter }, options.limit);
  const jobs = found.map(jobView);
  const rows = jobs.map(({ id, status: name, method, snapshots, price, bond, lastStep, deadline }) => [
    ...[id.slice(0, 16), name, method, snapshots.join(", ")],
    ...[formatOpen(BigInt(price)), formatOpen(BigInt(bond)), lastStep, deadline],
  ]);
  const head = ["job", "status", "method", "snapshots", "price", "bond", "step", "deadline"];
  printerOf(self).answer({ jobs }, () => table({ head, rows, right: [4, 5, 6, 7] }));
}

async function watch(id: string, options: { readonly every: number }, self: Command): Promise<void> {
  const job = jobIdOf(id);
  const client = await ChainClient.connect(globalsOf(self).node);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const points: CheckpointView[] = [];
  const last = await watchJob(client, {
    job,
    everyMs: options.every,
    signal: stop.signal,
    onStatus: (found: Job) => void process.stderr.write(`${jobView(found).status}\n`),
    onCheckpoint: (checkpoint: Checkpoint) => {
      const point = checkpointView(checkpoint);
      points.push(point);
      process.stderr.write(`${pointText(point)}\n`);
    },
  });
  const view = jobView(last);
  printerOf(self).answer({ ...view, curve: points }, () => jobText(view, points));
  if (!stop.signal.aborted && last.status !== JobStatus.JOB_STATUS_PAID) {
    throw new CliError(EXIT.failure, `the job ended ${view.status}`, "its price was returned");
  }
}

async function send(
  self: Command,
  options: TxOptions,
  make: (signer: string) => { readonly typeUrl: string; readonly value: object },
): Promise<void> {
  await sendAndPrint(self, options, [make(openKeyring(globalsOf(self)).addressOf(options.from))]);
}
