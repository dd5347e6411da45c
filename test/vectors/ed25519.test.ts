import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fromHex } from "../../chain/crypto/bytes.ts";
import { verifyEd25519 } from "../../chain/crypto/keys.ts";
import { native } from "../../chain/crypto/native.ts";
import { portable } from "../../chain/crypto/portable.ts";
import { describeShared } from "../shared.ts";

interface Case {
  readonly vk_bytes: string;
  readonly sig_bytes: string;
  readonly valid_zip215: boolean;
}

describeShared("ed25519 edge cases under ZIP-215", (dir) => {
  const cases: Case[] = JSON.parse(readFileSync(join(dir, "vectors", "ed25519", "zip215.json"), "utf8"));
  const message = new TextEncoder().encode("Zcash");

  test("every verdict is ZIP-215's", () => {
    expect(cases.length).toBeGreaterThan(100);
    const verdicts = cases.map(({ vk_bytes, sig_bytes }) =>
      verifyEd25519(fromHex(vk_bytes), message, fromHex(sig_bytes)),
    );
    expect(verdicts).toEqual(cases.map(({ valid_zip215 }) => valid_zip215));
  });

  test("the native verifier accepts nothing that ZIP-215 refuses, and the portable provider gives the same verdicts", () => {
    for (const { vk_bytes, sig_bytes, valid_zip215 } of cases) {
      const [key, signature] = [fromHex(vk_bytes), fromHex(sig_bytes)];
      expect(portable.ed25519VerifyFast(signature, message, key)).toBe(valid_zip215);
      if (native.ed25519VerifyFast(signature, message, key)) expect(valid_zip215).toBe(true);
    }
  });

  test("none holds for another message", () => {
    // A key of small order verifies any message under some signatures: those are the cases with S = 0.
    const other = new TextEncoder().encode("zcash");
    const wide = cases.filter(({ sig_bytes }) => !/^0{64}$/.test(sig_bytes.slice(64)));
    for (const { vk_bytes, sig_bytes } of wide) {
      expect(verifyEd25519(fromHex(vk_bytes), other, fromHex(sig_bytes))).toBe(false);
    }
  });
});
