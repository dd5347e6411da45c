import { type Command, InvalidArgumentError } from "commander";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
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
import { type CompleteOptions, checkpointJob, completeJob } from "../work/job-train.ts";
import {
  type CheckpointView,
  checkpointView,
  fetchCheckpoints,
  fetchJob,
  fetchJobs,
  type JobView,
  jobView,
  statusOf,
  watchJob,
} from "../work/jobs.ts";
import { sparkline } from "../work/plot.ts";
import { openSession } from "../work/session.ts";
import { addTxOptions, sendAndPrint, type TxOptions } from "./tx.ts";

const HELP = `
Examples:
  openledgerd job create --manifest job.json --price 10000000 --bond 4000000 --from alice
  openledgerd job list --status open
  openledgerd job accept 43a068ef... --from trainer
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
}

interface CreateOptions extends TxOptions {
  readonly manifest: string;
  readonly price: string;
  readonly bond: string;
  readonly deadlineBlocks: number;
  readonly base: string;
}

function createCommand(job: Command): void {
  addTxOptions(job.command("create"))
    .description("offer a price for a training run")
    .requiredOption("--manifest <file>", "job manifest: canonical bytes, or JSON (`openledgerd factory plan`)")
    .requiredOption("--price <uopen>", "what the trainer and the validators are paid", amount)
    .option("--bond <uopen>", "what the trainer stakes", amount, "1000000")
    .option("--base <files>", "graph, tokenizer, encoder specification that the manifest names by hash, by commas", "")
    .option("--deadline-blocks <n>", "blocks until the job must be done", natural, 10_000)
    .action(async (options: CreateOptions, self: Command) => {
      const { createJob, readManifest } = await import("../work/job-create.ts");
      // The file is read first: its errors need no node.
      readManifest(options.manifest);
      const session = await openSession(globalsOf(self), options);
      const created = await createJob(session, {
        ...options,
        base: options.base.split(",").filter((file) => file !== ""),
      });
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
      const job = jobIdOf(id);
      const session = await openSession(globalsOf(self), options);
      const height = await checkpointJob(session, { ...options, job, root: fromHex(options.root) });
      printerOf(self).answer({ job, step: options.step, height }, () => `checkpoint at step ${options.step}`);
    });
  addTxOptions(job.command("complete <job>"))
    .description("upload and claim the result of an accepted job")
    .requiredOption("--steps <n>", "optimiser steps taken", natural)
    .requiredOption("--weights-hash <hex>", "hash of the weights on their grid", hash)
    .requiredOption("--weights <file>", "file of weights")
    .requiredOption("--log-root <hex>", "root of the training log", hash)
    .requiredOption("--log <file>", "file of the training log")
    .action(async (id: string, options: CompleteOptions & TxOptions, self: Command) => {
      const job = jobIdOf(id);
      const session = await openSession(globalsOf(self), options);
      const claim = await completeJob(session, job, options);
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

function jobText(job: JobView, points: readonly CheckpointView[]): string {
  const { result, paid, dispute } = job;
  const facts: [string, string | number][] = [
    ["job", job.id],
    ["status", job.heldUntil === null ? job.status : `${job.status} until block ${job.heldUntil}`],
    ["requester", job.requester],
    ["trainer", job.trainer || "-"],
    ["trains", `${job.method} on ${job.base}, data ${job.snapshots.join(", ")}`],
    ["price", formatOpen(BigInt(job.price))],
    ["bond", formatOpen(BigInt(job.bond))],
    ["deadline", `block ${job.deadline}`],
    ["manifest", job.manifestBlob],
  ];
  if (result) facts.push(["weights", result.weightsHash], ["log root", result.logRoot], ["claim", result.claim]);
  if (dispute) facts.push(["disputed by", dispute.challenger]);
  if (paid) {
    facts.push(["paid to trainer", formatOpen(BigInt(paid.trainer))]);
    facts.push(["paid to validators", formatOpen(BigInt(paid.attesters))]);
    facts.push(["refunded", formatOpen(BigInt(paid.requester))]);
  }
  if (job.model) facts.push(["model", job.model]);
  const parts = [pairs(facts)];
  if (points.length > 0) parts.push(curveText(points));
  return parts.join("\n\n");
}

function curveText(points: readonly CheckpointView[]): string {
  const lines = [`loss      ${sparkline(points.map(({ loss }) => loss))}`];
  if (points.some(({ heldOut }) => heldOut > 0)) {
    lines.push(`held out  ${sparkline(points.map(({ heldOut }) => heldOut))}`);
  }
  const newest = points.at(-1);
  return newest ? [...lines, pointText(newest)].join("\n") : lines.join("\n");
}

function pointText({ step, loss, heldOut, heldOutLoss }: CheckpointView): string {
  const held = heldOut > 0 ? `, held out ${(100 * heldOut).toFixed(2)} %` : "";
  const heldLoss = heldOutLoss > 0 ? `, held-out loss ${heldOutLoss.toFixed(5)}` : "";
  return `step ${step}: loss ${loss.toFixed(5)}${heldLoss}${held}`;
}

/** Throws CliError `usage`. */
function jobIdOf(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw usageError(`${text} is not a job id`, "64 hex digits, see `openledgerd job list --output json`");
}

function amount(text: string): string {
  if (/^[1-9]\d{0,18}$/.test(text)) return text;
  throw new InvalidArgumentError("an amount in uopen, a whole number above 0");
}

function natural(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number above 0");
}

function real(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("a number from 0");
}

function hash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError(`64 hex digits, as ${toHex(new Uint8Array(4))}...`);
}
