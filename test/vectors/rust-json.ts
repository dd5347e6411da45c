/** tendermint-rs spells a block id's `parts` as `part_set_header`; everything else is CometBFT's JSON. */
export function withParts(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withParts);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key === "part_set_header" ? "parts" : key, withParts(value)]),
  );
}
