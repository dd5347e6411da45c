import { registerHooks } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MUTANTS } from "./mutants.ts";

// Preloaded (`--import`) into a simulator process: gives it one source file with one fault planted, named by the
// environment variable MUTANT. Production code has no switch for this.

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const mutant = MUTANTS.find(({ name }) => name === process.env.MUTANT);
if (!mutant) throw new Error(`no mutant is called ${process.env.MUTANT}`);
const { file, from, to, name } = mutant;
const target = pathToFileURL(path.join(root, file)).href;

registerHooks({
  load(url, context, nextLoad) {
    if (url !== target) return nextLoad(url, context);
    const source = String(nextLoad(url, { ...context, format: "module-typescript" }).source);
    if (source.split(from).length !== 2) throw new Error(`mutant ${name}: its text must occur exactly once in ${file}`);
    return { format: "module-typescript", source: source.replace(from, () => to), shortCircuit: true };
  },
});
