import { expect, test } from "vitest";
import { toBech32 } from "../crypto/bech32.ts";
import { addresses } from "./addresses.ts";

const book = addresses("open");
const bytes = new Uint8Array(20).fill(7);

test("an address has one text", () => {
  const text = book.toText(bytes);
  expect(book.fromText(text)).toEqual(bytes);
  const others = [
    text.toUpperCase(),
    `${text} `,
    text.slice(0, -1),
    toBech32("cosmos", bytes),
    toBech32("open", bytes.slice(1)),
    "",
  ];
  for (const other of others)
    expect(() => book.fromText(other), other).toThrow("not an address of this chain (prefix open)");
});

test("a module's address is that of the Cosmos SDK", () => {
  // x/auth's NewModuleAddress("fee_collector"), known on the Cosmos Hub as cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta.
  expect(addresses("cosmos").ofModule("fee_collector")).toBe("cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta");
});
