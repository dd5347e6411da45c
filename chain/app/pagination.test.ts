import { PageRequest } from "cosmjs-types/cosmos/base/query/v1beta1/pagination";
import { expect, test } from "vitest";
import { DEFAULT_PAGE, MAX_PAGE, paginate } from "./pagination.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const page = (patch: Partial<PageRequest>) => PageRequest.fromPartial(patch);

test("walks through all pages by key, and ends without one", () => {
  const seen: number[] = [];
  let key = new Uint8Array(0);
  do {
    const { items, pagination } = paginate(numbers(7), page({ key, limit: 3n }));
    seen.push(...items);
    key = Uint8Array.from(pagination.nextKey);
  } while (key.length > 0);
  expect(seen).toEqual(numbers(7));
});

test("counts when asked, and bounds the page", () => {
  const { items, pagination } = paginate(numbers(5_000), page({ limit: 2n ** 60n, countTotal: true }));
  expect([items.length, pagination.total]).toEqual([MAX_PAGE, 5_000n]);
  expect(paginate(numbers(500), undefined).items.length).toBe(DEFAULT_PAGE);
  expect(paginate(numbers(9), page({ offset: 7n })).items).toEqual([7, 8]);
  expect(paginate(numbers(3), page({ offset: 2n ** 63n })).items).toEqual([]);
  expect(() => paginate(numbers(3), page({ key: Uint8Array.of(1) }))).toThrow("not a page key");
});
