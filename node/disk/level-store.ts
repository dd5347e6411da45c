import type { MultiStore, MultiStoreOptions } from "../../chain/store/multistore.ts";
import type { DiskOp } from "../../chain/store/persist/disk.ts";
import { loadState } from "../../chain/store/persist/load.ts";
import { rollbackState } from "../../chain/store/persist/rollback.ts";
import { LevelDisk } from "./level-disk.ts";

/** The application's state on disk. */
export class LevelStore {
  readonly #disk: LevelDisk;

  private constructor(disk: LevelDisk) {
    this.#disk = disk;
  }

  /** Throws NodeError `home_in_use` or `corrupt`. */
  static async open(path: string): Promise<LevelStore> {
    return new LevelStore(await LevelDisk.open(path));
  }

  /** The state as of the last batch. Throws NodeError `corrupt`, StoreError `unknown_store`. */
  async load(options: MultiStoreOptions): Promise<MultiStore> {
    return this.#disk.run(loadState(options));
  }

  /** Applies a commit's writes as one synced batch; the version is durable when it resolves. */
  async write(writes: readonly DiskOp[]): Promise<void> {
    await this.#disk.batch(writes);
  }

  /** Takes the disk back to `version`; load anew afterwards. Throws StoreError `nothing_to_roll_back`. */
  async rollback(version: number): Promise<void> {
    await this.#disk.batch(await this.#disk.run(rollbackState(version)));
  }

  async close(): Promise<void> {
    await this.#disk.close();
  }
}
