// A computation of n steps as positions: 0 what determines it, 1 its initial state, s + 1 the state after step s, and n + 2
// its result. Checkpoints, whose roots the claim committed to before anybody asked, are the states after 0, e, 2e, .. and n
// steps. The dispute keeps two positions: one that both sides agree on, and a later one that they do not. Asking for the
// middle of what lies between halves it; at distance one there is a single step that either gives the disputed state or not.

export interface Geometry {
  readonly steps: number;
  /** Steps between checkpoints, at least 1. */
  readonly every: number;
}

/** Position of the result. */
export function lastPosition({ steps }: Geometry): number {
  return steps + 2;
}

/** Leaves of the log for checkpoints; its head comes before them. */
export function checkpointCount({ steps, every }: Geometry): number {
  return Math.floor(steps / every) + 1 + (steps % every === 0 ? 0 : 1);
}

/** Position of checkpoint `index`, from 0. */
export function checkpointPosition({ steps, every }: Geometry, index: number): number {
  return Math.min(index * every, steps) + 1;
}

/** Checkpoints at positions up to `position`. */
function checkpointsUpTo(geometry: Geometry, position: number): number {
  const { steps, every } = geometry;
  if (position < 1) return 0;
  return position > steps ? checkpointCount(geometry) : Math.floor((position - 1) / every) + 1;
}

/** Index of the checkpoint at a position; undefined for a position without one. */
export function checkpointAt(geometry: Geometry, position: number): number | undefined {
  const count = checkpointsUpTo(geometry, position);
  return count > 0 && checkpointPosition(geometry, count - 1) === position ? count - 1 : undefined;
}

/**
 * What to ask for between an agreed and a disputed position: the middle checkpoint strictly between them, and where there
 * is none the middle position. Undefined when nothing lies between: one step is left.
 */
export function midpoint(geometry: Geometry, agreed: number, disputed: number): number | undefined {
  if (disputed - agreed < 2) return undefined;
  const first = checkpointsUpTo(geometry, agreed);
  const last = checkpointsUpTo(geometry, disputed - 1) - 1;
  if (first > last) return Math.floor((agreed + disputed) / 2);
  return checkpointPosition(geometry, Math.floor((first + last) / 2));
}

/** Most questions until one step is left. */
export function mostQuestions(geometry: Geometry): number {
  const longest = Math.min(geometry.every, Math.max(1, geometry.steps));
  return log2Ceil(checkpointCount(geometry) + 1) + log2Ceil(longest);
}

function log2Ceil(value: number): number {
  let power = 0;
  while (2 ** power < value) power++;
  return power;
}
