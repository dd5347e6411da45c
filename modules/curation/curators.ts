import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { Curator, type MsgRegisterCurator } from "../../proto/gen/openledger/curation/v1.ts";
import { positiveAmountOf } from "../datanet/types.ts";
import { errors } from "./errors.ts";
import type { CurationKeeper } from "./keeper.ts";
import { CURATION } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";

interface CuratorParts {
  readonly keeper: CurationKeeper;
  readonly bank: BankNeeds;
}

/** MsgRegisterCurator: a new curator, or more bond for a registered one. */
export function registerCurator(ctx: Context, message: MsgRegisterCurator, { keeper, bank }: CuratorParts): void {
  const { curatorBond, maxCurators } = keeper.params(ctx);
  const added = positiveAmountOf(message.bond, "bond");
  const earlier = keeper.curator(ctx, message.curator);
  if (!earlier) {
    const least = parseAmount(curatorBond);
    if (added < least) throw errors.bondTooLow(`a curator's bond is at least ${least}, got ${added}`);
    if (count(keeper.curators(ctx)) >= maxCurators) throw errors.full(`there are ${maxCurators} curators already`);
  }
  bank.sendToModule(ctx, message.curator, CURATION, added);
  const curator = earlier ?? Curator.fromPartial({ address: message.curator, bond: "0", locked: "0" });
  const bond = (parseAmount(curator.bond) + added).toString();
  keeper.saveCurator(ctx, { ...curator, bond });
  emit(ctx, "register_curator", message.curator, bond);
}

/** MsgUnregisterCurator: refused while the curator sits on an open panel. */
export function unregisterCurator(ctx: Context, address: string, { keeper, bank }: CuratorParts): void {
  const { bond, seats } = keeper.requireCurator(ctx, address);
  if (seats > 0) throw errors.seated(`${address} sits on ${seats} open panels`, { seats });
  bank.sendFromModule(ctx, CURATION, address, parseAmount(bond));
  keeper.removeCurator(ctx, address);
  emit(ctx, "unregister_curator", address, bond);
}

function emit(ctx: Context, type: string, curator: string, bond: string): void {
  ctx.events.emit(type, [
    ["curator", curator],
    ["bond", bond],
  ]);
}

function count(entries: Iterable<unknown>): number {
  let total = 0;
  for (const _ of entries) total += 1;
  return total;
}
