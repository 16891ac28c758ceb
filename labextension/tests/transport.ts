/** A transport for tests, which says what they set, and a project with one secret besides. */

import type { Cells } from '../src/actions';
import { INSERT } from '../src/insertaction';
import type { Front, Put, Transport } from '../src/model';
import type { SecretInfo } from '../src/protocol';

export function info(name: string, hosts: string[] = []): SecretInfo {
  const none = { expires: null, created: null, updated: null, created_by: null, updated_by: null };
  return { name, description: '', labels: [], hosts, ...none };
}

/** A kernel's answer to a put. */
export const PUT: Put = { target: 'a', replaced: false, expired: null, unmasked: null };

/** A notebook with a kernel in which everything can be done. */
export const FRONT: Front = { file: 'a.ipynb', kernel: 'k-1 0', disabledReason: '', project: null, cellsReason: '' };

/** Cells in which nothing is. */
export const CELLS: Cells = {
  action: INSERT,
  lines: line => [line],
  insert: line => [line]
};

export function fakeTransport(set: Partial<Transport> = {}): Transport {
  return {
    status: async (project = 'demo') => ({ project, provider: 'local', place: 'a file', writable: true }),
    projects: async () => ['demo', 'other'],
    list: async () => [info('A')],
    create: async () => [],
    update: async () => [],
    remove: async () => [],
    importValues: async () => [],
    copy: async () => [],
    put: async () => PUT,
    use: async () => ({ target: 'a', replaced: false, hosts: ['api.example.com'] }),
    putAgain: async () => ({ ...PUT, targets: ['a'] }),
    forget: async () => undefined,
    undo: async () => undefined,
    held: async () => null,
    watch: () => () => undefined,
    ...set
  };
}
