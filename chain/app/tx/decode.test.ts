import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { AuthInfo, ModeInfo, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { describe, expect, test } from "vitest";
import { AppError } from "../errors.ts";
import { decodeTx } from "./decode.ts";
import { unwrapInjected, wrapInjected } from "./injected-envelope.ts";
import { MAX_MODE_INFO_DEPTH, MAX_TX_BYTES, MAX_TX_MESSAGES, MAX_TX_SIGNERS } from "./limits.ts";

const any = { typeUrl: "/a.B", value: Uint8Array.of(8, 1) };
const NONE = new Uint8Array(0);

function tx(parts: { body?: Uint8Array; auth?: Uint8Array; signatures?: Uint8Array[] } = {}): Uint8Array {
  return TxRaw.encode({
    bodyBytes: parts.body ?? TxBody.encode(TxBody.fromPartial({ messages: [any], memo: "hi" })).finish(),
    authInfoBytes: parts.auth ?? AuthInfo.encode(AuthInfo.fromPartial({ fee: { gasLimit: 5n } })).finish(),
    signatures: parts.signatures ?? [Uint8Array.of(1)],
  }).finish();
}

function codeOf(fn: () => unknown): string {
  try {
    fn();
    return "accepted";
  } catch (error) {
    return error instanceof AppError ? `${error.codespace}/${error.code}` : `threw ${error}`;
  }
}

/** `depth` ModeInfos, each the only one inside the multi of the one before. */
function nested(depth: number): ModeInfo {
  let mode = ModeInfo.fromPartial({ single: { mode: SignMode.SIGN_MODE_DIRECT } });
  for (let i = 1; i < depth; i++) mode = ModeInfo.fromPartial({ multi: { bitarray: {}, modeInfos: [mode] } });
  return mode;
}

const authWith = (modeInfo: ModeInfo) =>
  AuthInfo.encode(AuthInfo.fromPartial({ signerInfos: [{ modeInfo, sequence: 1n }] })).finish();

describe("decodeTx", () => {
  test("reads what a wallet writes", () => {
    const decoded = decodeTx(tx());
    expect(decoded.body).toMatchObject({ messages: [any], memo: "hi" });
    expect(decoded.authInfo.fee?.gasLimit).toBe(5n);
    expect(decoded.size).toBe(tx().length);
  });

  test("refuses what is too large or too many before it decodes", () => {
    expect(codeOf(() => decodeTx(new Uint8Array(MAX_TX_BYTES + 1)))).toBe("sdk/21");
    expect(codeOf(() => decodeTx(tx({ signatures: Array(MAX_TX_SIGNERS + 1).fill(NONE) })))).toBe("sdk/14");
    const messages = (count: number) =>
      TxBody.encode(TxBody.fromPartial({ messages: Array(count).fill(any) })).finish();
    expect(codeOf(() => decodeTx(tx({ body: messages(MAX_TX_MESSAGES) })))).toBe("accepted");
    expect(codeOf(() => decodeTx(tx({ body: messages(MAX_TX_MESSAGES + 1) })))).toBe("sdk/2");
    expect(codeOf(() => decodeTx(tx({ body: NONE })))).toBe("sdk/18");
    const coins = Array.from({ length: 17 }, () => ({ denom: "aaa", amount: "1" }));
    const auth = AuthInfo.encode(AuthInfo.fromPartial({ fee: { amount: coins } })).finish();
    expect(codeOf(() => decodeTx(tx({ auth })))).toBe("sdk/2");
  });

  test("bounds nesting, however deep", () => {
    expect(codeOf(() => decodeTx(tx({ auth: authWith(nested(MAX_MODE_INFO_DEPTH + 1)) })))).toBe("accepted");
    expect(codeOf(() => decodeTx(tx({ auth: authWith(nested(MAX_MODE_INFO_DEPTH + 2)) })))).toBe("sdk/2");
    expect(codeOf(() => decodeTx(tx({ auth: authWith(nested(2_000)) })))).toBe("sdk/2");
    // Groups nest without a length, so that 200 kB are 200,000 levels to a recursive reader.
    expect(codeOf(() => decodeTx(new Uint8Array(200_000).fill(0x0b)))).toBe("sdk/2");
    expect(codeOf(() => decodeTx(tx({ body: new Uint8Array(100_000).fill(0x13) })))).toBe("sdk/2");
  });

  test("accepts one encoding only", () => {
    const body = TxBody.encode(TxBody.fromPartial({ messages: [any] })).finish();
    const variants = {
      "an unknown field": Uint8Array.of(...body, 0x50, 1),
      "an explicit default": Uint8Array.of(...body, 0x18, 0),
      "a padded number": Uint8Array.of(...body, 0x18, 0x81, 0x00),
      "another order": Uint8Array.of(0x18, 9, ...body),
      "a truncated field": body.slice(0, -1),
    };
    for (const [name, bytes] of Object.entries(variants)) {
      expect(
        codeOf(() => decodeTx(tx({ body: bytes }))),
        name,
      ).toBe("sdk/2");
    }
    expect(codeOf(() => decodeTx(Uint8Array.of(...tx(), 0x22, 0)))).toBe("sdk/2");
  });

  test("every truncation and every flipped byte is accepted or an AppError, never anything else", () => {
    const bytes = tx({ auth: authWith(nested(2)) });
    for (let at = 0; at < bytes.length; at++) {
      expect(codeOf(() => decodeTx(bytes.slice(0, at)))).toMatch(/^(sdk\/\d+|accepted)$/);
      for (const flip of [0x01, 0x80, 0xff]) {
        const bad = Uint8Array.from(bytes);
        bad[at]! ^= flip;
        expect(codeOf(() => decodeTx(bad))).toMatch(/^(sdk\/\d+|accepted)$/);
      }
    }
  });

  test("refuses extension options and tips", () => {
    const body = TxBody.encode(TxBody.fromPartial({ messages: [any], nonCriticalExtensionOptions: [any] })).finish();
    expect(codeOf(() => decodeTx(tx({ body })))).toBe("sdk/31");
    const auth = AuthInfo.encode(AuthInfo.fromPartial({ tip: { tipper: "a" } })).finish();
    expect(codeOf(() => decodeTx(tx({ auth })))).toBe("sdk/37");
  });
});

describe("the envelope of transaction 0", () => {
  test("wraps and unwraps, and decodes as any transaction does", () => {
    const wrapped = wrapInjected("/a.B", Uint8Array.of(7, 8));
    expect(unwrapInjected("/a.B", wrapped)).toEqual(Uint8Array.of(7, 8));
    expect(unwrapInjected("/a.B", wrapInjected("/a.B", NONE))).toEqual(NONE);
    expect(TxBody.decode(TxRaw.decode(wrapped).bodyBytes).messages).toEqual([
      { typeUrl: "/a.B", value: Uint8Array.of(7, 8) },
    ]);
  });

  test("is refused with another type, a signature, auth info, a memo or padding", () => {
    const wrapped = wrapInjected("/a.B", Uint8Array.of(7));
    const others = [
      wrapInjected("/a.C", Uint8Array.of(7)),
      tx({ body: TxRaw.decode(wrapped).bodyBytes, auth: NONE, signatures: [NONE] }),
      tx({ body: TxRaw.decode(wrapped).bodyBytes, signatures: [] }),
      tx({
        body: TxBody.encode(TxBody.fromPartial({ messages: [any], memo: "m" })).finish(),
        auth: NONE,
        signatures: [],
      }),
      Uint8Array.of(...wrapped, 0),
      NONE,
    ];
    for (const bytes of others) expect(unwrapInjected("/a.B", bytes)).toBeUndefined();
  });
});
