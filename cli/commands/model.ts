import type { Command } from "commander";
import { ChainClient } from "../chain/client.ts";
import { usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";
import { readCsv } from "../work/csv.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { encoderCommand } from "./model-encoder.ts";
import { fidelityCommand } from "./model-fidelity.ts";
import { generateCommand } from "./model-generate.ts";
import { addTxOptions, type TxOptions } from "./tx.ts";

const HELP = `
Examples:
  openledgerd model train --snapshot bikes/1 --out bikes-model --test questions.csv
  openledgerd model index --dir bikes-model
  openledgerd model register --dir bikes-model --id bikes-model --price-request 100000 --price-token 100 --from alice
  openledgerd model fidelity --id bikes-model --from alice

With an encoder of your own, exported to ONNX:
  openledgerd model encoder add --onnx encoder.onnx --tokenizer tokenizer.json --out my-encoder
  openledgerd model train --snapshot bikes/1 --encoder my-encoder --out bikes-model

Training is deterministic: the same snapshots give the same weights hash on every machine.`;

const TRAIN_HELP = `
Examples:
  openledgerd model train --snapshot bikes/1 --out bikes-model --test questions.csv
  openledgerd model train --snapshot bikes/1,cars/2 --encoder my-encoder --out wheels-model`;

const REGISTER_HELP = `
Examples:
  openledgerd model register --dir bikes-model --id bikes-model --price-request 100000 --price-token 100 --from alice
  openledgerd model register --dir bard --id bard --price-token 1000 --from alice

Training and index are claimed under bonds; the model serves once validators have recomputed both.`;

interface TrainOptions {
  readonly snapshot: string;
  readonly out: string;
  readonly test?: string;
  readonly encoder?: string;
  readonly textColumn: string;
  readonly labelColumn: string;
}

interface RegisterOptions extends TxOptions {
  readonly dir: string;
  readonly id: string;
  readonly priceRequest: string;
  readonly priceToken: string;
  readonly licence: string;
}

export function modelCommand(program: Command): void {
  const model = program.command("model").description("train, index and register models").addHelpText("after", HELP);
  model
    .command("train")
    .description("train a softmax head on the cluster owners of accepted snapshots")
    .requiredOption("--snapshot <ids>", "snapshots, by commas")
    .requiredOption("--out <dir>", "folder for the model's files")
    .option("--encoder <dir>", "folder of `model encoder add`; the built-in encoder without")
    .option("--test <file>", "CSV of held-out questions: prints the accuracy")
    .option("--text-column <name>", "column of texts", "text")
    .option("--label-column <name>", "column of labels", "category")
    .addHelpText("after", TRAIN_HELP)
    .action(train);
  model
    .command("index")
    .description("build the influence index of a trained model")
    .requiredOption("--dir <dir>", "folder of `model train`")
    .option(
      "--select",
      "measure which ridge and how many blocks predict real retrainings best; default where it is quick",
    )
    .option("--no-select", "take the defaults instead")
    .option("--extend <dir>", "use the inverse of another folder's index of the same weights")
    .option("--fresh", "compute the inverse although an index of the same weights is there")
    .addHelpText(
      "after",
      "\nExamples:\n  openledgerd model index --dir bikes-model\n  openledgerd model index --dir bard",
    )
    .action(index);
  encoderCommand(model);
  fidelityCommand(model);
  generateCommand(model);
  addTxOptions(model.command("register"))
    .description("upload a trained and indexed model and register it")
    .requiredOption("--dir <dir>", "folder of `model index`")
    .requiredOption("--id <slug>", "id of the model on chain")
    .option("--price-request <uopen>", "price of a request", "100000")
    .option("--price-token <uopen>", "price of a token in or out", "0")
    .option("--licence <name>", "licence of the model", "Apache-2.0")
    .addHelpText("after", REGISTER_HELP)
    .action(register);
}

async function train(options: TrainOptions, self: Command): Promise<void> {
  const columns = { text: options.textColumn, label: options.labelColumn };
  const test = options.test === undefined ? [] : readCsv(options.test, columns);
  const snapshots = options.snapshot.split(",").filter((id) => id !== "");
  if (new Set(snapshots).size !== snapshots.length) throw usageError("--snapshot names a snapshot twice");
  const client = await ChainClient.connect(globalsOf(self).node);
  const { trainFromSnapshots } = await loadWork();
  const trained = await trainFromSnapshots(
    client,
    { snapshots, dir: options.out, test, encoder: options.encoder },
    stderrProgress(),
  );
  const percent = (share: number | null) => (share === null ? "-" : `${(100 * share).toFixed(2)} %`);
  printerOf(self).answer(trained, () =>
    pairs([
      ["rows", trained.rows],
      ["classes", trained.labels],
      ["weights hash", trained.weightsHash],
      ["rows held out", trained.heldOutRows],
      ["held-out accuracy", percent(trained.heldOutAccuracy)],
      ["accuracy of heads that never saw the contributor", percent(trained.crossFittedAccuracy)],
      ["test accuracy", percent(trained.testAccuracy)],
    ]),
  );
}

interface IndexOptions {
  readonly dir: string;
  readonly select?: boolean;
  readonly extend?: string;
  readonly fresh?: boolean;
}

async function index(options: IndexOptions, self: Command): Promise<void> {
  const { holdsGenerator, indexGenerator } = await import("../work/generator.ts");
  if (holdsGenerator(options.dir)) {
    const indexed = await indexGenerator(options.dir, stderrProgress());
    printerOf(self).answer(indexed, () =>
      pairs([
        ["rows", indexed.rows],
        ["held-out rows that judge them", indexed.heldOutRows],
        ["checkpoints", indexed.views],
        ["index root", indexed.indexRoot],
        ["bytes", indexed.bytes],
      ]),
    );
    return;
  }
  const { indexFolder } = await import("../work/model-index.ts");
  const indexed = await indexFolder(options, stderrProgress());
  printerOf(self).answer(indexed, () =>
    pairs([
      ["rows", indexed.rows],
      ["held-out rows that judge them", indexed.heldOutRows],
      ["blocks", indexed.blocks],
      ["LDS it was chosen by", indexed.lds === null ? "- (not measured)" : indexed.lds.toFixed(4)],
      ["index root", indexed.indexRoot],
      ["bytes", indexed.bytes],
    ]),
  );
}

async function register(options: RegisterOptions, self: Command): Promise<void> {
  for (const price of [options.priceRequest, options.priceToken]) {
    if (!/^(0|[1-9]\d{0,18})$/.test(price)) throw usageError(`${price} is not a price in uopen`, "a whole number");
  }
  const session = await openSession(globalsOf(self), options);
  const { holdsGenerator, registerGenerator } = await import("../work/generator.ts");
  if (holdsGenerator(options.dir)) {
    const generator = await registerGenerator(session, options, stderrProgress());
    printerOf(self).answer(generator, () =>
      pairs([
        ["model", generator.id],
        ["weights hash", generator.weightsHash],
        ["training log root", generator.logRoot],
        ["index root", generator.indexRoot],
        ["claims", generator.attestation],
      ]),
    );
    return;
  }
  const { registerFolder } = await import("../work/model-register.ts");
  const registered = await registerFolder(session, options, stderrProgress());
  printerOf(self).answer(registered, () =>
    pairs([
      ["model", registered.id],
      ["weights hash", registered.weightsHash],
      ["index root", registered.indexRoot],
      ["claims", registered.attestation],
    ]),
  );
}

/** Loaded on use, so that other commands start without the trainer. */
function loadWork() {
  return import("../work/model.ts");
}
