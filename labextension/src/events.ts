/** The server's event bus: says when a secret of a project was changed, by whomever. */

import type { ChangeSource } from './rest';

const CHANGED = 'https://dh-secrets-jupyter/events/secret-changed/v1';
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30000;

/** What of a browser's socket is used. */
export type Socket = Pick<WebSocket, 'onopen' | 'onclose' | 'onmessage' | 'close'>;

/** One socket for each watch; one that breaks is opened again, at longer and longer intervals. */
export class EventBus implements ChangeSource {
  constructor(private readonly _connect: () => Socket) {}

  watch(project: string, changed: () => void, connected: (open: boolean) => void): () => void {
    let stopped = false;
    let pause = FIRST_RETRY_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let socket: Socket | undefined;

    const open = () => {
      socket = this._connect();
      socket.onopen = () => {
        pause = FIRST_RETRY_MS;
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
          timer = setTimeout(open, pause);
          pause = Math.min(2 * pause, LAST_RETRY_MS);
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
    return event.schema_id === CHANGED && event.project === project;
  } catch {
    return false;
  }
}
