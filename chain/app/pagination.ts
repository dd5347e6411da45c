import { PageRequest, type PageResponse } from "cosmjs-types/cosmos/base/query/v1beta1/pagination";
import { u64be } from "../crypto/tagged.ts";
import { sdkErrors } from "./errors.ts";

/** Entries of a page when the request asks for none (x/query's default). */
export const DEFAULT_PAGE = 100;

/** Most entries of a page. */
export const MAX_PAGE = 1_000;

/**
 * One page of `entries`. A page's key is the position after the previous page, so entries that appear or vanish between
 * two requests shift it; a query at a fixed height is exact. Throws sdk/18 (invalid request).
 */
export function paginate<T>(
  entries: Iterable<T>,
  page: PageRequest | undefined,
): { items: T[]; pagination: PageResponse } {
  const { key, offset, limit, countTotal } = page ?? PageRequest.fromPartial({});
  const start = key.length > 0 ? positionOf(key) : Number(offset);
  const size = Math.min(limit === 0n ? DEFAULT_PAGE : Number(limit), MAX_PAGE);
  const items: T[] = [];
  let seen = 0;
  for (const entry of entries) {
    if (seen >= start && items.length < size) items.push(entry);
    seen++;
    if (seen > start + size && !countTotal) break;
  }
  const nextKey = seen > start + size ? u64be(start + size) : new Uint8Array(0);
  return { items, pagination: { nextKey, total: countTotal ? BigInt(seen) : 0n } };
}

function positionOf(key: Uint8Array): number {
  if (key.length !== 8) throw sdkErrors.invalidRequest("not a page key of this node: invalid request");
  return Number(new DataView(key.buffer, key.byteOffset, 8).getBigUint64(0));
}
