/** The first thing that is wrong with a claim ends its examination. */
export class Wrong extends Error {}

export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Wrong(otherwise);
}
