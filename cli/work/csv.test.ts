import { describe, expect, test } from "vitest";
import { MAX_TEXT_BYTES, parseCsv } from "./csv.ts";

const COLUMNS = { text: "text", label: "category" };
const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => parseCsv(bytes(text), COLUMNS, "data.csv");

describe("labelled texts of a CSV file", () => {
  test("default: columns in any order, quotes, byte order mark, line numbers", () => {
    expect(
      read('\ufeffcategory,id,text\nwheels,1,"flat, again"\n\nlights,2,"a ""lamp""\nthat flickers"\nwheels,3,hub\n'),
    ).toEqual([
      { text: "flat, again", label: "wheels", line: 2 },
      { text: 'a "lamp"\nthat flickers', label: "lights", line: 4 },
      { text: "hub", label: "wheels", line: 6 },
    ]);
  });

  test("behavior: labels are not needed where none are read", () => {
    expect(parseCsv(bytes("text\nhello\n"), { text: "text", label: undefined }, "q.csv")).toEqual([
      { text: "hello", label: "", line: 2 },
    ]);
  });

  test.each([
    ["", "data.csv is empty"],
    ["text,category\n", "data.csv has no rows"],
    ["text,kind\na,b\n", "data.csv has no column category; it has text, kind"],
    ["text;category\na;b\n", "data.csv has no column text: its fields are not separated by commas"],
    ["text,category\na,b\nc\n", "data.csv line 3: 1 fields, the header has 2"],
    ["text,category\na,b,c\n", "data.csv line 2: 3 fields, the header has 2"],
    ["text,category\n,b\n", "data.csv line 2: column text is empty"],
    ["text,category\na,\n", "data.csv line 2: column category is empty"],
    ['text,category\n"a,b\nc,d\n', "data.csv line 3 is not CSV: Quote Not Closed"],
    [
      `text,category\n${"é".repeat(MAX_TEXT_BYTES / 2 + 1)},b\n`,
      `data.csv line 2: a text above ${MAX_TEXT_BYTES} bytes`,
    ],
  ])("behavior: %j is refused with its place", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test("behavior: bytes that are not UTF-8 are refused", () => {
    expect(() => parseCsv(new Uint8Array([0x74, 0xff, 0xfe]), COLUMNS, "data.csv")).toThrow("not UTF-8");
  });
});
