import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvFile } from '../src/envfile';
import { isName } from '../src/model';
import files from './dotenv.json';

test('a dotenv file has the names, values and bad lines that it has for %secret import', () => {
  for (const { text, values, bad } of files) {
    const read = readEnvFile(text, isName);
    assert.deepEqual({ values: Object.fromEntries(read.values), bad: read.badLines }, { values, bad }, text);
  }
});
