import { Secp256k1HdWallet } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet, type EncodeObject, type OfflineSigner } from "@cosmjs/proto-signing";
import { AminoTypes, SigningStargateClient } from "@cosmjs/stargate";
import { BaseAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { describe, expect, test } from "vitest";
import { MsgCreateDataNet } from "../proto/gen/openledger/datanet/v1.ts";
import { createAminoConverters, createRegistry } from "../proto/registry.ts";
import { type TestChain, testChain } from "./testing/harness.ts";
import { sendMessage, type Wallet, wallet } from "./testing/wallet.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const FEE = { amount: [{ denom: "uopen", amount: "5000" }], gas: "500000" };

const signers: readonly (readonly [string, () => Promise<OfflineSigner>])[] = [
  ["direct", () => DirectSecp256k1HdWallet.fromMnemonic(MNEMONIC, { prefix: "open" })],
  ["amino", () => Secp256k1HdWallet.fromMnemonic(MNEMONIC, { prefix: "open" })],
];

function accountNumber(chain: TestChain, address: string): number {
  const request = QueryAccountRequest.encode({ address }).finish();
  const { account } = QueryAccountResponse.decode(chain.query("/cosmos.auth.v1beta1.Query/Account", request).value);
  return Number(BaseAccount.decode(account!.value).accountNumber);
}

describe.each(signers)("an unmodified CosmJS client with a %s signer", (_name, makeSigner) => {
  test("signs bank and custom messages that the chain accepts, and nothing else passes for them", async () => {
    const signer = await makeSigner();
    const [{ address } = { address: "" }] = await signer.getAccounts();
    const chain = testChain({ wallets: [{ address } as Wallet] });
    chain.block();
    const client = await SigningStargateClient.offline(signer, {
      registry: createRegistry(),
      aminoTypes: new AminoTypes(createAminoConverters()),
    });
    const sign = async (messages: readonly EncodeObject[], sequence: number, memo = "", timeout?: bigint) => {
      const data = { accountNumber: BigInt(accountNumber(chain, address)), sequence, chainId: "test-1" };
      return TxRaw.encode(await client.sign(address, messages, FEE, memo, data, timeout)).finish();
    };
    const dataNet = MsgCreateDataNet.fromPartial({
      creator: address,
      id: "birds",
      title: "Birds <of> & about",
      topic: "which bird?",
      labels: ["owl", "wren"],
      licence: "CC-BY-4.0",
      submitBlocks: 10n,
      reviewBlocks: 10n,
      revealBlocks: 10n,
    });
    const bob = wallet("bob").address;
    const txs = [
      await sign([sendMessage(address, bob, 5n)], 0, "a <memo> & more", 99n),
      await sign([{ typeUrl: MsgCreateDataNet.typeUrl, value: dataNet }], 1),
    ];
    for (const tx of txs) expect(chain.check(tx)).toMatchObject({ code: 0, log: "" });
    expect(chain.block(txs).txResults.map(({ code, log }) => [code, log])).toEqual([
      [0, ""],
      [0, ""],
      [0, ""],
    ]);
    const next = TxRaw.decode(await sign([sendMessage(address, bob, 5n)], 2, "memo"));
    const forged = {
      ...next,
      bodyBytes: TxRaw.decode(await sign([sendMessage(address, bob, 6n)], 2, "memo")).bodyBytes,
    };
    expect(chain.check(TxRaw.encode(forged).finish())).toMatchObject({ code: 4 });
    expect(chain.check(TxRaw.encode(next).finish())).toMatchObject({ code: 0 });
  });
});
