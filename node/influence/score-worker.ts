import { parentPort, workerData } from "node:worker_threads";
import { openModel, type ResidentModel } from "./resident.ts";
import { placeQuery } from "./score.ts";
import { workParts } from "./score-board.ts";
import type { HelperMessage, HelperPlace } from "./score-crew.ts";

const place = workerData as HelperPlace;
const models = new Map<string, ResidentModel>();

parentPort?.on("message", (message: HelperMessage) => {
  if (message.kind === "adopt") {
    models.set(message.key, openModel(message.model, { ...place, form: message.form }));
  } else if (message.kind === "drop") {
    models.delete(message.key);
  } else {
    const resident = models.get(message.key);
    if (!resident) return;
    placeQuery(resident, message.task.query);
    workParts(resident, message.task);
  }
});
