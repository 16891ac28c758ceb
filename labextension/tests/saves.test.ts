import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untranslated } from '../src/language';
import { RequestError } from '../src/model';
import { FOUND_EVENT, NOT_SEARCHED_EVENT } from '../src/protocol';
import { type SavedNotebook, Saves } from '../src/saves';

const FINDING = { cell: 2, output: 1, mime: null, secret: 'API_KEY', encoding: 'text' };
const FOUND = { schema_id: FOUND_EVENT, user: 'jo', path: 'a.ipynb', findings: [FINDING], refused: false };

class Notebook implements SavedNotebook {
  path: string | null = 'a.ipynb';
  isUnsaved = false;
  reloads = 0;
  saving: (path: string) => void = () => undefined;

  async reload(): Promise<void> {
    this.reloads++;
  }

  follow(saving: (path: string) => void): void {
    this.saving = saving;
  }
}

function saves(answer: () => Promise<{ findings: (typeof FINDING)[]; marked: number }>) {
  const notebook = new Notebook();
  const asked: string[] = [];
  const made = new Saves(
    notebook,
    path => {
      asked.push(path);
      return answer();
    },
    untranslated
  );
  return { notebook, made, asked };
}

const textOf = (saves: Saves) => saves.notice?.text;

test('what is said is said of the notebook in front, until it is saved again', () => {
  const { notebook, made } = saves(async () => ({ findings: [], marked: 0 }));
  assert.equal(textOf(made), undefined);
  made.hear({ ...FOUND, findings: [FINDING, { ...FINDING, cell: null }, { ...FINDING, secret: 'B', cell: 3 }] });
  assert.equal(textOf(made), 'a.ipynb was saved with the value of API_KEY (cell 2, metadata), B (cell 3).');
  notebook.path = 'b.ipynb';
  assert.equal(textOf(made), undefined);
  made.hear({ schema_id: NOT_SEARCHED_EVENT, path: 'b.ipynb', projects: ['demo'] });
  assert.match(textOf(made) ?? '', /b.ipynb was saved without being searched.* those of demo could not be read/);
  made.hear({ schema_id: 'https://example.org/else', path: 'b.ipynb', findings: [] });
  made.hear({ schema_id: FOUND_EVENT, path: 5, findings: {} });
  assert.equal(made.notice?.scrubs, false);
  notebook.saving('b.ipynb');
  assert.equal(textOf(made), undefined);
  notebook.path = 'a.ipynb';
  assert.equal(made.notice?.scrubs, true);
});

test('what was refused is said, and cannot be scrubbed', () => {
  const { made } = saves(async () => ({ findings: [], marked: 0 }));
  made.hear({ ...FOUND, refused: true });
  assert.deepEqual(
    [textOf(made), made.notice?.scrubs],
    ['a.ipynb was not saved: it holds the value of API_KEY (cell 2).', false]
  );
});

test('scrubbing loads the file again, says what is left, and happens once; not while anything is unsaved', async () => {
  const { notebook, made, asked } = saves(async () => ({ findings: [FINDING, FINDING], marked: 1 }));
  made.hear(FOUND);
  notebook.isUnsaved = true;
  await made.scrub();
  assert.deepEqual(asked, []);
  notebook.isUnsaved = false;
  const first = made.scrub();
  await Promise.all([first, made.scrub()]);
  assert.deepEqual([asked, notebook.reloads], [['a.ipynb'], 1]);
  assert.equal(textOf(made), 'Marks were put into a.ipynb; its sources still hold values. Rotate API_KEY.');
});

test('what went wrong in scrubbing is said, and it can be tried again', async () => {
  const { notebook, made } = saves(() => Promise.reject(new RequestError('Not found.', 'SecretsError', 'Look.')));
  made.hear(FOUND);
  await made.scrub();
  assert.deepEqual([textOf(made), made.notice?.scrubs, notebook.reloads], ['Not found. Look.', true, 0]);
});
