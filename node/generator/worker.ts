import { parentPort, workerData } from "node:worker_threads";
import { GeneratorError } from "./errors.ts";
import type { CallKind, CallMessage, Calls, ReplyMessage } from "./protocol.ts";
import { openResident, type ResidentGenerator, type ResidentOptions } from "./resident.ts";

const options = workerData as ResidentOptions;
let opened: Promise<ResidentGenerator> | undefined;

async function resident(): Promise<ResidentGenerator> {
  if (!opened) throw new Error("the generator is not open");
  return opened;
}

type Handlers = { [K in CallKind]: (input: Calls[K]["input"]) => Promise<Calls[K]["output"]> };

const handlers: Handlers = {
  open: async (blobs) => {
    opened = openResident(blobs, options).catch((error: Error) => {
      if (error instanceof GeneratorError) throw error;
      // Whatever bytes are no generator to one machine are none to any other.
      throw new GeneratorError("mismatch", error.message, { cause: error });
    });
    await opened;
    return undefined;
  },
  answer: async ({ request, paidTokens }) => (await resident()).answer(request, paidTokens),
  check: async ({ request, tokens }) => (await resident()).check(request, tokens),
};

async function reply({ id, kind, input }: CallMessage): Promise<ReplyMessage> {
  try {
    return { id, output: await (handlers[kind] as (input: unknown) => Promise<unknown>)(input) };
  } catch (error) {
    const code = error instanceof GeneratorError ? error.code : undefined;
    return { id, failure: { code, message: (error as Error).message } };
  }
}

// One call at a time: two passes of one graph would only share the thread.
let last: Promise<void> = Promise.resolve();
parentPort?.on("message", (message: CallMessage) => {
  last = last.then(async () => parentPort?.postMessage(await reply(message)));
});
