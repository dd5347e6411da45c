import { failed } from "./errors.ts";
import { DEFAULT_PER_PAGE, MAX_PER_PAGE } from "./limits.ts";

export interface PageParams {
  readonly page: number | undefined;
  readonly per_page: number | undefined;
}

/** One page of the items. A page out of range throws RpcError; a page size out of range is brought into it, as in CometBFT. */
export function pageOf<T>(items: readonly T[], { page = 1, per_page }: PageParams): readonly T[] {
  const size = pageSize(per_page);
  const pages = Math.max(1, Math.ceil(items.length / size));
  if (page < 1 || page > pages) throw failed(`page should be within [1, ${pages}] range, given ${page}`);
  return items.slice((page - 1) * size, page * size);
}

export function pageSize(asked: number | undefined): number {
  if (asked === undefined || asked < 1) return DEFAULT_PER_PAGE;
  return Math.min(asked, MAX_PER_PAGE);
}

/** Items in the order asked for: `asc`, `desc`, or the method's own when nothing is said. */
export function ordered<T>(ascending: readonly T[], order: string | undefined, fallback: "asc" | "desc"): readonly T[] {
  const chosen = order === undefined || order === "" ? fallback : order;
  if (chosen === "asc") return ascending;
  if (chosen === "desc") return ascending.toReversed();
  throw failed("expected order_by to be either `asc` or `desc` or empty");
}
