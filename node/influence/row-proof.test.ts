import { describe, expect, test } from "vitest";
import { rowBytes, rowWidth } from "./index-format.ts";
import { rowProof, rowProofs, rowsRoot, verifyRowProof } from "./row-proof.ts";
import type { IndexHeader } from "./types.ts";

const header = { rows: 11, dims: 8, classes: 3 } as IndexHeader;
const blob = Uint8Array.from({ length: header.rows * rowWidth(header) }, (_, i) => (i * 37) & 255);

describe("row proofs", () => {
  test("every row proves itself against the root", () => {
    const root = rowsRoot(blob, header);
    const proofs = rowProofs(blob, header, [...new Array(header.rows).keys()]);
    for (const [i, proof] of proofs.entries())
      expect(verifyRowProof(root, rowBytes(blob, header, i), proof)).toBe(true);
  });

  test("behavior: one flipped byte of a row fails its proof", () => {
    const root = rowsRoot(blob, header);
    const bytes = rowBytes(blob, header, 4).slice();
    bytes[9]! ^= 1;
    expect(verifyRowProof(root, bytes, rowProof(blob, header, 4))).toBe(false);
  });

  test("behavior: a row under another row's proof fails", () => {
    const root = rowsRoot(blob, header);
    expect(verifyRowProof(root, rowBytes(blob, header, 4), rowProof(blob, header, 5))).toBe(false);
  });
});
