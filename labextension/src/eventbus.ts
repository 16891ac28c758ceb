/** The server's event bus: says when a secret of a project was changed, by whomever. */

import { Backoff } from './backoff';
import { CHANGED_EVENT } from './protocol';
import type { ChangeSource } from './rest';

/** What of a browser's socket is used. */
export type Socket = Pick<WebSocket, 'onopen' | 'onclose' | 'onmessage' | 'close'>;

/** An event of any kind, as it came. */
export type ServerEvent = { readonly [field: string]: unknown };

/** One socket for each listener; one that breaks is opened again, at longer and longer intervals. */
export class EventBus implements ChangeSource {
  constructor(private readonly _connect: () => Socket) {}

  watch(project: string, changed: () => void, connected: (open: boolean) => void): () => void {
    return this.listen(event => {
      if (event.schema_id === CHANGED_EVENT && event.project === project) {
        changed();
      }
    }, connected);
  }

  /** Hands on every event, and whether the bus is connected, until the returned function is called. */
  listen(heard: (event: ServerEvent) => void, connected: (open: boolean) => void = () => undefined): () => void {
    let stopped = false;
    const backoff = new Backoff();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let socket: Socket | undefined;

    const open = () => {
      socket = this._connect();
      socket.onopen = () => {
        backoff.reset();
        connected(true);
      };
      socket.onmessage = ({ data }) => {
        const event = parsed(String(data));
        if (event) {
          heard(event);
        }
      };
      socket.onclose = () => {
        if (!stopped) {
          connected(false);
          timer = setTimeout(open, backoff.next());
        }
      };
    };

    open();
    return () => {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    };
  }
}

function parsed(message: string): ServerEvent | null {
  try {
    const event: unknown = JSON.parse(message);
    return typeof event === 'object' ? (event as ServerEvent | null) : null;
  } catch {
    return null;
  }
}
