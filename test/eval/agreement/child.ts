import { digestsOf, referenceDigests } from "./digests.ts";
import { PROBLEMS, type ProblemName } from "./problem.ts";
import { modelOf, openSetting } from "./session.ts";

/**
 * Run by an emulator or with engine flags: digests of the first samples of a chunk, from ONNX Runtime and from the
 * reference, as one line of JSON. Arguments: problem, seed, chunk, count.
 */
const [name, seed, chunk, count] = process.argv.slice(2);
const problem = PROBLEMS[name as ProblemName](Number(seed));
const sizes = { count: Number(count), batch: 7 };
const setting = { threads: 1, batch: sizes.batch, level: "basic", provider: "cpu" } as const;
const session = await openSetting(modelOf(problem.graph), problem.outputs, setting);
const runtime = await digestsOf(problem, Number(chunk), sizes, (feeds) => session.run(feeds));
const reference = await referenceDigests(problem, Number(chunk), sizes.count);
await session.release();
process.stdout.write(`${JSON.stringify({ arch: process.arch, node: process.versions.node, runtime, reference })}\n`);
