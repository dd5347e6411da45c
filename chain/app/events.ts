/** One event as indexers and wallets see it. */
export interface AppEvent {
  readonly type: string;
  readonly attributes: readonly EventAttribute[];
}

export interface EventAttribute {
  readonly key: string;
  readonly value: string;
}

export interface EventSink {
  emit(type: string, attributes: readonly (readonly [key: string, value: string])[]): void;
}

/** Collects events in order of emission. */
export class EventLog implements EventSink {
  #events: AppEvent[] = [];

  emit(type: string, attributes: readonly (readonly [key: string, value: string])[]): void {
    this.#events.push({ type, attributes: attributes.map(([key, value]) => ({ key, value })) });
  }

  append(events: readonly AppEvent[]): void {
    for (const event of events) this.#events.push(event);
  }

  /** The events so far, which this log forgets. */
  take(): readonly AppEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  get events(): readonly AppEvent[] {
    return this.#events;
  }
}
