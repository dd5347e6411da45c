import type { Context } from "../../chain/app/context.ts";
import {
  type CurationVerdict,
  type Curator,
  type Panel,
  PanelStatus,
  type Params,
  Progress,
} from "../../proto/gen/openledger/curation/v1.ts";
import { errors } from "./errors.ts";
import { CURATION, tables, verdictsOf } from "./keys.ts";

/** Changes of a DataNet's counters. */
export interface ProgressChange {
  readonly seats?: number;
  readonly committed?: number;
  readonly revealed?: number;
}

/** The only reader and writer of the module's keys. Rules are in the files beside it. */
export class CurationKeeper {
  params(ctx: Context): Params {
    return tables.params.require(ctx.kv(CURATION));
  }

  setParams(ctx: Context, params: Params): void {
    tables.params.set(ctx.kv(CURATION), params);
  }

  curator(ctx: Context, address: string): Curator | undefined {
    return tables.curators.get(ctx.kv(CURATION), address);
  }

  /** Throws curation/2 (not found). */
  requireCurator(ctx: Context, address: string): Curator {
    return tables.curators.require(ctx.kv(CURATION), address, () => errors.notFound(`${address} is not a curator`));
  }

  /** By address ascending. */
  *curators(ctx: Context): Generator<Curator> {
    for (const [, curator] of tables.curators.iterate(ctx.kv(CURATION))) yield curator;
  }

  saveCurator(ctx: Context, curator: Curator): void {
    tables.curators.set(ctx.kv(CURATION), curator.address, curator);
  }

  removeCurator(ctx: Context, address: string): void {
    tables.curators.remove(ctx.kv(CURATION), address);
  }

  panel(ctx: Context, contribution: string): Panel | undefined {
    return tables.panels.get(ctx.kv(CURATION), contribution);
  }

  /** Throws curation/2 (not found). */
  requirePanel(ctx: Context, contribution: string): Panel {
    const missing = () => errors.notFound(`no panel for contribution ${JSON.stringify(contribution)}`);
    return tables.panels.require(ctx.kv(CURATION), contribution, missing);
  }

  *panels(ctx: Context): Generator<Panel> {
    for (const [, panel] of tables.panels.iterate(ctx.kv(CURATION))) yield panel;
  }

  savePanel(ctx: Context, panel: Panel): void {
    tables.panels.set(ctx.kv(CURATION), panel.contribution, panel);
  }

  verdict(ctx: Context, contribution: string, curator: string): CurationVerdict | undefined {
    return tables.verdicts.get(ctx.kv(CURATION), [contribution, curator]);
  }

  /** Of one contribution by curator ascending; of all when none is named. */
  *verdicts(ctx: Context, contribution?: string): Generator<CurationVerdict> {
    const range = contribution === undefined ? {} : { prefix: verdictsOf(contribution) };
    for (const [, verdict] of tables.verdicts.iterate(ctx.kv(CURATION), range)) yield verdict;
  }

  saveVerdict(ctx: Context, verdict: CurationVerdict): void {
    tables.verdicts.set(ctx.kv(CURATION), [verdict.contribution, verdict.curator], verdict);
  }

  progress(ctx: Context, datanet: string): Progress {
    return tables.progress.get(ctx.kv(CURATION), datanet) ?? Progress.fromPartial({ datanet });
  }

  *allProgress(ctx: Context): Generator<Progress> {
    for (const [, progress] of tables.progress.iterate(ctx.kv(CURATION))) yield progress;
  }

  saveProgress(ctx: Context, progress: Progress): void {
    if (progress.seats === 0) tables.progress.remove(ctx.kv(CURATION), progress.datanet);
    else tables.progress.set(ctx.kv(CURATION), progress.datanet, progress);
  }

  addProgress(ctx: Context, datanet: string, change: ProgressChange): void {
    const { seats, committed, revealed } = this.progress(ctx, datanet);
    this.saveProgress(ctx, {
      datanet,
      seats: seats + (change.seats ?? 0),
      committed: committed + (change.committed ?? 0),
      revealed: revealed + (change.revealed ?? 0),
    });
  }

  /**
   * How many revealed verdicts each curator has on final panels of `contributions`, by address ascending. What was
   * said does not count: accept and reject earn alike.
   */
  verdictCounts(
    ctx: Context,
    contributions: readonly string[],
  ): readonly (readonly [curator: string, count: number])[] {
    const counts = new Map<string, number>();
    for (const contribution of contributions) {
      const panel = this.panel(ctx, contribution);
      if (panel?.status !== PanelStatus.PANEL_STATUS_FINAL) continue;
      for (const curator of panel.revealed) counts.set(curator, (counts.get(curator) ?? 0) + 1);
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}
