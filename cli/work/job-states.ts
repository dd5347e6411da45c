import { decodeLog, JobError, type JobFolder, type TrainingLog } from "../../node/factory/job/index.ts";
import { isLong } from "../../node/jobs/index.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";

/** Of a long job validators execute segments between checkpoints, whose states they need. */
export async function uploadStates(
  session: Session,
  folder: JobFolder,
  { log, progress }: { readonly log: TrainingLog; readonly progress: Progress },
): Promise<void> {
  const bar = progress.bar("uploading states", log.checkpoints.length);
  for (const index of log.checkpoints.keys()) {
    await uploadArtefact(session.client.url, session.uploader, folder.state(index));
    bar.set(index + 1);
  }
  bar.end();
}

/** The log whose states belong to a claim of these bytes; undefined where validators need none. */
export function logOfLongJob(bytes: Uint8Array): TrainingLog | undefined {
  try {
    const log = decodeLog(bytes);
    return isLong(log) ? log : undefined;
  } catch (error) {
    // Whatever it is, it is the trainer's to claim and the validators' to judge.
    if (error instanceof JobError) return undefined;
    throw error;
  }
}

/** Throws before anything is paid: without states validators abstain, and nobody is paid. */
export function needStates(folder: JobFolder | undefined, log: TrainingLog): JobFolder {
  if (folder) return folder;
  throw new CliError(
    EXIT.usage,
    `a job of ${log.head?.steps ?? 0} steps is examined by segments between its checkpoints, whose states validators need`,
    "give the job's folder with --states, or let `openledgerd job work` train and claim it",
  );
}
