import type { Command } from "commander";
import { DisputeOutcome } from "../../proto/gen/openledger/dispute/v1.ts";
import { ChainClient, DEFAULT_GAS_PRICE } from "../chain/client.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { openKeyring } from "../keyring/open.ts";
import { globalsOf, printerOf } from "../options.ts";
import { disputesText, disputeText, disputeView, fetchDispute, fetchDisputes, namedClaim } from "../work/disputes.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { interrupted, sideErrors, sideOptions } from "./dispute-side.ts";
import { claimIdOf, jobIdOf, natural } from "./job-options.ts";
import { addTxOptions, type TxOptions } from "./tx.ts";

const HELP = `
Examples:
  openledgerd dispute challenge --model shop-7 --from carol
  openledgerd dispute challenge --claim 43a068ef... --from carol
  openledgerd dispute watch --answer --from trainer
  openledgerd dispute list
  openledgerd dispute show 9c1f02aa...

A challenge narrows a training down to one step, which the committee recomputes. The loser pays: the challenger its bond, the poster that of
its claim. Who misses a move loses, so whoever posts trainings leaves \`dispute watch --answer\` running until their bonds are back.`;

export function disputeCommand(program: Command): void {
  const dispute = program
    .command("dispute")
    .description("challenges of claimed trainings, down to one step: make, answer, watch")
    .addHelpText("after", HELP);
  readCommands(dispute);
  challengeCommand(dispute);
  answerCommand(dispute);
  watchCommand(dispute);
}

function readCommands(dispute: Command): void {
  dispute
    .command("list")
    .description("open disputes, or all of a claim")
    .option("--claim <id>", "disputes of this claim, those that are over as well", claimIdOf)
    .option("--of <key-or-address>", "only those of this account, on either side")
    .action(async ({ claim, of }: { readonly claim?: string; readonly of?: string }, self: Command) => {
      const globals = globalsOf(self);
      const client = await ChainClient.connect(globals.node);
      const address = of === undefined ? undefined : openKeyring(globals).addressOf(of);
      const found = (await fetchDisputes(client, claim)).map(disputeView);
      const disputes = found.filter((each) => !address || [each.challenger, each.poster].includes(address));
      printerOf(self).answer({ disputes }, () => disputesText(disputes));
    });
  dispute
    .command("show <dispute>")
    .description("how far a dispute is, whose move is due, and how it ended")
    .action(async (id: string, _options: unknown, self: Command) => {
      const named = claimIdOf(id);
      const client = await ChainClient.connect(globalsOf(self).node);
      const view = disputeView(await fetchDispute(client, named));
      printerOf(self).answer(view, () => disputeText(view));
    });
}

interface SideFlags {
  readonly dir?: string;
  readonly workers?: number;
  readonly every: number;
}

function addSideOptions(command: Command): Command {
  return command
    .option("--dir <dir>", "folder of an own job, whose checkpoints are used where they fit")
    .option("--workers <n>", "threads; by default one a core. No number changes a bit of the states", natural)
    .option("--every <ms>", "pause between looks at the chain", natural, 1_000);
}

interface ChallengeOptions extends TxOptions, SideFlags {
  readonly claim?: string;
  readonly model?: string;
  readonly job?: string;
}

function challengeCommand(dispute: Command): void {
  addSideOptions(addTxOptions(dispute.command("challenge")))
    .description("recompute a claimed training, challenge it if something differs, and play to the end")
    .option("--claim <id>", "the training claim", claimIdOf)
    .option("--model <id>", "the training claim of this model")
    .option("--job <id>", "the claim of this job's result", jobIdOf)
    .addHelpText(
      "after",
      `
Ends with 0 when the claim is overturned, with 1 when nothing is wrong with it (nothing is staked then), when it is upheld or when the
committee finds no quorum. Interrupted, it goes on when it is started again.`,
    )
    .action(challenge);
}

