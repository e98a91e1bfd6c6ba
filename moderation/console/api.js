// SPDX-License-Identifier: Apache-2.0
// The service's API. A call that fails says why in words; nothing that was typed
// is lost by it: when a session is over, whoever calls waits until there is one
// again, and the call is made then.

import {strings} from './strings.js';

/** What the service refused, or that it could not be reached (status 0). */
export class Problem extends Error {
  constructor(status, name, title, detail) {
    super(detail ? `${title} (${detail})` : title);
    this.status = status;
    this.name = name;
    this.detail = detail;
  }
}

const listeners = {session: null, reach: null};
let reached = true;

/** session: gives a promise of a new session, the same to all who ask; reach: told of true, false. */
export function listen(session, reach) {
  listeners.session = session;
  listeners.reach = reach;
}

function tell(now) {
  if (now !== reached) {
    reached = now;
    listeners.reach?.(now);
  }
}

async function problem(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // A proxy's page: its status must do.
  }
  const name = String(body.type ?? '').split(':').pop() || `http-${response.status}`;
  return new Problem(response.status, name,
      strings.problems[name] ?? body.title ?? strings.unknownProblem(response.status), body.detail);
}

async function once(method, path, body, background) {
  const headers = {};
  if (method === 'POST') {
    headers['Content-Type'] = 'application/json';
    headers['Frank-Request'] = '1';
  }
  if (background) headers['Frank-Background'] = '1';
  let response;
  try {
    response = await fetch(path, {method, headers, cache: 'no-store', redirect: 'error',
      credentials: 'same-origin',
      body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined});
  } catch {
    tell(false);
    throw new Problem(0, 'unreachable', strings.unreachable);
  }
  // A proxy in front says so when the service itself is away.
  tell(![502, 503, 504].includes(response.status) ||
       response.headers.get('Content-Type') === 'application/problem+json');
  if (!response.ok) throw await problem(response);
  return response;
}

async function call(method, path, body, background) {
  try {
    return await once(method, path, body, background);
  } catch (error) {
    if (error.status !== 401 || error.name !== 'session' || !listeners.session) throw error;
    const again = listeners.session();
    if (background) throw error;
    await again;
  }
  return once(method, path, body, background);
}

/** path with the members of query that are set. */
export function address(path, query) {
  const parts = Object.entries(query ?? {})
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return parts.length ? `${path}?${parts.join('&')}` : path;
}

/** Who is logged in, as the page asked with its first bytes (index.html). */
export async function who() {
  const response = await fetch('/v1/me', {credentials: 'same-origin'});
  if (!response.ok) throw await problem(response);
  return response.json();
}

export const get = async (path, query) => (await call('GET', address(path, query))).json();
export const post = async (path, body) => (await call('POST', path, body)).json();
/** Bytes that are no JSON. */
export const bytes = async (path) =>
  new Uint8Array(await (await call('GET', path)).arrayBuffer());
/** The same where it is logged that they are given. */
export const takeBytes = async (path) =>
  new Uint8Array(await (await call('POST', path)).arrayBuffer());
/** A file that is answered to what is posted, and the name that it has. */
export async function file(path, body) {
  const response = await call('POST', path, body);
  const name = /filename="([A-Za-z0-9._-]+)"/.exec(response.headers.get('Content-Disposition') ?? '');
  return {blob: await response.blob(), name: name?.[1] ?? 'file'};
}
/** What the page asks by itself: it keeps no session alive, and waits for no new one. */
export const peek = async (path, query) =>
  (await call('GET', address(path, query), undefined, true)).json();
/** The same of what the page tells by itself. */
export const tellQuietly = async (path, body) => (await call('POST', path, body, true)).json();
/** A call that no new session is asked for: logging in itself, and what is tried again anyhow. */
export const alone = async (path, body) => (await once('POST', path, body)).json();
