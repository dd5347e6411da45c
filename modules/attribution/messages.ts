import type { Addresses } from "../../chain/app/addresses.ts";
import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import {
  ClaimKind,
  Msg,
  type MsgPostClaim,
  type MsgRegisterBeacon,
} from "../../proto/gen/openledger/attribution/v1.ts";
import type { Claims } from "./engine.ts";
import { errors } from "./errors.ts";
import { checkReport, fidelityPost } from "./fidelity.ts";
import { AVAILABILITY_ALGORITHM } from "./ids.ts";
import type { AttributionKeeper } from "./keeper.ts";
import type { FidelityNeeds, StakingNeeds } from "./needs.ts";

export interface MessageParts {
  readonly addresses: Addresses;
  readonly keeper: AttributionKeeper;
  readonly claims: Claims;
  readonly staking: StakingNeeds;
  /** Bound late. */
  readonly fidelity: () => FidelityNeeds;
}

export function messages({ addresses, keeper, claims, staking, fidelity }: MessageParts): MessageRoute[] {
  return [
    messageRoute({
      codec: Msg.PostClaim.request,
      response: Msg.PostClaim.response,
      amino: "openledger/MsgPostClaim",
      signers: (message) => [message.poster],
      validate: (message) => validatePost(addresses, message),
      handle: (ctx, { kind, poster, subject, payloadHash, bond }) => {
        const post = { kind, poster, subject, payloadHash, bond: parseAmount(bond) };
        return { claimId: claims.post(ctx, { ...post, algorithm: AVAILABILITY_ALGORITHM }) };
      },
    }),
    messageRoute({
      codec: Msg.PostFidelity.request,
      response: Msg.PostFidelity.response,
      amino: "openledger/MsgPostFidelity",
      signers: (message) => [message.poster],
      validate(message) {
        addresses.fromText(message.poster);
        parseAmount(message.bond);
        checkReport(message);
      },
      handle(ctx, message) {
        fidelity().checkModel(ctx, message.model);
        return { claimId: claims.post(ctx, fidelityPost(message)) };
      },
    }),
    messageRoute({
      codec: Msg.RegisterBeacon.request,
      response: Msg.RegisterBeacon.response,
      amino: "openledger/MsgRegisterBeacon",
      signers: (message) => [message.operator],
      validate: ({ operator, end }) => {
        addresses.fromText(operator);
        if (end.length !== HASH_LENGTH) throw errors.badClaim(`the end of a hash chain has ${HASH_LENGTH} bytes`);
      },
      handle: (ctx, message) => registerBeacon(ctx, { keeper, staking }, message),
    }),
  ];
}

function validatePost(addresses: Addresses, message: MsgPostClaim): void {
  addresses.fromText(message.poster);
  parseAmount(message.bond);
  if (message.kind !== ClaimKind.CLAIM_KIND_AVAILABILITY) {
    throw errors.unknownKind(
      "only availability claims are posted by themselves; others come with their module's message",
    );
  }
  if (message.subject.length !== HASH_LENGTH)
    throw errors.badClaim("the subject of an availability claim is a blob id");
  if (message.payloadHash.length !== 0) throw errors.badClaim("an availability claim has nothing to open");
}

/** Acts from the next signing height on. */
function registerBeacon(
  ctx: Context,
  { keeper, staking }: Pick<MessageParts, "keeper" | "staking">,
  { operator, end }: MsgRegisterBeacon,
): object {
  const validator = staking.byOperator(ctx, operator);
  if (!validator) throw errors.notOperator(`${operator} operates no validator`);
  const height = BigInt(ctx.height);
  keeper.saveChain(ctx, {
    validator: validator.address,
    end,
    registeredHeight: height,
    lastReveal: end,
    lastHeight: height,
  });
  ctx.events.emit("beacon_registered", [
    ["validator", toHex(validator.address)],
    ["height", String(height)],
  ]);
  return {};
}
