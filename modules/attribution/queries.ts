import type { Context } from "../../chain/app/context.ts";
import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import {
  type Equivocation,
  type InfluenceScore,
  Query,
  type QueryInfluenceRequest,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { errors } from "./errors.ts";
import type { InfluenceScores } from "./influence.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { MAX_PAGE } from "./limits.ts";

export function queries(keeper: AttributionKeeper, scores: InfluenceScores): QueryRoute[] {
  return [
    equivocationsRoute(keeper),
    queryRoute({ ...Query.Params, handle: (ctx) => ({ params: keeper.params(ctx) }) }),
    queryRoute({
      ...Query.Claim,
      handle: (ctx, { claimId }) => ({
        claim: keeper.fullClaim(ctx, keeper.requireClaim(ctx, claimId)),
        outcome: keeper.outcome(ctx, claimId),
      }),
    }),
    queryRoute({
      ...Query.OpenClaims,
      handle: (ctx, { limit }) => ({
        claims: first(keeper.openClaims(ctx), limit).map((claim) => keeper.fullClaim(ctx, claim)),
        height: BigInt(ctx.height),
      }),
    }),
    queryRoute({
      ...Query.Roots,
      handle: (ctx, { fromHeight }) => ({
        roots: [...keeper.roots(ctx, heightOf(fromHeight))],
        height: BigInt(ctx.height),
      }),
    }),
    queryRoute({
      ...Query.Beacon,
      handle: (ctx, { height }) => ({ ...beaconAt(ctx, keeper, height), chains: [...keeper.chains(ctx)] }),
    }),
    queryRoute({ ...Query.Records, handle: (ctx) => ({ records: [...keeper.records(ctx)] }) }),
    queryRoute({ ...Query.Influence, handle: (ctx, request) => ({ score: scoreOf(ctx, scores, request) }) }),
  ];
}

/** The first `limit` entries; 0 means as many as a page holds. */
function first<T>(entries: Iterable<T>, limit: number): T[] {
  const most = limit === 0 ? MAX_PAGE : Math.min(limit, MAX_PAGE);
  const page: T[] = [];
  for (const entry of entries) {
    if (page.length >= most) break;
    page.push(entry);
  }
  return page;
}

function beaconAt(ctx: Context, keeper: AttributionKeeper, height: bigint) {
  if (height === 0n) return keeper.beacon(ctx);
  const beacon = keeper.beaconAt(ctx, heightOf(height));
  if (!beacon) throw errors.notFound(`no beacon of height ${height} is kept`);
  return { height, beacon };
}

function scoreOf(ctx: Context, scores: InfluenceScores, request: QueryInfluenceRequest): InfluenceScore {
  const { contribution, datanet, model } = request;
  const named = [contribution, datanet, model].filter((key) => key !== "");
  if (named.length !== 1) throw errors.notFound("name exactly one of contribution, datanet and model");
  const score = scores.contribution(ctx, contribution) ?? scores.datanet(ctx, datanet) ?? scores.model(ctx, model);
  return score ?? { key: named[0] as string, score: "0", queries: 0n };
}

function heightOf(height: bigint): number {
  if (height > BigInt(Number.MAX_SAFE_INTEGER)) throw errors.notFound(`no block of height ${height}`);
  return Number(height);
}

function equivocationsRoute(keeper: AttributionKeeper): QueryRoute {
  return queryRoute({
    ...Query.Equivocations,
    handle(ctx, { startClaim, startValidator, limit }) {
      if (startClaim.length === 0) return { equivocations: first(keeper.equivocations(ctx), limit) };
      if (startClaim.length !== 32 || startValidator.length !== 20) {
        throw errors.notFound("a page starts after a claim id of 32 and a validator of 20 bytes");
      }
      const after = keeper.equivocations(ctx, [startClaim, startValidator]);
      const isStart = (each: Equivocation) =>
        equalBytes(each.claimId, startClaim) && equalBytes(each.validator, startValidator);
      const rest = first(after, MAX_PAGE).filter((each) => !isStart(each));
      return { equivocations: first(rest, limit) };
    },
  });
}
