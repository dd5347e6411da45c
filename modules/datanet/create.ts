import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { DataNet, type MsgCreateDataNet, WindowPhase } from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import type { DatanetKeeper } from "./keeper.ts";
import { DATANET } from "./keys.ts";
import type { DatanetNeeds } from "./needs.ts";
import { demand } from "./types.ts";

/** Number of a DataNet's first window. */
export const FIRST_WINDOW = 1;

/** MsgCreateDataNet: takes the bond and opens the first window. */
export function createDatanet(
  ctx: Context,
  message: MsgCreateDataNet,
  parts: { readonly keeper: DatanetKeeper; readonly needs: DatanetNeeds },
): DataNet {
  const { keeper, needs } = parts;
  const { creator, id, title, topic, labels, licence, submitBlocks, reviewBlocks, revealBlocks } = message;
  const { createBond: bond, maxPhaseBlocks } = keeper.params(ctx);
  for (const blocks of [submitBlocks, reviewBlocks, revealBlocks]) {
    demand(blocks <= maxPhaseBlocks, `a phase of ${blocks} blocks, at most ${maxPhaseBlocks}`);
  }
  if (keeper.datanet(ctx, id)) throw errors.exists(`DataNet ${id} exists already`);
  needs.bank.sendToModule(ctx, creator, DATANET, parseAmount(bond));
  const height = BigInt(ctx.height);
  const net = DataNet.fromPartial({
    ...{ id, creator, title, topic, labels, licence, submitBlocks, reviewBlocks, revealBlocks, bond },
    ...{ window: FIRST_WINDOW, phase: WindowPhase.WINDOW_PHASE_SUBMIT },
    ...{ phaseStart: height, phaseEnd: height + submitBlocks },
  });
  keeper.setWindowStart(ctx, id, FIRST_WINDOW, 0);
  keeper.saveDatanet(ctx, net);
  ctx.events.emit("create_datanet", [
    ["datanet", id],
    ["creator", creator],
    ["bond", bond],
  ]);
  return net;
}
