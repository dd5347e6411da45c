import type { Event } from "cosmjs-types/tendermint/abci/types";
import type { Attributes } from "./query/match.ts";

/** Attributes of events under their composite keys `type.key`; events without type and attributes without key are left out. */
export function attributesOf(
  events: readonly Event[],
  include: (indexed: boolean) => boolean = () => true,
): Attributes {
  const found = new Map<string, string[]>();
  for (const { type, attributes } of events) {
    if (type === "") continue;
    for (const { key, value, index } of attributes) {
      if (key === "" || !include(index)) continue;
      const composite = `${type}.${key}`;
      const values = found.get(composite);
      if (values) values.push(value);
      else found.set(composite, [value]);
    }
  }
  return found;
}
