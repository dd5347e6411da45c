/** Where an evaluation says how far it is: standard error, so that standard output stays the result. */
export interface Progress {
  /** `done` of `of` steps of a stage; the text names the stage. */
  step(stage: string, done: number, of: number): void;
  note(text: string): void;
}

/** Between two lines of a log that is no terminal. */
const LOG_INTERVAL_MS = 10_000;

/** Overwrites one line on a terminal; in a log it writes the first and last step and one line every ten seconds. */
export function stderrProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let lastMs = -Infinity;
  let open = false;
  const close = () => {
    if (open) stream.write("\n");
    open = false;
  };
  return {
    step(stage, done, of) {
      const line = `${stage}: ${done} of ${of}`;
      if (stream.isTTY) {
        stream.write(`\r\x1b[K${line}`);
        open = done < of;
        if (!open) stream.write("\n");
        return;
      }
      const now = performance.now();
      if (done < of && now - lastMs < LOG_INTERVAL_MS) return;
      lastMs = now;
      stream.write(`${line}\n`);
    },
    note(text) {
      close();
      stream.write(`${text}\n`);
    },
  };
}

/** For tests. */
export const SILENT: Progress = { step: () => {}, note: () => {} };
