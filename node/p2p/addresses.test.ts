import { describe, expect, test } from "vitest";
import { parseListenAddress, parsePeerAddress } from "./addresses.ts";
import { chainsSpoken, protocolsOf } from "./protocols.ts";

const ID = "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5";

describe("addresses", () => {
  test("a peer address carries its peer's id", () => {
    expect(parsePeerAddress(`/dns4/node.example/tcp/26656/p2p/${ID}`).peer).toBe(ID);
    expect(parseListenAddress("/ip4/0.0.0.0/tcp/26656").toString()).toBe("/ip4/0.0.0.0/tcp/26656");
  });

  test("a peer address without an id says how to write it", () => {
    expect(() => parsePeerAddress("/ip4/10.0.0.1/tcp/26656")).toThrowErrorMatchingInlineSnapshot(
      "[P2pError: peer address /ip4/10.0.0.1/tcp/26656 does not end in /p2p/NODE_ID. Write it as /ip4/HOST/tcp/PORT/p2p/NODE_ID; `openledgerd status` on that node prints its id]",
    );
  });

  test.each(["10.0.0.1:26656", "", "/ip4/10.0.0.1/udp/1", "/ip4/999.0.0.1/tcp/1", `/ip4/10.0.0.1/tcp/1/p2p/xyz`])(
    "%j is not an address",
    (text) => expect(() => parsePeerAddress(text)).toThrow(expect.objectContaining({ code: "bad-address" })),
  );
});

describe("protocols", () => {
  test("names contain the chain id, and a peer's chains are read back from its protocols", () => {
    const { consensus, txTopic } = protocolsOf("test-1");
    expect([consensus, txTopic]).toEqual(["/openledger/test-1/consensus/1", "/openledger/test-1/txs/1"]);
    expect(chainsSpoken(["/ipfs/id/1.0.0", consensus])).toEqual(["test-1"]);
  });

  test("a chain id that would break a protocol name is refused", () => {
    expect(() => protocolsOf("a/b")).toThrowErrorMatchingInlineSnapshot(
      `[P2pError: chain id "a/b" can't be part of a protocol name. Use 1 to 50 letters, digits, '-', '_' or '.']`,
    );
  });
});
