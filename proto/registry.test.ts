import { AminoTypes } from "@cosmjs/stargate";
import { describe, expect, test } from "vitest";
import { addresses } from "../chain/app/addresses.ts";
import { composeModules } from "../modules/app.ts";
import { MsgCreateDataNet } from "./gen/openledger/datanet/v1.ts";
import { createAminoConverters, createRegistry, openledgerMessages, openledgerRegistryTypes } from "./registry.ts";

const { modules } = composeModules({ chainId: "test-1", addresses: addresses("open"), feeDenom: "uopen" }, 1);
const routes = modules.flatMap(({ messages }) => messages);

const value = MsgCreateDataNet.fromPartial({
  creator: "open1abc",
  id: "birds",
  title: "Birds",
  labels: ["owl", "wren"],
  submitBlocks: 10n,
});

describe("what wallets import", () => {
  test("every message that the chain routes is registered and has an amino converter of the same type", () => {
    const registry = createRegistry();
    const converters = createAminoConverters();
    for (const { codec, amino } of routes) {
      expect(registry.lookupType(codec.typeUrl), codec.typeUrl).toBeDefined();
      expect(converters[codec.typeUrl], codec.typeUrl).toMatchObject({ aminoType: amino });
    }
    const own = routes.filter(({ codec }) => codec.typeUrl.startsWith("/openledger."));
    expect(own.map(({ codec }) => codec.typeUrl).sort()).toEqual(openledgerMessages.map((c) => c.typeUrl).sort());
    expect(openledgerRegistryTypes.length).toBe(openledgerMessages.length + 1);
  });

  test("a message survives the registry, with partial and with 64-bit fields", () => {
    const registry = createRegistry();
    const bytes = registry.encode({ typeUrl: MsgCreateDataNet.typeUrl, value });
    expect(registry.decode({ typeUrl: MsgCreateDataNet.typeUrl, value: bytes })).toEqual(value);
    const any = registry.encodeAsAny({ typeUrl: MsgCreateDataNet.typeUrl, value: { id: "birds" } });
    expect(MsgCreateDataNet.decode(any.value).id).toBe("birds");
  });

  test("and the way to amino and back", () => {
    const types = new AminoTypes(createAminoConverters());
    const amino = types.toAmino({ typeUrl: MsgCreateDataNet.typeUrl, value });
    expect(amino).toEqual({
      type: "openledger/MsgCreateDataNet",
      value: { creator: "open1abc", id: "birds", labels: ["owl", "wren"], submit_blocks: "10", title: "Birds" },
    });
    expect(types.fromAmino(amino)).toEqual({ typeUrl: MsgCreateDataNet.typeUrl, value });
  });
});
