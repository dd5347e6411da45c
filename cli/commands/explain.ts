import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { toHex } from "../../chain/crypto/bytes.ts";
import type { Explanation, GenerationExplanation } from "../../node/explain/index.ts";
import { OVERLAP_ONE } from "../../node/influence/types.ts";
import { Query as InferenceQuery } from "../../proto/gen/openledger/inference/v1.ts";
import { Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { ChainClient } from "../chain/client.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import { formatOpen, pairs, table } from "../output.ts";
import { generationText } from "./explain-generation.ts";

interface ExplainOptions {
  readonly request: string;
  readonly contribution?: string;
  readonly rows?: string;
}

export function explainCommand(program: Command): void {
  program
    .command("explain")
    .description("recompute what a settled request paid, from RPC and blobs alone")
    .requiredOption("--request <id>", "request id")
    .option("--contribution <id>", "only payments to this contribution")
    .option("--rows <file>", "index rows to use in place of the registered ones: shows what a changed byte does")
    .addHelpText(
      "after",
      `
Examples:
  openledgerd explain --request 43a068ef...
  openledgerd explain --request 43a068ef... --contribution 7d353f7e... --output json

Per paid item: the query's classes times the row's, the score, the label gate, the share, and the amount in uopen; of a
generator the checkpoints' parts of the score, and for the token pool the pieces that the answer repeats. It fails when
a check does not hold, so that scripts notice.`,
    )
    .action(run);
}

async function run(options: ExplainOptions, self: Command): Promise<void> {
  const { node } = globalsOf(self);
  if (!/^[0-9a-f]{64}$/.test(options.request))
    throw usageError(`${options.request} is not a request id`, "64 hex digits");
  if (options.contribution !== undefined && !/^[0-9a-f]{40}$/.test(options.contribution))
    throw usageError(`${options.contribution} is not the id of a contribution`, "40 hex digits");
  // Loaded here, so that other commands start without the engine's libraries.
  const [{ explainRequest }, { NodeRpc }] = await Promise.all([
    import("../../node/explain/index.ts"),
    import("../../node/serving/index.ts"),
  ]);
  const rpc = new NodeRpc(node);
  const replaced = options.rows === undefined ? undefined : await rowsOf(node, options.request, options.rows);
  const blobs = { blob: async (id: string) => (id === replaced?.id ? replaced.bytes : rpc.blob(id)) };
  const explanation = await explainRequest({
    rpcUrl: node,
    requestId: options.request,
    blobs,
    ...(options.contribution === undefined ? {} : { contributionId: options.contribution }),
  });
  printerOf(self).answer(answerOf(explanation), () => textOf(explanation));
  if (explanation.equal) return;
  const failed = explanation.checks.filter(({ holds }) => !holds).map(({ name }) => name);
  throw new CliError(EXIT.failure, `the payment does not follow from these bytes; not so: ${failed.join("; ")}`);
}

/** The id under which the model's rows are registered, with a file's bytes in their place. */
async function rowsOf(
  node: string,
  request: string,
  file: string,
): Promise<{ readonly id: string; readonly bytes: Uint8Array }> {
  const client = await ChainClient.connect(node);
  const { request: found } = await client.query(InferenceQuery.Request, { id: request });
  const { model } = await client.query(ModelQuery.Model, { id: found?.model ?? "" });
  if (!model?.index) throw new CliError(EXIT.notFound, `request ${request} has no model with an index`);
  return { id: toHex(model.index.rowsBlob), bytes: new Uint8Array(readFileSync(file)) };
}

/** One line a paid item, best paid first: the vector's own order. */
function answerOf(explanation: Explanation | GenerationExplanation) {
  if (!("entries" in explanation)) return explanation;
  const { entries, ...rest } = explanation;
  const payouts = entries.map(({ contributionId, contributor, item, paid, recomputed }) => ({
    ...{ contribution: contributionId, contributor, item, paid, recomputed },
  }));
  return { ...rest, payouts, entries };
}

function textOf(explanation: Explanation | GenerationExplanation): string {
  if (!("entries" in explanation)) return generationText(explanation);
  const { requestId, model, feeUopen, contributorsUopen, pools, entries, checks } = explanation;
  const rows = entries.map(({ contributionId, item, blocks, score, ...rest }) => [
    ...[
      contributionId.slice(0, 12),
      item,
      blocks.map((block) => `${block.class} ${block.queryD} x ${block.rowD} x ${block.dot}`).join("\n"),
    ],
    ...[score, factor(rest.gate), factor(rest.clip), part(rest.overlap), factor(rest.novelty), rest.benefit],
    ...[percent(rest.share), percent(rest.weight), rest.recomputed, rest.paid],
  ]);
  return [
    pairs([
      ["request", requestId],
      ["model", model],
      ["fee", formatOpen(BigInt(feeUopen))],
      ["contributors' part", formatOpen(BigInt(contributorsUopen))],
      ["of it to held-out items", formatOpen(BigInt(pools.heldOut))],
    ]),
    table({
      head: [
        ...["contribution", "item", "class: query x row x dot", "score", "gate", "clip", "repeated", "novelty"],
        ...["held out", "share", "capped", "recomputed", "paid"],
      ],
      rows,
      right: [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    }),
    ...explanation.withheld.map(({ contributionId, item, reason, owner }) => {
      const name = `${contributionId.slice(0, 12)} item ${item}`;
      return `unpaid  ${name}: ${reason} (cluster of ${owner.contributionId.slice(0, 12)} item ${owner.item})`;
    }),
    ...checks.map(({ name, holds }) => `${holds ? "yes" : "NO "}  ${name}`),
  ].join("\n");
}

/** uint16 fixed point. */
function factor(value: string): string {
  return (Number(value) / 65535).toFixed(2);
}

/** Units of 1 / OVERLAP_ONE. */
function part(value: string): string {
  return (Number(value) / OVERLAP_ONE).toFixed(2);
}

/** Units of 10^-18. */
function percent(weight: string): string {
  return `${(Number(BigInt(weight) / 10n ** 12n) / 10_000).toFixed(2)} %`;
}
