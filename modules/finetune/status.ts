import { type Job, JobStatus } from "../../proto/gen/openledger/finetune/v1.ts";

const { JOB_STATUS_OPEN, JOB_STATUS_ACCEPTED, JOB_STATUS_CLAIMED, JOB_STATUS_HELD, JOB_STATUS_DISPUTED } = JobStatus;

const LIVE: ReadonlySet<JobStatus> = new Set([
  JOB_STATUS_OPEN,
  JOB_STATUS_ACCEPTED,
  JOB_STATUS_CLAIMED,
  JOB_STATUS_HELD,
  JOB_STATUS_DISPUTED,
]);

/** Jobs whose price this module holds. */
export function isLive(job: Job): boolean {
  return LIVE.has(job.status);
}

/** Jobs whose trainer's bond this module holds. */
export function holdsBond(job: Job): boolean {
  return isLive(job) && job.status !== JOB_STATUS_OPEN;
}

/** True while the clock decides: a deadline, the end of a dispute window, or a dispute that is to begin. */
export function isWaiting(job: Job): boolean {
  if (job.status === JOB_STATUS_DISPUTED) return job.dispute?.claimId.length === 0;
  return isLive(job) && job.status !== JOB_STATUS_CLAIMED;
}

/** Lower-case name of a status, for events and people. */
export function statusName(status: JobStatus): string {
  const entry = Object.entries(JobStatus).find(([, value]) => value === status);
  return (entry?.[0] ?? String(status)).replace("JOB_STATUS_", "").toLowerCase();
}
