import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { pooled } from "../../cli/work/pooled.ts";
import { MsgClaimRewards, Query } from "../../proto/gen/openledger/rewards/v1.ts";
import { createRegistry } from "../../proto/registry.ts";
import type { Demo } from "./demo.ts";
import { DENOM } from "./options.ts";

const PREFIX = "open";
const GAS_PRICE = `0.001${DENOM}`;
const POLL_MS = 300;
const PARALLEL = 4;

/** Accounts with something to claim do so as any wallet would: through CosmJS. Returns what each one claimed. */
export async function claimAll(demo: Demo, names: readonly string[], snapshot: string): Promise<Map<string, bigint>> {
  const claimed = new Map<string, bigint>();
  const bar = demo.progress.bar("   claims", names.length);
  await pooled(PARALLEL, names, async (name, index) => {
    claimed.set(name, await claim(demo, name, snapshot));
    bar.set(index + 1);
  });
  bar.set(names.length);
  bar.end();
  return claimed;
}

async function claim(demo: Demo, name: string, snapshot: string): Promise<bigint> {
  const address = demo.address(name);
  const [{ accrued }, { shares }] = await Promise.all([
    demo.rpc.query(Query.Claimable, { address }),
    demo.rpc.query(Query.HeldOut, { snapshot }),
  ]);
  const flat = shares.find(({ contributor }) => contributor === address)?.claimable;
  const snapshots = flat === undefined ? [] : [snapshot];
  if (BigInt(accrued?.amount || "0") + BigInt(flat || "0") === 0n) return BigInt(accrued?.claimed || "0");
  const { mnemonic } = demo.manifest.accounts.find((account) => account.name === name) ?? { mnemonic: "" };
  const wallet = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: PREFIX });
  const options = {
    registry: createRegistry(),
    gasPrice: GasPrice.fromString(GAS_PRICE),
    broadcastPollIntervalMs: POLL_MS,
  };
  const client = await SigningStargateClient.connectWithSigner(demo.rpc.url, wallet, options);
  const message = { typeUrl: MsgClaimRewards.typeUrl, value: { claimant: address, snapshots } };
  const result = await client.signAndBroadcast(address, [message], "auto");
  client.disconnect();
  if (result.code !== 0) throw new Error(`${name} could not claim: ${result.rawLog}`);
  const after = await demo.rpc.query(Query.Claimable, { address });
  return BigInt(after.accrued?.claimed || "0");
}
