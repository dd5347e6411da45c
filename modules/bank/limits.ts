/** Outputs of one multi-send: as many as fit a transaction anyhow, so that the check is about intent. */
export const MAX_OUTPUTS = 1_024;
