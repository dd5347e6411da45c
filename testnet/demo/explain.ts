import type { Demo } from "./demo.ts";
import type { Inference } from "./inference.ts";
import type { Explained } from "./result.ts";

/** Payments that are recomputed. */
const EXPLAINED = 3;

interface ExplainAnswer {
  readonly payouts: readonly { readonly contribution: string; readonly paid: string; readonly recomputed: string }[];
}

/** Recomputes what some requests paid to their best-paid contribution. Throws when an amount differs. */
export async function explainSome(demo: Demo, inferences: readonly Inference[]): Promise<Explained[]> {
  const explained: Explained[] = [];
  for (const { request } of inferences.filter(({ status }) => status === "settled")) {
    if (explained.length === EXPLAINED) break;
    const { payouts } = await demo.cli<ExplainAnswer>("explain", "--request", request);
    const wrong = payouts.find(({ paid, recomputed }) => paid !== recomputed);
    if (wrong)
      throw new Error(
        `request ${request} paid ${wrong.paid} to ${wrong.contribution}, recomputed: ${wrong.recomputed}`,
      );
    const [first] = payouts;
    if (!first) continue;
    const { contribution: contributionId, paid, recomputed } = first;
    explained.push({ requestId: request, contributionId, paid, recomputed });
    demo.progress.note(`   request ${request.slice(0, 12)}: ${payouts.length} payouts recomputed, all equal`);
  }
  return explained;
}
