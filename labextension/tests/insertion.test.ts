import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cell, insertion, projectOf } from '../src/insertion';

const LOAD = '%load_ext dh_secrets_jupyter';
const PROJECT = '%secret project shop';
const GET = '%secret get KEY';

const code = (text: string): Cell => ({ type: 'code', text });

/** The cells afterwards; the cursor is at `|` in the last one, or at its end. The panel shows shop. */
function inserted(above: Cell[], here: string | Cell, assumed = 'default', line = GET): string[] {
  const cell = typeof here === 'string' ? code(here) : here;
  const offset = cell.text.includes('|') ? cell.text.indexOf('|') : cell.text.length;
  const text = cell.text.replace('|', '');
  const cells = [...above, { ...cell, text }];
  const { lines, before } = insertion(cells, { cell: above.length, offset }, { line, project: 'shop', assumed });
  if (before === null) {
    return [text, lines.join('\n')];
  }
  const rows = text.split('\n');
  return [[...rows.slice(0, before), ...lines, ...rows.slice(before)].join('\n')];
}

const TABLE: [string, Cell[], string | Cell, string[], string?][] = [
  ['an empty notebook', [], '', [`${LOAD}\n${PROJECT}\n${GET}\n`]],
  ['the kernel is in the project', [], '', [`${LOAD}\n${GET}\n`], 'shop'],
  ['above the line of the cursor', [], 'a = 1\nb =| 2\nc = 3', [`a = 1\n${LOAD}\n${PROJECT}\n${GET}\nb = 2\nc = 3`]],
  ['the extension is there', [code(LOAD)], 'x|', [`${PROJECT}\n${GET}\nx`]],
  ['extension and project are there', [code(`${LOAD}\n${PROJECT}`)], 'x|', [`${GET}\nx`]],
  ['all is there', [code(`${LOAD}\n${PROJECT}\n${GET}`)], 'x|', ['x']],
  ['all is there, by another line', [code(`${LOAD}\n${PROJECT}\n%secret get A as b KEY as key  # both`)], '|', ['']],
  ['all are read', [code(`${LOAD}\n${PROJECT}\n%secret get --all`)], '|', ['']],
  ['another name is read as this one', [code(`${LOAD}\n${PROJECT}\n%secret get A as KEY`)], '|', [`${GET}\n`]],
  ['only a comment names it', [code(`${LOAD}\n${PROJECT}\n%secret get A  # KEY`)], '|', [`${GET}\n`]],
  ['another project came later', [code(`${LOAD}\n${PROJECT}\n${GET}\n%secret project other`)], '|', ['']],
  ['and it is another project’s', [code(`${LOAD}\n%secret project other\n${GET}`)], '|', [`${PROJECT}\n${GET}\n`]],
  [
    'the kernel left the project that the lines say',
    [code(`${LOAD}\n%secret project x-1`)],
    '|',
    [`${PROJECT}\n${GET}\n`],
    'shop'
  ],
  [
    'what is below does not count',
    [code('a')],
    `x|\n${PROJECT}\n${GET}`,
    [`${LOAD}\n${PROJECT}\n${GET}\nx\n${PROJECT}\n${GET}`]
  ],
  ['below a %load_ext line where the cursor is', [], `${LOAD}|\nx`, [`${LOAD}\n${PROJECT}\n${GET}\nx`]],
  [
    'below a %load_ext line below the cursor',
    [],
    `|import os\n${LOAD}\nx`,
    [`import os\n${LOAD}\n${PROJECT}\n${GET}\nx`]
  ],
  ['below the project’s line where the cursor is', [code(LOAD)], `${PROJECT}|`, [`${PROJECT}\n${GET}`]],
  ['the line is there where the cursor is', [code(`${LOAD}\n${PROJECT}`)], `${GET}|`, [GET]],
  ['a cell magic', [code(LOAD)], '%%bash\nls|', ['%%bash\nls', `${PROJECT}\n${GET}`]],
  ['a cell magic behind empty lines', [], '\n%%time\nx|', ['\n%%time\nx', `${LOAD}\n${PROJECT}\n${GET}`]],
  ['Markdown', [], { type: 'markdown', text: `# ${LOAD}` }, [`# ${LOAD}`, `${LOAD}\n${PROJECT}\n${GET}`]],
  ['raw', [code(`${LOAD}\n${PROJECT}`)], { type: 'raw', text: 'x' }, ['x', GET]],
  [
    'what others than code cells say',
    [{ type: 'markdown', text: LOAD }, code(`%%html\n${PROJECT}`)],
    '',
    [`${LOAD}\n${PROJECT}\n${GET}\n`]
  ],
  ['in brackets', [code(LOAD)], 'a = 1\nf(\nb,|\n)', [`a = 1\n${PROJECT}\n${GET}\nf(\nb,\n)`]],
  [
    'in a function',
    [code(LOAD)],
    'a = 1\n@cache\ndef f():\n  b\n\n|\n  c',
    [`a = 1\n${PROJECT}\n${GET}\n@cache\ndef f():\n  b\n\n\n  c`]
  ],
  ['in a branch', [code(LOAD)], 'if a:  # (\n  b\nelse:|\n  c', [`${PROJECT}\n${GET}\nif a:  # (\n  b\nelse:\n  c`]],
  ['in a text', [code(LOAD)], 's = """(\n# "|\n"""\nx', [`${PROJECT}\n${GET}\ns = """(\n# "\n"""\nx`]],
  ['behind a backslash', [code(LOAD)], "s = ')' + \\\nx|", [`${PROJECT}\n${GET}\ns = ')' + \\\nx`]],
  ['behind a function', [code(LOAD)], 'def f():\n  b\n|', [`def f():\n  b\n${PROJECT}\n${GET}\n`]]
];

for (const [what, above, here, expected, assumed] of TABLE) {
  test(`inserted: ${what}`, () => assert.deepEqual(inserted(above, here, assumed), expected));
}

test('a line that uses a secret is there by a line that uses it, and by none that reads', () => {
  const use = '%secret use KEY';
  for (const [there, expected] of [
    ['%secret use A KEY as key', ['']],
    ['%secret get KEY', [`${use}\n`]],
    ['%secret get --all', [`${use}\n`]],
    ['%secret use A as KEY', [`${use}\n`]]
  ] as [string, string[]][]) {
    assert.deepEqual(inserted([code(`${LOAD}\n${PROJECT}\n${there}`)], '|', 'default', use), expected, there);
  }
  assert.deepEqual(inserted([code(`${LOAD}\n${PROJECT}\n${use}`)], '|'), [`${GET}\n`]);
});

test('the project of a notebook is the one that its lines switch to last', () => {
  assert.equal(
    projectOf([code(PROJECT), code('x\n  %secret project x-2 --provider local'), code('%secret list')]),
    'x-2'
  );
  assert.equal(
    projectOf([code('%%bash\n%secret project a-1'), { type: 'markdown', text: PROJECT }, code(`# ${PROJECT}`)]),
    null
  );
});
