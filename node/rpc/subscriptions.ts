import { matches, parseQuery, type Query, type TxIndex } from "../index/index.ts";
import { type ChainEvent, chainEvents } from "./chain-events.ts";
import { failed } from "./errors.ts";
import { MAX_SUBSCRIPTIONS } from "./limits.ts";
import type { RequestId } from "./route.ts";

interface Subscription {
  readonly query: Query;
  readonly id: RequestId;
}

/** What one WebSocket listens to. */
export class ClientSession {
  readonly #send: (text: string) => void;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Made by requests whose answers are not sent yet: a client must learn of a subscription before its events come. */
  readonly #unanswered = new Set<string>();

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** Every matching event is sent under `id` once the request is answered. Throws RpcError, or IndexError for a malformed query. */
  subscribe(text: string, id: RequestId): void {
    if (this.#subscriptions.has(text)) throw failed(`already subscribed to ${text}`);
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw failed(`max_subscriptions_per_client ${MAX_SUBSCRIPTIONS} reached; unsubscribe from another query first`);
    }
    this.#subscriptions.set(text, { query: parseQuery(text), id });
    this.#unanswered.add(text);
  }

  /** Answers were sent: events of the new subscriptions may follow. */
  answered(): void {
    this.#unanswered.clear();
  }

  unsubscribe(text: string): void {
    if (!this.#subscriptions.delete(text)) throw failed("subscription not found");
  }

  unsubscribeAll(): void {
    if (this.#subscriptions.size === 0) throw failed("subscription not found");
    this.#subscriptions.clear();
  }

  deliver(event: ChainEvent): void {
    for (const [text, { query, id }] of this.#subscriptions) {
      if (!this.#unanswered.has(text) && matches(query, event.attributes)) this.#send(notification(text, id, event));
    }
  }
}

/** Brings each indexed block's events to the sessions that asked for them. */
export class Subscriptions {
  readonly #sessions = new Set<ClientSession>();
  readonly #leave: () => void;

  constructor(index: Pick<TxIndex, "onIndexed">) {
    this.#leave = index.onIndexed((event) => {
      if (this.#sessions.size === 0) return;
      for (const chainEvent of chainEvents(event)) {
        for (const session of this.#sessions) session.deliver(chainEvent);
      }
    });
  }

  get size(): number {
    return this.#sessions.size;
  }

  add(session: ClientSession): void {
    this.#sessions.add(session);
  }

  remove(session: ClientSession): void {
    this.#sessions.delete(session);
  }

  close(): void {
    this.#leave();
    this.#sessions.clear();
  }
}

/** The event's data is one text for all subscribers; only query and id are theirs. */
function notification(query: string, id: RequestId, event: ChainEvent): string {
  const events = JSON.stringify(Object.fromEntries(event.attributes));
  const result = `{"query":${JSON.stringify(query)},"data":${event.data()},"events":${events}}`;
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
}
