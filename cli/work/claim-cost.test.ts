import { expect, test } from "vitest";
import { DEFAULT_PARAMS } from "../../modules/attribution/params.ts";
import { ClaimKind, type Params } from "../../proto/gen/openledger/attribution/v1.ts";
import { claimCost, MODEL_CLAIMS as KINDS, noteClaimCost } from "./claim-cost.ts";
import type { Session } from "./session.ts";

const { CLAIM_KIND_FIDELITY, CLAIM_KIND_INDEX } = ClaimKind;

function chain(changes: Partial<Params> = {}): Pick<Session, "query"> {
  const params = { ...DEFAULT_PARAMS, ...changes };
  return { query: async () => ({ params }) as never };
}

test("default: bonds come back, the kinds' fees are paid", async () => {
  expect(await claimCost(chain(), KINDS, "1000000")).toEqual({ bonds: 2_000_000n, fees: 100_000n });
  expect(await claimCost(chain(), [CLAIM_KIND_FIDELITY], "1000000")).toEqual({ bonds: 1_000_000n, fees: 200_000n });
});

test("behavior: nobody is paid for kinds that nobody attests", async () => {
  const unattested = chain({ unattestedKinds: [CLAIM_KIND_INDEX] });
  expect(await claimCost(unattested, KINDS, "1000000")).toEqual({ bonds: 2_000_000n, fees: 50_000n });
});

test("behavior: it is said in one line", () => {
  const lines: string[] = [];
  const progress = { note: (text: string) => void lines.push(text) };
  noteClaimCost({ bonds: 2_000_000n, fees: 100_000n }, progress);
  noteClaimCost({ bonds: 1_000_000n, fees: 0n }, progress);
  expect(lines).toMatchInlineSnapshot(`
    [
      "claims: 2 OPEN of bonds, back once they are accepted and past dispute, and 0.1 OPEN for the validators who attest",
      "claims: 1 OPEN of bonds, back once they are accepted and past dispute",
    ]
  `);
});
