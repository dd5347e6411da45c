import { Presets, SingleBar } from "cli-progress";

export interface Bar {
  set(done: number): void;
  end(): void;
}

/** What a person watches while a command works; answers go to standard output, this does not. */
export interface Progress {
  note(text: string): void;
  bar(label: string, total: number): Bar;
}

const NO_BAR: Bar = { set: () => undefined, end: () => undefined };

export const SILENT: Progress = { note: () => undefined, bar: () => NO_BAR };

/** Lines, and bars where standard error is a terminal. */
export function stderrProgress(): Progress {
  return {
    note: (text) => process.stderr.write(`${text}\n`),
    bar: (label, total) => (process.stderr.isTTY ? terminalBar(label, total) : lineBar(label, total)),
  };
}

function terminalBar(label: string, total: number): Bar {
  const bar = new SingleBar(
    { format: `${label} {bar} {value}/{total} {duration_formatted}`, stream: process.stderr, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { set: (done) => bar.update(done), end: () => bar.stop() };
}

function lineBar(label: string, total: number): Bar {
  let last = 0;
  return {
    set: (done) => {
      last = done;
    },
    end: () => process.stderr.write(`${label}: ${last}/${total}\n`),
  };
}