async function challenge(options: ChallengeOptions, self: Command): Promise<void> {
  const globals = globalsOf(self);
  const session = await openSession(globals, options);
  const claim = await namedClaim(session.client, options);
  const { challengeClaim } = await import("../work/dispute-play.ts");
  const side = { ...sideOptions(options, globals.home), signal: interrupted() };
  const over = await sideErrors(() => challengeClaim(session, claim, side, stderrProgress()));
  const view = disputeView(over);
  printerOf(self).answer(view, () => disputeText(view));
  if (over.outcome === DisputeOutcome.DISPUTE_OUTCOME_OVERTURNED) return;
  const end = view.outcome === "" ? `is not over: ${view.phase}` : `ended ${view.outcome}`;
  throw new CliError(EXIT.failure, `the dispute ${end}`, view.outcome === "" ? "start the command again" : "");
}

function answerCommand(dispute: Command): void {
  addSideOptions(addTxOptions(dispute.command("answer <dispute>")))
    .description("make the one move that is due to you, as poster or as challenger")
    .action(async (id: string, options: TxOptions & SideFlags, self: Command) => {
      const named = claimIdOf(id);
      const globals = globalsOf(self);
      const session = await openSession(globals, options);
      const { answerOnce } = await import("../work/dispute-play.ts");
      const side = { ...sideOptions(options, globals.home), signal: interrupted() };
      const view = disputeView(await sideErrors(() => answerOnce(session, named, side, stderrProgress())));
      printerOf(self).answer(view, () => disputeText(view));
    });
}

interface WatchOptions extends Partial<TxOptions>, SideFlags {
  readonly answer?: boolean;
  readonly once?: boolean;
}

function watchCommand(dispute: Command): void {
  addSideOptions(dispute.command("watch [dispute]"))
    .description("follow a dispute until it is over; with --answer make your own moves, in all disputes of your claims")
    .option("--answer", "answer challenges; needs --from")
    .option("--once", "with --answer and no dispute: end when one of them is over")
    .option("--from <key>", "name of the key that signs and pays")
    .option("--gas <limit>", "gas limit, or auto for a simulation", "auto")
    .option("--gas-prices <price>", "price of a unit of gas", DEFAULT_GAS_PRICE)
    .option("--memo <text>", "note in transactions", "")
    .addHelpText(
      "after",
      `
Examples:
  openledgerd dispute watch 9c1f02aa...
  openledgerd dispute watch --answer --from trainer --dir my-job
  openledgerd dispute watch 9c1f02aa... --answer --from trainer

Checkpoints of \`job work\` are found by themselves. With --answer it ends with 1 when a claim of yours was overturned.`,
    )
    .action(watch);
}

async function watch(id: string | undefined, options: WatchOptions, self: Command): Promise<void> {
  const globals = globalsOf(self);
  const { answer = false, once = false, from } = options;
  const named = id === undefined ? undefined : claimIdOf(id);
  if (answer && from === undefined) throw usageError("--answer signs transactions: give --from");
  if (!answer && named === undefined) throw usageError("name a dispute, or answer all of yours: --answer");
  const play = await import("../work/dispute-play.ts");
  const side = { ...sideOptions(options, globals.home), signal: interrupted() };
  const progress = stderrProgress();
  if (!answer || from === undefined) {
    const client = await ChainClient.connect(globals.node);
    const view = disputeView(await play.followDispute(client, named as string, side, progress));
    printerOf(self).answer(view, () => disputeText(view));
    return;
  }
  const session = await openSession(globals, { ...options, from } as TxOptions);
  const over = await sideErrors(async () =>
    named === undefined
      ? play.answerAll(session, { ...side, once }, progress)
      : [await play.answerDispute(session, named, side, progress)],
  );
  const disputes = over.map(disputeView);
  printerOf(self).answer({ disputes }, () => disputes.map(disputeText).join("\n\n"));
  const lost = disputes.find(({ outcome, poster }) => outcome === "overturned" && poster === session.address);
  if (lost) throw new CliError(EXIT.failure, `claim ${lost.claim} was overturned`, "its bond is lost");
}
