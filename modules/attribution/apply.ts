import type { Context } from "../../chain/app/context.ts";
import type { VoteExtension } from "../../proto/gen/openledger/attribution/v1.ts";
import { isReveal, nextBeacon, type Reveal } from "./beacon.ts";
import type { AttributionKeeper } from "./keeper.ts";
import type { SetMember } from "./needs.ts";

/** Extensions by position in the set that signed the block before; undefined where there is none. */
export interface SignedExtensions {
  readonly set: readonly SetMember[];
  readonly extensions: readonly (VoteExtension | undefined)[];
}

/** Stores roots, advances hash chains and makes the block's beacon. Returns how many roots and reveals counted. */
export function applyExtensions(
  ctx: Context,
  keeper: AttributionKeeper,
  { set, extensions }: SignedExtensions,
): { readonly roots: number; readonly reveals: number } {
  const signedHeight = ctx.height - 1;
  const reveals: Reveal[] = [];
  let roots = 0;
  set.forEach(({ address }, i) => {
    const extension = extensions[i];
    if (!extension) return;
    if (extension.root.length > 0) {
      keeper.saveRoot(ctx, signedHeight, { validator: address, root: extension.root });
      roots++;
    }
    if (advance(ctx, keeper, { validator: address, value: extension.reveal })) {
      reveals.push({ validator: address, value: extension.reveal });
    }
  });
  keeper.saveBeacon(ctx, ctx.height, nextBeacon(keeper.beacon(ctx).beacon, reveals));
  return { roots, reveals: reveals.length };
}

/** True when the validator's chain confirmed the reveal of the signing height; the chain then stands there. */
function advance(ctx: Context, keeper: AttributionKeeper, { validator, value }: Reveal): boolean {
  const chain = keeper.chain(ctx, validator);
  if (!chain || value.length === 0) return false;
  const height = ctx.height - 1;
  const head = {
    registeredHeight: Number(chain.registeredHeight),
    lastReveal: chain.lastReveal,
    lastHeight: Number(chain.lastHeight),
  };
  if (!isReveal(head, value, height)) return false;
  keeper.saveChain(ctx, { ...chain, lastReveal: value, lastHeight: BigInt(height) });
  return true;
}

/** A block whose transaction 0 was missing or malformed still has its beacon: one without reveals. */
export function ensureBeacon(ctx: Context, keeper: AttributionKeeper): void {
  const last = keeper.beacon(ctx);
  if (last.height < BigInt(ctx.height)) keeper.saveBeacon(ctx, ctx.height, nextBeacon(last.beacon, []));
}
