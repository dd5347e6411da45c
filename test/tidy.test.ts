import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** Most files stay far below; the cap only stops a file from growing a second reason to exist. */
const MAX_LINES = 400;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((f) => f !== "" && !f.startsWith("proto/gen/"));

const sources = new Map(files.map((f) => [f, readFileSync(join(ROOT, f), "utf8")]));

const isTest = (file: string) => file.endsWith(".test.ts") || file.startsWith("test/") || file.includes("/testing/");
const isPure = (file: string) => (file.startsWith("chain/") || file.startsWith("modules/")) && !isTest(file);

/** Blanks comments and string literals, so that prose does not count as code. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[^:"'`\\])\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
}

function offenders(filter: (file: string) => boolean, pattern: RegExp): string[] {
  const found: string[] = [];
  for (const [file, text] of sources) {
    if (!filter(file)) continue;
    const lines = codeOf(text).split("\n");
    lines.forEach((line, i) => {
      if (pattern.test(line)) found.push(`${file}:${i + 1}: ${line.trim()}`);
    });
  }
  return found;
}

function importsOf(file: string): string[] {
  const text = sources.get(file) ?? "";
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((m) => m[1] as string);
}

/** Repository path of a relative import, or undefined for a package. */
function target(file: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : undefined;
}

/** Layers, lowest first: a file imports its own layer and lower ones. `chain` siblings of one layer are listed apart below. */
const LAYERS: readonly (readonly string[])[] = [
  ["chain/math/", "chain/crypto/", "chain/types/", "chain/codec/", "chain/ports.ts", "proto/"],
  ["chain/store/", "chain/consensus/", "chain/mempool/", "chain/sync/", "chain/execution/"],
  ["chain/app/"],
  ["modules/"],
  ["genesis/"],
  ["node/"],
  ["cli/", "testnet/"],
];

function layerOf(path: string): number {
  return LAYERS.findIndex((prefixes) => prefixes.some((p) => path.startsWith(p)));
}

describe("tidy: imports", () => {
  test("a lower layer never imports a higher one, and nothing imports test", () => {
    const wrong: string[] = [];
    for (const file of files) {
      if (isTest(file) || layerOf(file) < 0) continue;
      for (const specifier of importsOf(file)) {
        const to = target(file, specifier);
        if (!to) continue;
        if (to.startsWith("test/")) wrong.push(`${file} -> ${to}`);
        const layer = layerOf(to);
        if (layer > layerOf(file)) wrong.push(`${file} -> ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("consensus knows a value id, not a block's meaning: it imports neither app nor store", () => {
    const wrong = files
      .filter((f) => f.startsWith("chain/consensus/") && !isTest(f))
      .flatMap((f) => importsOf(f).map((s) => [f, target(f, s)] as const))
      .filter(([, to]) => to?.startsWith("chain/app/") || to?.startsWith("chain/store/"));
    expect(wrong).toEqual([]);
  });

  test("a module imports another module's types and pure helpers only", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const own = /^modules\/([^/]+)\//.exec(file)?.[1];
      if (!own || isTest(file)) continue;
      for (const match of (sources.get(file) ?? "").matchAll(/import\s+(type\s+)?[^;]*?from\s+"(\.[^"]+)"/g)) {
        const to = target(file, match[2] as string) ?? "";
        const other = /^modules\/([^/]+)\//.exec(to)?.[1];
        if (other && other !== own && !match[1] && !/\/(ids|types)\.ts$/.test(to)) wrong.push(`${file} -> ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("testnet drives nodes through the CLI and RPC: it imports neither node nor modules nor chain", () => {
    const wrong = files
      .filter((f) => f.startsWith("testnet/") && !isTest(f))
      .flatMap((f) => importsOf(f).map((s) => [f, target(f, s)] as const))
      .filter(([, to]) => to && /^(node|modules|chain)\//.test(to));
    expect(wrong).toEqual([]);
  });

  test("native code enters the pure core in one file", () => {
    const wrong = files
      .filter((f) => isPure(f) && f !== "chain/crypto/native.ts")
      .flatMap((f) => importsOf(f).map((s) => [f, s] as const))
      .filter(([, s]) => s.startsWith("node:") || s === "secp256k1" || s === "sodium-native" || s === "level");
    expect(wrong).toEqual([]);
  });
});

describe("tidy: the pure core", () => {
  test("has no clock, randomness or timers", () => {
    expect(
      offenders(
        isPure,
        /\bDate\b|\bMath\.random\b|\bperformance\b|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bqueueMicrotask\b/,
      ),
    ).toEqual([]);
  });

  test("has no transcendental or platform-dependent arithmetic", () => {
    expect(
      offenders(
        isPure,
        /\bMath\.(exp|expm1|log|log1p|log2|log10|pow|sin|cos|tan|tanh|atan2?|sinh|cosh|cbrt|hypot|sqrt|fround)\b|\bparseFloat\b/,
      ),
    ).toEqual([]);
  });

  test("is synchronous", () => {
    expect(offenders(isPure, /\bawait\b|\basync\b|\bPromise\b/)).toEqual([]);
  });

  test("depends on no locale", () => {
    expect(offenders(isPure, /\blocaleCompare\b|\btoLocale|\bIntl\b/)).toEqual([]);
  });

  test("reads no environment", () => {
    expect(offenders(isPure, /\bprocess\b\.|\bglobalThis\b|\bconsole\./)).toEqual([]);
  });
});

describe("tidy: everywhere", () => {
  test("no branch on a demo role outside the demo", () => {
    const product = (f: string) => !isTest(f) && !f.startsWith("testnet/");
    const roles = /\b(flooder|copycat|labeller|junk)\b/i;
    const found = [...sources]
      .filter(([f, text]) => product(f) && roles.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")))
      .map(([f]) => f);
    expect(found).toEqual([]);
  });

  test("no left-behind marks", () => {
    const marks = new RegExp(["TO" + "DO", "FIX" + "ME", "@ts-" + "ignore", "\\.on" + "ly\\("].join("|"));
    expect([...sources].filter(([f, text]) => f !== "test/tidy.test.ts" && marks.test(text)).map(([f]) => f)).toEqual(
      [],
    );
  });

  test("only tests of absent shared data are skipped", () => {
    const skips = new RegExp("\\.sk" + "ip\\(");
    const allowed = new Set(["test/shared.ts", "test/tidy.test.ts"]);
    expect(
      [...sources].filter(([f, text]) => !allowed.has(f) && skips.test(text) && isTest(f)).map(([f]) => f),
    ).toEqual([]);
  });

  test(`no source file is longer than ${MAX_LINES} lines`, () => {
    expect([...sources].filter(([, text]) => text.split("\n").length > MAX_LINES).map(([f]) => f)).toEqual([]);
  });
});
