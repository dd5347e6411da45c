/**
 * A broken invariant: the program contradicts itself, so the node must stop rather than go on with wrong state.
 * Nothing in block scope contains it.
 */
export class InvariantBroken extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(`invariant ${invariant} is broken: ${message}`);
    this.name = "InvariantBroken";
    this.invariant = invariant;
  }
}

/** Throws InvariantBroken unless `condition` holds; in production too. */
export function assertInvariant(condition: boolean, invariant: string, message: string): asserts condition {
  if (!condition) throw new InvariantBroken(invariant, message);
}
