import { toHex } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import type { Provider } from "../session.ts";
import { resolveEncoder } from "./resolve.ts";
import type { AsyncEncoder, EncoderFiles } from "./types.ts";

interface Held {
  readonly encoder: Promise<AsyncEncoder>;
  opened?: AsyncEncoder;
  users: number;
}

/** The encoders of one thread: models on the same encoder share its session. */
export class EncoderShelf {
  readonly #held = new Map<string, Held>();

  /** Throws what resolveEncoder throws. */
  async take(
    id: string,
    files: EncoderFiles | undefined,
    options: { readonly provider?: Provider } = {},
  ): Promise<AsyncEncoder> {
    const key = files ? toHex(sha256(files.spec)) : id;
    const held: Held = this.#held.get(key) ?? { encoder: resolveEncoder(id, files, options), users: 0 };
    this.#held.set(key, held);
    held.users++;
    try {
      return (held.opened = await held.encoder);
    } catch (error) {
      if (this.#held.get(key) === held) this.#held.delete(key);
      throw error;
    }
  }

  /** Closes it when nobody else uses it. */
  async giveBack(encoder: AsyncEncoder): Promise<void> {
    for (const [key, held] of this.#held) {
      if (held.opened !== encoder) continue;
      if (--held.users > 0) return;
      this.#held.delete(key);
      await encoder.close();
      return;
    }
  }
}
