import type { Addresses } from "../../chain/app/addresses.ts";
import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { Msg } from "../../proto/gen/openledger/dispute/v1.ts";
import { challenge } from "./challenge.ts";
import { errors } from "./errors.ts";
import { MAX_AUNTS } from "./limits.ts";
import { choose, respond } from "./moves.ts";
import type { DisputeParts } from "./parts.ts";

export function messages(addresses: Addresses, parts: DisputeParts): MessageRoute[] {
  return [challengeRoute(addresses, parts), respondRoute(addresses, parts), chooseRoute(addresses, parts)];
}

function challengeRoute(addresses: Addresses, parts: DisputeParts): MessageRoute {
  return messageRoute({
    codec: Msg.Challenge.request,
    response: Msg.Challenge.response,
    amino: "openledger/MsgChallenge",
    signers: ({ challenger }) => [challenger],
    validate({ challenger, claimId, aunts }) {
      addresses.fromText(challenger);
      checkHash("a claim's id", claimId);
      checkAunts(aunts);
    },
    handle(ctx, message) {
      const { id, asked, deadline } = challenge(ctx, parts, message);
      return { disputeId: id, asked, deadline };
    },
  });
}

function respondRoute(addresses: Addresses, parts: DisputeParts): MessageRoute {
  return messageRoute({
    codec: Msg.Respond.request,
    response: Msg.Respond.response,
    amino: "openledger/MsgRespond",
    signers: ({ poster }) => [poster],
    validate({ poster, disputeId, root, stateBlob, roundingHash, aunts }) {
      addresses.fromText(poster);
      checkHash("a dispute's id", disputeId);
      checkHash("a state's root", root);
      checkHash("a state's blob id", stateBlob);
      if (roundingHash.length > 0) checkHash("a rounding hash", roundingHash);
      checkAunts(aunts);
    },
    handle: (ctx, message) => ({ deadline: respond(ctx, parts, message).deadline }),
  });
}

function chooseRoute(addresses: Addresses, parts: DisputeParts): MessageRoute {
  return messageRoute({
    codec: Msg.Choose.request,
    response: Msg.Choose.response,
    amino: "openledger/MsgChoose",
    signers: ({ challenger }) => [challenger],
    validate({ challenger, disputeId, agree, stateBlob }) {
      addresses.fromText(challenger);
      checkHash("a dispute's id", disputeId);
      if (stateBlob.length > 0) checkHash("a state's blob id", stateBlob);
      if (!agree && stateBlob.length > 0) throw errors.badMessage("a blob of a state goes with an agreement only");
    },
    handle(ctx, message) {
      const { asked, deadline } = choose(ctx, parts, message);
      return { asked, deadline };
    },
  });
}

function checkHash(what: string, bytes: Uint8Array): void {
  if (bytes.length !== HASH_LENGTH) throw errors.badMessage(`${what} has ${HASH_LENGTH} bytes, got ${bytes.length}`);
}

function checkAunts(aunts: readonly Uint8Array[]): void {
  if (aunts.length > MAX_AUNTS) throw errors.badMessage(`a path has at most ${MAX_AUNTS} hashes`);
  for (const aunt of aunts) checkHash("a hash of a path", aunt);
}
