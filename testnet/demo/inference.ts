import { setTimeout as sleep } from "node:timers/promises";
import { Query } from "../../proto/gen/openledger/inference/v1.ts";
import { askedQuestions, writeCsv } from "./data.ts";
import type { LabelledText } from "./dealing.ts";
import type { Demo } from "./demo.ts";
import { ROLES_ON_CHAIN } from "./network.ts";
import { MODEL } from "./options.ts";

/** Requests that wait for their settlement at a time: what two verifiers on two cores recompute in a claim's window. */
const IN_FLIGHT = "48";
const BATCH = "12";
const TIMEOUT_SECONDS = "180";
const POLL_MS = 1000;

export interface Inference {
  readonly request: string;
  readonly text: string;
  readonly status: string;
  readonly fee: string;
}

/** A host serves the model while one account asks all questions; ends when every request is settled or refunded. */
export async function askAll(demo: Demo, questions: readonly LabelledText[]): Promise<Inference[]> {
  const host = ["--home", demo.networkDir, "--keyring-backend", "test", "--node", demo.rpc.url];
  demo.serve("host", ["host", "start", "--model", MODEL, "--from", ROLES_ON_CHAIN.host, ...host]);
  const asked = askedQuestions(questions, demo.options);
  const file = writeCsv(demo.file("questions.csv"), asked);
  const bar = demo.progress.bar("   inferences", asked.length);
  const watching = new AbortController();
  const watched = watch(demo, (over) => bar.set(over), watching.signal);
  try {
    const { inferences } = await demo.cli<{ readonly inferences: readonly Inference[] }>(
      ...["infer", "--model", MODEL, "--file", file, "--from", ROLES_ON_CHAIN.reader],
      ...["--batch", BATCH, "--in-flight", IN_FLIGHT, "--timeout", TIMEOUT_SECONDS],
    );
    bar.set(inferences.length);
    return [...inferences];
  } finally {
    watching.abort();
    await watched;
    bar.end();
  }
}

/** Shows how many requests are over. A node that does not answer for once is asked again. */
async function watch(demo: Demo, show: (over: number) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const found = await demo.rpc.query(Query.Totals, {}).catch(() => undefined);
    const totals = found?.totals;
    if (totals) show(Number(totals.settledRequests + totals.refundedRequests + totals.rejectedRequests));
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
