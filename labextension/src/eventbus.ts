/** The server's event bus: says when a secret of a project was changed, by whomever. */

import { Backoff } from './backoff';
import { CHANGED_EVENT } from './protocol';
import type { ChangeSource } from './rest';

/** What of a browser's socket is used. */
export type Socket = Pick<WebSocket, 'onopen' | 'onclose' | 'onmessage' | 'close'>;

/** One socket for each watch; one that breaks is opened again, at longer and longer intervals. */
export class EventBus implements ChangeSource {
  constructor(private readonly _connect: () => Socket) {}

  watch(project: string, changed: () => void, connected: (open: boolean) => void): () => void {
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
        if (concerns(String(data), project)) {
          changed();
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

function concerns(message: string, project: string): boolean {
  try {
    const event = JSON.parse(message) as { schema_id?: string; project?: string };
    return event.schema_id === CHANGED_EVENT && event.project === project;
  } catch {
    return false;
  }
}
