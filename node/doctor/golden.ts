import type { GoldenReport } from "../influence/golden/check.ts";
import { EXPECTED_DIGESTS } from "../influence/golden/expected.ts";
import type { Provider } from "../influence/graph/runtime.ts";
import { endThread, spawnThread } from "../influence/native-threads.ts";
import { siblingModule } from "../influence/sibling.ts";

/** The check takes a tenth of a second; a machine on which it takes this long verifies nothing in time. */
const TIMEOUT_MS = 60_000;

export interface GoldenRequest {
  readonly provider: Provider | "reference";
  readonly expected: Readonly<Record<string, string>>;
}

export interface GoldenOptions {
  /** Digest by name of the computation; the committed ones by default. */
  readonly expected?: Readonly<Record<string, string>>;
}

/** Runs the golden computations in a thread of their own. Rejects when the thread fails or takes over a minute. */
export function goldenCheck(provider: Provider | "reference", options: GoldenOptions = {}): Promise<GoldenReport> {
  const workerData: GoldenRequest = { provider, expected: options.expected ?? EXPECTED_DIGESTS };
  const worker = spawnThread(siblingModule("golden-worker", import.meta.url), { workerData });
  return new Promise<GoldenReport>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no golden digests within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
    timer.unref();
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread of the golden digests ended with code ${code}`)));
    const finish = () => clearTimeout(timer);
    worker.once("message", finish);
    worker.once("exit", finish);
  }).finally(() => endThread(worker));
}

/** One line that says what differs and what to do. */
export function explainMismatch(report: GoldenReport): string {
  const names = report.results.filter(({ matches }) => !matches).map(({ name }) => name);
  return `golden digests differ on ${report.ranOn} (${names.join(", ")}): run "openledgerd doctor"`;
}
