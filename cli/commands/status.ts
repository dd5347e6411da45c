import type { Command } from "commander";
import { ChainClient } from "../chain/client.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";

export function statusCommand(program: Command): void {
  program
    .command("status")
    .description("where the node at --node stands")
    .action(async (_options: unknown, self: Command) => {
      const { comet } = await ChainClient.connect(globalsOf(self).node);
      const { nodeInfo, syncInfo, validatorInfo } = await comet.status();
      const answer = {
        chainId: nodeInfo.network,
        moniker: nodeInfo.moniker,
        nodeId: Buffer.from(nodeInfo.id).toString("hex"),
        height: syncInfo.latestBlockHeight,
        time: syncInfo.latestBlockTime.toISOString(),
        appHash: syncInfo.latestAppHash,
        catchingUp: syncInfo.catchingUp,
        votingPower: validatorInfo?.votingPower ?? 0n,
      };
      printerOf(self).answer(answer, () =>
        pairs([
          ["chain", answer.chainId],
          ["moniker", answer.moniker],
          ["height", answer.height],
          ["time", answer.time],
          ["app hash", Buffer.from(answer.appHash).toString("hex")],
          ["catching up", answer.catchingUp],
          ["voting power", String(answer.votingPower)],
        ]),
      );
    });
}
