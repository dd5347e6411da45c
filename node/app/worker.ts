import { parentPort, workerData } from "node:worker_threads";
import type { Log, LogFields } from "../../chain/ports.ts";
import { NodeError } from "../errors.ts";
import type { AppHostError } from "./client.ts";
import { AppHost } from "./host.ts";
import { type AppHostOptions, openApp } from "./open-app.ts";
import type { CallMessage, WorkerMessage } from "./protocol.ts";

// The thread that owns the application and its database. It answers one call after the other; `close` ends it.

const port = parentPort;
if (!port) throw new TypeError("this module runs in a worker thread only");

function post(message: WorkerMessage): void {
  port?.postMessage(message);
}

const write = (level: "debug" | "info" | "warn" | "error") => (message: string, fields?: LogFields) =>
  post(fields ? { kind: "log", level, message, fields } : { kind: "log", level, message });

const log: Log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };

async function main(): Promise<void> {
  const { app, store } = await openApp(workerData as AppHostOptions, log);
  const host = new AppHost({ app, write: (writes) => store.write(writes) });
  port?.on("message", (message: CallMessage | "close") => {
    if (message === "close") {
      host
        .idle()
        .then(() => store.close())
        .then(() => port?.close(), stop);
      return;
    }
    const { id, call, body } = message;
    host.call(call, body).then(
      (answer) => post({ kind: "answer", id, body: answer }),
      (error: AppHostError) => {
        post({ kind: "error", id, code: error.code, message: error.message });
        if (error.code === "crashed") post({ kind: "stopped", message: error.message });
      },
    );
  });
  post({ kind: "ready" });
}

function stop(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof NodeError ? { code: error.code, hint: error.hint } : {};
  post({ kind: "stopped", message, ...known });
}

main().catch(stop);
