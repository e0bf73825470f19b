import type { Page, Problem } from "../contract/types.ts";
import { csrfToken } from "./csrf.ts";
import { leaveForSignIn } from "./session.ts";

const ROOT = "/api/v1";

/** An answer other than 2xx, or none at all (`status` 0: the network). */
export class Refused extends Error {
  readonly status: number;
  readonly problem: Problem | null;
  readonly retryAfterMs: number | null;

  constructor(status: number, problem: Problem | null, retryAfterMs: number | null) {
    super(problem?.detail || problem?.title || `HTTP ${status}`);
    this.name = "Refused";
    this.status = status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may succeed later without anybody changing it. */
  get isPassing(): boolean {
    return this.status === 0 || this.status >= 500 || [401, 408, 425, 429].includes(this.status);
  }
}

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
type Query = Record<string, string | number | boolean | null | undefined>;

/** Build a path below the API's root, leaving out what is null or undefined. */
export function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  if (pairs.length === 0) return path;
  return `${path}?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

function headersFor(method: Method, body: unknown, key: string | undefined): Headers {
  const headers = new Headers({ Accept: "application/json" });
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (method !== "GET") headers.set("X-CSRFToken", csrfToken());
  if (key !== undefined) headers.set("Idempotency-Key", key);
  return headers;
}

async function problemOf(response: Response): Promise<Problem | null> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return null;
  }
}

async function refusalOf(response: Response): Promise<Refused> {
  const seconds = Number(response.headers.get("Retry-After") ?? "");
  const wait = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
  return new Refused(response.status, await problemOf(response), wait);
}

/**
 * Ask the API; the answer's body, or undefined for 204.
 *
 * Errors   Refused, for every answer that is not 2xx and for a network that does not answer.
 * Key      by which the server knows a repetition of the same request.
 * Session  401 leads to the sign-in page; the promise still rejects, so that callers keep what they hold.
 */
export async function ask<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal, key?: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers: headersFor(method, body, key),
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, null, null);
  }
  if (response.status === 401) leaveForSignIn();
  if (!response.ok) throw await refusalOf(response);
  if (response.status === 204) return undefined as T;
  return bodyOf<T>(response, signal);
}

/** The network may go in the midst of an answer, and is then as little an answer as none; what is no JSON is a fault. */
async function bodyOf<T>(response: Response, signal: AbortSignal | undefined): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (signal?.aborted || error instanceof SyntaxError) throw error;
    throw new Refused(0, null, null);
  }
}

/** Read a list to its end, or to `most` items. */
export async function askAll<T>(path: string, most: number): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const separator = path.includes("?") ? "&" : "?";
    const page: Page<T> = await ask("GET", cursor === null ? path : `${path}${separator}cursor=${encodeURIComponent(cursor)}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && items.length < most);
  return items;
}
