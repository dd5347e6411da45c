import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePart, encodePart } from "../codec/part.ts";
import { PART_BYTES, PartSet } from "./part-set.ts";

fc.configureGlobal({ seed: 7 });

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31) & 255);

describe("part set", () => {
  test("parts sent in any order, over the wire, assemble to the same bytes", () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 64 }), fc.integer());
    fc.assert(
      fc.property(sizes, ([length, partSize, seed]) => {
        const bytes = bytesOf(length);
        const source = PartSet.fromBytes(bytes, partSize);
        const sink = PartSet.fromHeader(source.header, partSize);
        const order = Array.from({ length: source.header.total }, (_, i) => i);
        order.sort((a, b) => ((a * 7919 + seed) % 101) - ((b * 7919 + seed) % 101));
        for (const index of order) {
          expect(sink.assemble()).toBeUndefined();
          expect(sink.addPart(decodePart(encodePart(source.get(index)!)))).toBe("added");
        }
        expect(sink.assemble()).toEqual(bytes);
        expect(sink.bits().isFull).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("the last part of a full block is as large as the others", () => {
    const set = PartSet.fromBytes(bytesOf(2 * PART_BYTES));
    expect([set.header.total, set.get(1)?.bytes.length]).toEqual([2, PART_BYTES]);
  });

  test("behavior: refused parts", () => {
    const source = PartSet.fromBytes(bytesOf(30), 8);
    const sink = PartSet.fromHeader(source.header, 8);
    const [first, second] = [source.get(0)!, source.get(1)!];
    const last = source.get(3)!;
    expect(sink.addPart({ ...first, index: 1 })).toBe("wrong_index");
    expect(sink.addPart({ ...first, index: 4 })).toBe("wrong_index");
    expect(sink.addPart({ ...first, index: -1 })).toBe("wrong_index");
    expect(sink.addPart({ ...first, proof: { ...first.proof, total: 5 } })).toBe("wrong_index");
    expect(sink.addPart({ ...first, bytes: bytesOf(9) })).toBe("wrong_size");
    expect(sink.addPart({ ...first, bytes: bytesOf(7) })).toBe("wrong_size");
    expect(sink.addPart({ ...last, bytes: new Uint8Array(0) })).toBe("wrong_size");
    expect(sink.addPart({ ...first, bytes: second.bytes })).toBe("wrong_proof");
    expect(sink.addPart({ ...second, proof: { ...first.proof, index: 1 } })).toBe("wrong_proof");
    expect(sink.count).toBe(0);
    expect([sink.addPart(first), sink.addPart(first)]).toEqual(["added", "duplicate"]);
    expect(sink.bits().indices()).toEqual([0]);
    expect(sink.hasHeader(source.header)).toBe(true);
  });

  test("no bytes, and more parts than a block may have, make no set", () => {
    expect(() => PartSet.fromBytes(new Uint8Array(0))).toThrow(RangeError);
    expect(() => PartSet.fromBytes(bytesOf(5000), 1)).toThrow(RangeError);
    const { hash } = PartSet.fromBytes(bytesOf(1)).header;
    for (const total of [0, -1, 1e9]) expect(() => PartSet.fromHeader({ total, hash })).toThrow(RangeError);
  });
});
