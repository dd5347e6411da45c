import { describe, expect, test } from "vitest";
import { Hello } from "../../proto/gen/openledger/p2p/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { checkHello, encodeHello } from "./handshake.ts";

const SELF = {
  chainId: "test-1",
  genesisHash: new Uint8Array(32).fill(7),
  moniker: "me",
  software: "openledger/0.1.0",
};

describe("handshake", () => {
  test("a peer of the same chain is accepted, and its names are made printable and short", () => {
    const hello = encodeHello({ ...SELF, moniker: `\u001b[31m${"x".repeat(100)}` });
    expect(hello.length).toBeLessThan(256);
    expect(checkHello(SELF, hello)).toEqual({ moniker: `?[31m${"x".repeat(59)}`, software: "openledger/0.1.0" });
  });

  test("another genesis, chain id or version is a wrong chain", () => {
    const refusal = (change: object): string => {
      try {
        const base = { version: 1, chainId: "test-1", genesisHash: SELF.genesisHash, moniker: "", software: "" };
        checkHello(SELF, encodeBytes(Hello, { ...base, ...change }));
        return "accepted";
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(refusal({})).toBe("accepted");
    expect(refusal({ genesisHash: new Uint8Array(32) })).toBe("wrong-chain");
    expect(refusal({ genesisHash: new Uint8Array(0) })).toBe("wrong-chain");
    expect(refusal({ chainId: "test-2" })).toBe("wrong-chain");
    expect(refusal({ version: 2 })).toBe("wrong-chain");
  });

  test("bytes that are not a Hello are malformed", () => {
    expect(() => checkHello(SELF, new Uint8Array([0xff, 0xff]))).toThrowErrorMatchingInlineSnapshot(
      "[P2pError: the first frame is not a Hello]",
    );
  });
});
