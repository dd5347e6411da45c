/** A demo that can't go on: which stage, and the last lines of what failed. */
export class DemoError extends Error {
  readonly stage: string;
  /** Shown under the message. */
  readonly hint: string;

  constructor(stage: string, message: string, tail = "", options?: ErrorOptions) {
    super(`stage ${stage}: ${message}`, options);
    this.name = "DemoError";
    this.stage = stage;
    this.hint = tail.trimEnd().split("\n").join("\n  ");
  }
}
