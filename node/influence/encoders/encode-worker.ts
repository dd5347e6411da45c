import { parentPort, workerData } from "node:worker_threads";
import type { Provider } from "../session.ts";
import { openEncoder } from "./open.ts";
import type { EncodeReply, EncodeRequest } from "./threads.ts";
import type { EncoderFiles } from "./types.ts";

const { files, provider } = workerData as { files: EncoderFiles; provider: Provider };

const opened = openEncoder(files, { provider });
// Every request reports it; by itself it must not end the thread.
opened.catch(() => undefined);

parentPort?.on("message", async ({ texts }: EncodeRequest) => {
  let reply: EncodeReply;
  try {
    const features = await (await opened).encodeAll(texts);
    reply = { features };
  } catch (error) {
    const { code, message, nextStep } = error as { code?: string; message: string; nextStep?: string };
    reply = { failure: { code, message, nextStep } };
  }
  parentPort?.postMessage(reply, "features" in reply ? [reply.features.buffer as ArrayBuffer] : []);
});
