// SPDX-License-Identifier: Apache-2.0
// Checks a log in the browser: the signature of its checkpoint (C2SP
// signed-note, tlog-checkpoint), and that the hashes of all its entries (C2SP
// tlog-tiles) make the root that was signed (RFC 6962). What the service could
// still do is to run another program than this one: the same check elsewhere
// settles that.

const WIDTH = 256;
const HASH = 32;
const ED25519 = 1;

/** What is wrong with a log: a name of strings.log.faults, and what its words take. */
export class Fault extends Error {
  constructor(name, ...details) {
    super(name);
    this.details = details;
  }
}

const text = new TextEncoder();
const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest('SHA-256', data));
const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

function fromBase64(encoded) {
  try {
    return Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
  } catch {
    throw new Fault('base64');
  }
}

function join(...pieces) {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

// ---- The checkpoint -----------------------------------------------------------------

/** A verifier key, "origin+hash+base64": {origin, id, bytes}. */
export async function readKey(key) {
  const [, origin, hash, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(key) ?? [];
  if (!origin) throw new Fault('noKey');
  const bytes = fromBase64(encoded);
  if (bytes.length !== 33 || bytes[0] !== ED25519) throw new Fault('notEd25519');
  const id = (await sha256(join(text.encode(`${origin}\n`), bytes))).slice(0, 4);
  if ([...id].map((byte) => byte.toString(16).padStart(2, '0')).join('') !== hash) {
    throw new Fault('keyHash');
  }
  return {origin, id, bytes: bytes.slice(1)};
}

async function signatureHolds(key, signature, body) {
  let imported;
  try {
    imported = await crypto.subtle.importKey('raw', key.bytes, {name: 'Ed25519'}, false, ['verify']);
  } catch {
    throw new Fault('noCheck');
  }
  return crypto.subtle.verify({name: 'Ed25519'}, imported, signature, body);
}

/** A checkpoint that this key signed: {origin, size, root}. */
export async function openCheckpoint(note, key) {
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw new Fault('unsigned');
  const body = note.slice(0, split + 1);
  const [origin, size, root] = body.split('\n');
  if (origin !== key.origin) throw new Fault('otherLog');
  if (!/^(0|[1-9][0-9]{0,14})$/.test(size)) throw new Fault('noSize');
  const lines = note.slice(split + 2).split('\n').filter((line) => line !== '');
  let signed = false;
  for (const line of lines) {
    const [, name, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== key.origin) continue;
    const signature = fromBase64(encoded);
    if (!equal(signature.slice(0, 4), key.id)) continue;
    if (!await signatureHolds(key, signature.slice(4), text.encode(body))) {
      throw new Fault('signature');
    }
    signed = true;
  }
  if (!signed) throw new Fault('otherKey');
  const hash = fromBase64(root ?? '');
  if (hash.length !== HASH) throw new Fault('noRoot');
  return {origin, size: Number(size), root: hash};
}

// ---- The tree -------------------------------------------------------------------------

function tilePath(level, index, width) {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width < WIDTH ? `.p/${width}` : ''}`;
}

const inner = (left, right) => {
  const data = new Uint8Array(1 + 2 * HASH);
  data[0] = 1;
  data.set(left, 1);
  data.set(right, 1 + HASH);
  return sha256(data);
};

/** The root over hashes of one level, any number of them. */
async function rootOf(hashes) {
  let level = hashes;
  while (level.length > 1) {
    const pairs = [];
    for (let i = 0; i + 1 < level.length; i += 2) pairs.push(inner(level[i], level[i + 1]));
    const next = await Promise.all(pairs);
    if (level.length % 2 === 1) next.push(level.at(-1));
    level = next;
  }
  return level[0];
}

/** A compact range: subtrees of falling size; what the root is made of. */
function makeRange() {
  const parts = []; // [height, hash]
  return {
    add: async (height, hash) => {
      let node = [height, hash];
      while (parts.length > 0 && parts.at(-1)[0] === node[0]) {
        const [, left] = parts.pop();
        node = [node[0] + 1, await inner(left, node[1])];
      }
      parts.push(node);
    },
    root: async () => {
      let hash;
      for (const [, left] of [...parts].reverse()) hash = hash ? await inner(left, hash) : left;
      return hash ?? sha256(new Uint8Array(0));
    },
  };
}

async function readTile(read, level, index, width) {
  let bytes;
  try {
    bytes = await read(tilePath(level, index, width));
  } catch (error) {
    throw new Fault('unread', tilePath(level, index, width), error.message);
  }
  if (bytes.length !== width * HASH) {
    throw new Fault('tileSize', tilePath(level, index, width), bytes.length, width * HASH);
  }
  return Array.from({length: width}, (_, i) => bytes.subarray(i * HASH, (i + 1) * HASH));
}

/** Compares a tile of a higher level with what the tiles below it give. */
async function compare(read, level, index, hashes) {
  const said = await readTile(read, level, index, hashes.length);
  const wrong = said.findIndex((hash, i) => !equal(hash, hashes[i]));
  if (wrong >= 0) {
    throw new Fault('tileDiffers', tilePath(level, index, hashes.length), wrong);
  }
}

/**
 * Recomputes the root of a log of `size` entries from its tiles. read(path) gives
 * a tile's bytes. progress(done, size). Memory does not grow with the log.
 */
export async function rootFromTiles(read, size, progress, signal) {
  const range = makeRange();
  const pending = []; // hashes of full tiles, by level from 1
  const counts = [];

  async function up(level, hash) {
    (pending[level] ??= []).push(hash);
    if (pending[level].length < WIDTH) return;
    const index = counts[level] ?? 0;
    await compare(read, level, index, pending[level]);
    counts[level] = index + 1;
    const above = await rootOf(pending[level]);
    pending[level] = [];
    await up(level + 1, above);
  }

  for (let at = 0; at < size; at += WIDTH) {
    signal?.throwIfAborted();
    const leaves = await readTile(read, 0, at / WIDTH, Math.min(WIDTH, size - at));
    if (leaves.length === WIDTH) {
      const hash = await rootOf(leaves);
      await range.add(8, hash);
      await up(1, hash);
    } else {
      for (const leaf of leaves) await range.add(0, leaf);
    }
    progress?.(Math.min(at + WIDTH, size), size);
  }
  for (let level = 1; level < pending.length; level++) {
    if (pending[level].length > 0) await compare(read, level, counts[level] ?? 0, pending[level]);
  }
  return range.root();
}

/** Checks checkpoint and tree: {size, root (hex)}; throws a Fault. */
export async function checkLog({key, note, read, progress, signal}) {
  const checkpoint = await openCheckpoint(note, await readKey(key));
  const root = await rootFromTiles(read, checkpoint.size, progress, signal);
  if (!equal(root, checkpoint.root)) {
    throw new Fault('root');
  }
  return {size: checkpoint.size,
    root: [...root].map((byte) => byte.toString(16).padStart(2, '0')).join('')};
}
