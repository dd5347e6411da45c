import { describe, expect, test } from "vitest";
import { toHex } from "../crypto/bytes.ts";
import {
  type ConsensusParams,
  consensusHash,
  DEFAULT_CONSENSUS_PARAMS as DEFAULT,
  decodeConsensusParams,
  encodeConsensusParams,
  extensionsEnabled,
  ParamsError,
  validateParams,
  validateParamsUpdate,
} from "./params.ts";

const verdict = (run: () => void): string => {
  try {
    run();
    return "valid";
  } catch (error) {
    return error instanceof ParamsError ? error.code : `another error: ${error}`;
  }
};

const withExtensionsAt = (height: number): ConsensusParams => ({
  ...DEFAULT,
  abci: { voteExtensionsEnableHeight: height },
});

describe("consensus parameters", () => {
  test("the consensus hash of CometBFT's defaults is the known one", () => {
    expect(toHex(consensusHash(DEFAULT)).toUpperCase()).toBe(
      "048091BC7DDC283F77BFBF91D73C44DA58C3DF8A9CBC867405D8B7F3DAADA22F",
    );
    expect(consensusHash(withExtensionsAt(9))).toEqual(consensusHash(DEFAULT));
  });

  test("survive their encoding", () => {
    expect(decodeConsensusParams(encodeConsensusParams(DEFAULT))).toEqual(DEFAULT);
  });

  test("behavior: refused values", () => {
    const { block, evidence } = DEFAULT;
    expect(verdict(() => validateParams(DEFAULT))).toBe("valid");
    expect(verdict(() => validateParams({ ...DEFAULT, block: { ...block, maxBytes: 0 } }))).toBe("bad_block");
    expect(verdict(() => validateParams({ ...DEFAULT, block: { ...block, maxBytes: 2 ** 40 } }))).toBe("bad_block");
    expect(verdict(() => validateParams({ ...DEFAULT, block: { ...block, maxGas: -2 } }))).toBe("bad_block");
    expect(verdict(() => validateParams({ ...DEFAULT, evidence: { ...evidence, maxAgeNumBlocks: 0 } }))).toBe(
      "bad_evidence",
    );
    expect(verdict(() => validateParams({ ...DEFAULT, evidence: { ...evidence, maxBytes: 2 ** 30 } }))).toBe(
      "bad_evidence",
    );
    expect(verdict(() => validateParams({ ...DEFAULT, validator: { pubKeyTypes: ["sr25519"] } }))).toBe(
      "bad_validator",
    );
    expect(verdict(() => validateParams(withExtensionsAt(-1)))).toBe("bad_abci");
  });

  test("vote extensions: enabling at any height is applied or refused, and never undone", () => {
    const update = (from: number, to: number, height: number): string =>
      verdict(() => validateParamsUpdate(withExtensionsAt(from), withExtensionsAt(to), height));
    expect(update(0, 11, 10)).toBe("valid");
    expect(update(0, 10, 10)).toBe("bad_abci");
    expect(update(0, 3, 10)).toBe("bad_abci");
    expect(update(11, 12, 10)).toBe("valid");
    expect(update(11, 0, 10)).toBe("valid");
    expect(update(11, 0, 11)).toBe("bad_abci");
    expect(update(11, 13, 12)).toBe("bad_abci");
    expect(update(11, 11, 12)).toBe("valid");
  });

  test("extensions are expected from the enabling height on", () => {
    expect([0, 1, 4, 5, 6].map((height) => extensionsEnabled(withExtensionsAt(5), height))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(extensionsEnabled(withExtensionsAt(0), 100)).toBe(false);
  });
});
