import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitFromJson, headerFromJson, validatorFromJson } from "../../chain/codec/comet-json.ts";
import { LightError, type SignedHeader, type TrustedState, verifyHeader } from "../../chain/sync/light-client.ts";
import type { Commit } from "../../chain/types/commit.ts";
import { fromRfc3339 } from "../../chain/types/time.ts";
import { ValidatorError } from "../../chain/types/validator-errors.ts";
import { ValidatorSet } from "../../chain/types/validator-set.ts";
import { describeShared } from "../shared.ts";
import { withParts } from "./rust-json.ts";

interface JsonSet {
  readonly validators: readonly unknown[];
}

interface JsonSigned {
  readonly header: unknown;
  readonly commit: unknown;
}

interface Case {
  readonly initial: {
    readonly signed_header: JsonSigned;
    readonly next_validator_set: JsonSet;
    readonly trusting_period: string;
  };
  readonly input: readonly {
    readonly block: {
      readonly signed_header: JsonSigned;
      readonly validator_set: JsonSet;
      readonly next_validator_set: JsonSet;
    };
    readonly now: string;
    readonly verdict: "SUCCESS" | "NOT_ENOUGH_TRUST" | "INVALID";
  }[];
}

const setOf = ({ validators }: JsonSet): ValidatorSet =>
  ValidatorSet.restore(validators.map((v) => validatorFromJson(v)));

const signedOf = ({ header, commit }: JsonSigned): SignedHeader => ({
  header: headerFromJson(header),
  commit: commitFromJson(commit) as Commit,
});

function verdictOf(run: () => void): string {
  try {
    run();
    return "SUCCESS";
  } catch (error) {
    // A set that breaks its own rules (no validators, say) is refused before verification.
    if (error instanceof ValidatorError) return "INVALID";
    if (!(error instanceof LightError)) throw error;
    return error.code === "not_enough_trust" ? "NOT_ENOUGH_TRUST" : "INVALID";
  }
}

describeShared("model-based light client cases (tendermint-rs)", (dir) => {
  const folder = join(dir, "vectors", "light-client");
  const files = readdirSync(folder).sort();

  test.each(files)("%s", (file) => {
    const { initial, input } = withParts(JSON.parse(readFileSync(join(folder, file), "utf8"))) as Case;
    let trusted: TrustedState = {
      header: signedOf(initial.signed_header).header,
      nextValidators: setOf(initial.next_validator_set),
    };
    const verdicts = input.map(({ block, now }) =>
      verdictOf(() => {
        const signed = signedOf(block.signed_header);
        verifyHeader(
          trusted,
          { ...signed, validators: setOf(block.validator_set) },
          { now: fromRfc3339(now), trustingPeriodNs: BigInt(initial.trusting_period) },
        );
        trusted = { header: signed.header, nextValidators: setOf(block.next_validator_set) };
      }),
    );
    expect(verdicts).toEqual(input.map(({ verdict }) => verdict));
  });

  test("all three verdicts occur", () => {
    const texts = files.map((file) => readFileSync(join(folder, file), "utf8")).join("");
    for (const verdict of ["SUCCESS", "NOT_ENOUGH_TRUST", "INVALID"]) expect(texts).toContain(`"${verdict}"`);
  });
});
