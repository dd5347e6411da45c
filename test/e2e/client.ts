import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { AminoTypes, GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { createAminoConverters, createRegistry } from "../../proto/registry.ts";
import type { TestNetwork } from "./network.ts";
import type { TestNode } from "./node.ts";
import { PATIENCE_MS } from "./process.ts";

export interface TestWallet {
  readonly address: string;
  readonly client: SigningStargateClient;
}

/** An unmodified CosmJS client that signs for a funded account, connected to one node. */
export async function connect(network: TestNetwork, account: string, node: TestNode): Promise<TestWallet> {
  const { address, mnemonic } = network.account(account);
  const signer = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: "open" });
  const client = await SigningStargateClient.connectWithSigner(node.rpc, signer, {
    registry: createRegistry(),
    aminoTypes: new AminoTypes(createAminoConverters()),
    gasPrice: GasPrice.fromString("0.001uopen"),
    broadcastTimeoutMs: PATIENCE_MS,
    broadcastPollIntervalMs: 100,
  });
  return { address, client };
}
