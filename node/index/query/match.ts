import { compareDecimal, leadingDecimal } from "./decimal.ts";
import type { Condition, Query } from "./parse.ts";

/** Event attributes as `type.key` -> values, in the order in which they were emitted. */
export type Attributes = ReadonlyMap<string, readonly string[]>;

/** True when each condition holds for some value of its key. */
export function matches(query: Query, attributes: Attributes): boolean {
  return query.every((condition) =>
    (attributes.get(condition.key) ?? []).some((value) => valueMatches(condition, value)),
  );
}

/** True when one value of the condition's key satisfies it. */
export function valueMatches(condition: Condition, value: string): boolean {
  switch (condition.op) {
    case "exists":
      return true;
    case "contains":
      return value.includes(condition.text);
    case "text":
      return value === condition.text;
    default: {
      const number = leadingDecimal(value);
      return number !== undefined && holds(condition.op, compareDecimal(number, condition.number));
    }
  }
}

function holds(op: "number" | "<" | "<=" | ">" | ">=", order: number): boolean {
  if (op === "number") return order === 0;
  if (op === "<") return order < 0;
  if (op === "<=") return order <= 0;
  return op === ">" ? order > 0 : order >= 0;
}
