// The one way to the node. Failures are Problems (RFC 9457); a route that wants the password again asks for it here.
import { cell } from "./cell.js";
import { lapsed, session, session_take } from "./state.js";
import type { Session } from "./types.js";

export const BASE = "/api/v1";

export class Problem extends Error {
	constructor(
		readonly title: string,
		readonly status: number,
		readonly detail: string,
		readonly pointer?: string,
		readonly retry_s?: number,
	) {
		super(detail);
	}
}

export type Answer<T> = { data: T; etag: string | null; headers: Headers; status: number };
export type Options = { match?: string; key?: string; text?: boolean; type?: string; signal?: AbortSignal; keepalive?: boolean };

// Set while a dialog asks for the password; its answer says whether to try again.
export const confirming = cell<((done: boolean) => void) | null>(null);

export function confirm_again(): Promise<boolean> {
	return new Promise((done) => {
		confirming.set((yes) => {
			confirming.set(null);
			done(yes);
		});
	});
}

export async function problem_of(r: Response): Promise<Problem> {
	const retry = Number(r.headers.get("Retry-After")) || undefined;
	try {
		const p = (await r.json()) as Record<string, unknown>;
		return new Problem(String(p["title"]), r.status, String(p["detail"] ?? p["title"]),
			typeof p["pointer"] === "string" ? p["pointer"] : undefined, retry);
	} catch {
		return new Problem("io", r.status, `${r.status} ${r.statusText}`, undefined, retry);
	}
}

// Counts what has happened as far as this page knows: events, and what it has changed itself. What was asked for before may be of before (load.ts).
let happened = 0;
export function stir(): void {
	happened++;
}
export function stirred(): number {
	return happened;
}

const CSRF = "X-CSRF-Token";

// A page asks by itself as well. What it asks for when nobody has touched it for a minute says so, and keeps no session alive.
const ATTENDED_MS = 60_000;
let touched = Date.now();
export function attend(): void {
	const touch = (e: Event): void => {
		if (e.isTrusted) touched = Date.now();
	};
	for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "click", "input"]) addEventListener(kind, touch, { capture: true, passive: true });
}

async function once(method: string, path: string, body: unknown, o: Options): Promise<Response> {
	const headers: Record<string, string> = { Accept: o.text ? "text/plain" : "application/json" };
	const csrf = session.get()?.csrf;
	if (method !== "GET" && csrf) headers[CSRF] = csrf;
	if (Date.now() - touched > ATTENDED_MS) headers["X-Entente-Unattended"] = "1";
	if (o.match) headers["If-Match"] = o.match;
	if (o.key) headers["Idempotency-Key"] = o.key;
	let payload: BodyInit | undefined;
	if (body !== undefined) {
		headers["Content-Type"] = o.type ?? "application/json";
		payload = o.type ? (body as BodyInit) : JSON.stringify(body);
	}
	try {
		return await fetch(BASE + path, { method, headers, body: payload, signal: o.signal, keepalive: o.keepalive, credentials: "same-origin" });
	} catch (e) {
		if (e instanceof DOMException && e.name === "AbortError") throw e;
		throw new Problem("offline", 0, String(e instanceof Error ? e.message : e));
	} finally {
		if (method !== "GET") stir();
	}
}

// Somebody has signed in again elsewhere in this browser: the cookie is of that session, and what the page knows of the one before. True if it now knows of that one.
async function session_again(p: Problem): Promise<boolean> {
	if (p.pointer !== CSRF) return false;
	const r = await once("GET", "/session", undefined, {});
	return r.ok && session_take((await r.json()) as Session);
}

async function confirmed(p: Problem): Promise<boolean> {
	return p.title === "confirm" && confirm_again();
}

export async function call<T>(method: string, path: string, body?: unknown, o: Options = {}): Promise<Answer<T>> {
	let r = await once(method, path, body, o);
	let p = r.ok ? null : await problem_of(r);
	for (const another of [session_again, confirmed]) {
		if (p?.status !== 403 || !(await another(p))) continue;
		r = await once(method, path, body, o);
		p = r.ok ? null : await problem_of(r);
	}
	if (p) {
		if (p.status === 401 && session.get() && !path.startsWith("/session")) lapsed.set(true);
		throw p;
	}
	const data = r.status === 204 ? undefined : o.text ? await r.text() : await r.json();
	return { data: data as T, etag: r.headers.get("ETag"), headers: r.headers, status: r.status };
}

export async function get<T>(path: string, o?: Options): Promise<T> {
	return (await call<T>("GET", path, undefined, o)).data;
}

export async function post<T>(path: string, body: unknown = {}, o?: Options): Promise<T> {
	return (await call<T>("POST", path, body, o)).data;
}

export function fresh_key(): string {
	return crypto.randomUUID().replaceAll("-", "");
}

export function query(o: Record<string, string | number | undefined | null>): string {
	const set = Object.entries(o).filter((e) => e[1] !== undefined && e[1] !== null && e[1] !== "");
	return set.length ? `?${new URLSearchParams(set.map(([k, v]) => [k, String(v)]))}` : "";
}

// Sends one file with progress, which fetch() cannot tell.
export async function upload<T>(path: string, file: Blob, progress: (part: number) => void, signal?: AbortSignal): Promise<T> {
	try {
		return await upload_once<T>(path, file, progress, signal);
	} catch (e) {
		if (!(e instanceof Problem) || !(await session_again(e))) throw e;
		return upload_once<T>(path, file, progress, signal);
	}
}

function upload_once<T>(path: string, file: Blob, progress: (part: number) => void, signal?: AbortSignal): Promise<T> {
	return new Promise((done, fail) => {
		const x = new XMLHttpRequest();
		x.open("POST", BASE + path);
		const csrf = session.get()?.csrf;
		if (csrf) x.setRequestHeader(CSRF, csrf);
		x.setRequestHeader("Content-Type", file.type || "application/octet-stream");
		x.upload.onprogress = (e) => progress(e.total ? e.loaded / e.total : 0);
		x.onerror = () => fail(new Problem("offline", 0, "the connection broke"));
		x.onabort = () => fail(new DOMException("stopped", "AbortError"));
		x.onload = () => {
			stir();
			if (x.status >= 200 && x.status < 300) done(JSON.parse(x.responseText) as T);
			else void problem_of(new Response(x.responseText, { status: x.status })).then(fail);
		};
		signal?.addEventListener("abort", () => x.abort());
		x.send(file);
	});
}

// Gives the person a file. The bytes never become part of the page.
export function save(name: string, bytes: Blob | string, type = "text/plain"): void {
	const url = URL.createObjectURL(typeof bytes === "string" ? new Blob([bytes], { type }) : bytes);
	const a = document.createElement("a");
	a.href = url;
	a.download = name;
	a.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
