// SPDX-License-Identifier: Apache-2.0
// The console's modules without a browser: load('dom.js').

import {webcrypto} from 'node:crypto';
import {cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

// What they expect of one when they are loaded.
globalThis.navigator ??= {languages: ['en-GB'], language: 'en-GB'};
globalThis.Node ??= class {};
globalThis.crypto ??= webcrypto;

export const sources = fileURLToPath(new URL('../../moderation/console/', import.meta.url));
// A copy, of which old versions of node can tell that these are modules.
const folder = mkdtempSync(join(tmpdir(), 'frank-modules-'));
cpSync(sources, folder, {recursive: true});
writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
process.on('exit', () => rmSync(folder, {recursive: true}));

export const load = (name) => import(pathToFileURL(join(folder, name)));
