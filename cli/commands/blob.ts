import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import {
  blobIdOf,
  downloadBlob,
  downloadLarge,
  looksLikeManifest,
  MAX_BLOB_BYTES,
  uploadBlob,
  uploadLarge,
} from "../../node/blobs/index.ts";
import { ChainClient } from "../chain/client.ts";
import { uploadSigner } from "../chain/upload-signer.ts";
import { openKeyring } from "../keyring/open.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";
import { claimAvailability } from "../work/availability.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { amount, claimIdOf } from "./job-options.ts";
import { addTxOptions, type TxOptions } from "./tx.ts";

const HELP = `
Examples:
  openledgerd blob put items.bin --from alice
  openledgerd blob get 5891b5b5... --out items.bin
  openledgerd blob claim 5891b5b5... --from alice`;

export function blobCommand(program: Command): void {
  const blob = program
    .command("blob")
    .description("content-addressed blobs of the node at --node")
    .addHelpText("after", HELP);
  blob
    .command("put <file>")
    .description("upload a file; over 4 MiB it travels in chunks. Who uploads needs an account on the chain")
    .requiredOption("--from <key>", "key that signs the upload")
    .addHelpText("after", "\nExample:\n  openledgerd blob put items.bin --from alice")
    .action(async (file: string, options: { from: string }, self: Command) => {
      const { node } = globalsOf(self);
      const bytes = new Uint8Array(readFileSync(file));
      const chainId = await (await ChainClient.connect(node)).chainId();
      const signer = uploadSigner(chainId, await openKeyring(globalsOf(self)).material(options.from));
      const put = bytes.length > MAX_BLOB_BYTES ? uploadLarge : uploadBlob;
      const id = await put(node, signer, bytes);
      printerOf(self).answer({ id, bytes: bytes.length }, () => id);
    });
  blob
    .command("get <id>")
    .description("download a blob, fetched from the network when the node lacks it")
    .option("--out <file>", "file to write; standard output by default")
    .action(async (id: string, options: { out?: string }, self: Command) => {
      const { node } = globalsOf(self);
      const first = await downloadBlob(node, id);
      const bytes = looksLikeManifest(first) ? await downloadLarge(node, id) : first;
      if (!options.out) process.stdout.write(bytes);
      else {
        writeFileSync(options.out, bytes);
        printerOf(self).answer(
          { id, file: options.out, bytes: bytes.length },
          () => `${options.out}: ${bytes.length} bytes`,
        );
      }
    });
  addTxOptions(blob.command("claim <id>"))
    .description("claim that a blob is there, with a bond: validators fetch it, or drawn chunks of a large one")
    .option("--bond <uopen>", "more than the least bond of a claim", amount)
    .addHelpText("after", "\nExample:\n  openledgerd blob claim 5891b5b5... --from alice")
    .action(async (id: string, options: TxOptions & { readonly bond?: string }, self: Command) => {
      const blobId = claimIdOf(id);
      const session = await openSession(globalsOf(self), options);
      const claimed = await claimAvailability(session, { blob: blobId, bond: options.bond }, stderrProgress());
      printerOf(self).answer(claimed, () =>
        pairs([
          ["claim", claimed.claim],
          ["status", claimed.status],
          ["power that accepts", `${claimed.accepted} of ${claimed.power}`],
        ]),
      );
    });
  blob
    .command("id <file>")
    .description("the id that a file of up to 4 MiB has as a blob")
    .action((file: string, _options: unknown, self: Command) => {
      const id = blobIdOf(new Uint8Array(readFileSync(file)));
      printerOf(self).answer({ id }, () => id);
    });
}
