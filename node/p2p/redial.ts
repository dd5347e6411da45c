import type { PeerAddress } from "./addresses.ts";
import { reasonOf } from "./errors.ts";
import { REDIAL_MAX_DELAY_MS, REDIAL_MIN_DELAY_MS, REDIAL_STABLE_MS } from "./limits.ts";
import type { NodeLog, NowMs, PeerId } from "./ports.ts";

export interface RedialPorts {
  readonly log: NodeLog;
  readonly nowMs: NowMs;
  readonly isConnected: (peer: PeerId) => boolean;
  readonly dial: (address: PeerAddress) => Promise<void>;
}

interface Target {
  readonly address: PeerAddress;
  delayMs: number;
  failures: number;
  upAtMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Keeps connections to persistent peers: dials, and dials again for ever with doubling delays.
 * (libp2p's own reconnect queue gives up after a few tries and then drops the peer's tag.)
 */
export class Redialler {
  readonly #targets = new Map<PeerId, Target>();
  readonly #ports: RedialPorts;
  #running = false;

  constructor(addresses: readonly PeerAddress[], ports: RedialPorts) {
    this.#ports = ports;
    for (const address of addresses) {
      this.#targets.set(address.peer, {
        address,
        delayMs: REDIAL_MIN_DELAY_MS,
        failures: 0,
        upAtMs: 0,
        timer: undefined,
      });
    }
  }

  start(): void {
    this.#running = true;
    for (const target of this.#targets.values()) this.#schedule(target, 0);
  }

  stop(): void {
    this.#running = false;
    for (const target of this.#targets.values()) {
      clearTimeout(target.timer);
      target.timer = undefined;
    }
  }

  up(peer: PeerId): void {
    const target = this.#targets.get(peer);
    if (!target) return;
    target.upAtMs = this.#ports.nowMs();
    target.failures = 0;
  }

  /** A peer that drops the connection at once keeps its delay, so that it is not hammered. */
  down(peer: PeerId): void {
    const target = this.#targets.get(peer);
    if (!target) return;
    if (this.#ports.nowMs() - target.upAtMs >= REDIAL_STABLE_MS) target.delayMs = REDIAL_MIN_DELAY_MS;
    this.#schedule(target, target.delayMs);
  }

  #schedule(target: Target, delayMs: number): void {
    if (!this.#running || target.timer) return;
    target.timer = setTimeout(() => {
      void this.#dial(target);
    }, delayMs);
  }

  async #dial(target: Target): Promise<void> {
    const { peer, address } = target.address;
    try {
      if (!this.#ports.isConnected(peer)) await this.#ports.dial(target.address);
      target.timer = undefined;
    } catch (error) {
      target.timer = undefined;
      target.failures++;
      const fields = { peer, address: address.toString(), failures: target.failures, reason: reasonOf(error) };
      if (target.failures === 1) this.#ports.log.info(fields, "persistent peer not reachable, dialling again");
      else this.#ports.log.debug(fields, "persistent peer still not reachable");
    }
    target.delayMs = Math.min(target.delayMs * 2, REDIAL_MAX_DELAY_MS);
    if (!this.#ports.isConnected(peer)) this.#schedule(target, target.delayMs);
  }
}
