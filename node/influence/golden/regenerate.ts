import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { digestOf, GOLDEN_CASES } from "./cases.ts";

const HEADER = `/** SHA-256 of each golden computation by the exact reference. Written by regenerate.ts; see README.md. */
export const EXPECTED_DIGESTS: Readonly<Record<string, string>> = {
`;

/** Writes expected.ts from the reference alone: what a machine's fast way gives never gets in. */
const lines = GOLDEN_CASES.map(({ name, reference }) => `  ${JSON.stringify(name)}: "${digestOf(reference())}",\n`);
const file = fileURLToPath(new URL("./expected.ts", import.meta.url));
writeFileSync(file, `${HEADER}${lines.join("")}};\n`);
process.stdout.write(`${lines.length} digests written to ${file}\n`);
