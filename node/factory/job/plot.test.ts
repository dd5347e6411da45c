import { expect, test } from "vitest";
import { plotSvg, plotText, seriesOf } from "./plot.ts";

const ONE = 2 ** 24;
const curve = Array.from({ length: 1500 }, (_, i) => ({
  step: BigInt(i + 1),
  loss: BigInt(Math.round((4 - i / 500) * ONE)),
  hasHeldOut: i % 500 === 499,
  heldOut: BigInt(Math.round((4.5 - i / 500) * ONE)),
  heldOutRight: 0,
  digest: new Uint8Array(8),
}));

test("a curve falls from the upper left to the lower right", () => {
  const lines = plotText(seriesOf(curve), 40, 8).split("\n");
  expect(lines[0]).toMatch(/^4\.00 │·/);
  expect(lines[7]).toMatch(/^1\.00 │ {20,}[·o]/);
  expect(lines.at(-2)).toMatch(/^ {6}2 +1500$|^ {6}1 +1500$|^ {6}2 +1499$/);
  expect(lines.at(-1)).toContain("· loss   o held-out loss");
});

test("a picture needs nothing else, has both lines, and escapes its title", () => {
  const svg = plotSvg(seriesOf(curve), "a <b> & c");
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).toContain("a &lt;b&gt; &amp; c");
  expect(svg).not.toMatch(/href|script|url\(/);
});

test("behavior: long curves are thinned, empty and flat ones drawn all the same", () => {
  expect(seriesOf(curve)[0]!.points.length).toBeLessThanOrEqual(600);
  expect(plotText(seriesOf([]))).toBe("no steps yet");
  expect(plotSvg([], "empty")).toContain("<svg");
  expect(plotText(seriesOf(curve.slice(0, 1)))).toContain("loss");
});
