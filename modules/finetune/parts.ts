import type { FinetuneKeeper } from "./keeper.ts";
import type { DisputeNeeds, FinetuneNeeds } from "./needs.ts";

/** What the rules of this module work with. */
export interface FinetuneParts {
  readonly keeper: FinetuneKeeper;
  readonly needs: FinetuneNeeds;
  readonly disputes: DisputeNeeds;
}
