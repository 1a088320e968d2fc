// Live events: one EventSource for all tabs of this browser. The tab that holds the lock has it and tells the others. They follow the session: none without one,
// another with another one, and the tabs tell each other of that too.
import { call, get, Problem } from "./api.js";
import { cell } from "./cell.js";
import { lapsed, session, session_take } from "./state.js";
import type { Session } from "./types.js";

export const TOPICS = ["record", "act", "standing", "log", "peer", "job", "reset"] as const;
export type Topic = (typeof TOPICS)[number];
export type LiveEvent = { topic: Topic; data: Record<string, unknown> };
export type Line = { state: "off" | "open" | "lost"; since: number };

export const line = cell<Line>({ state: "off", since: 0 });
const listeners = new Set<(e: LiveEvent) => void>();

export function live_on(fn: (e: LiveEvent) => void): () => void {
	listeners.add(fn);
	return () => void listeners.delete(fn);
}

type Word = { event: LiveEvent } | { line: Line } | { lapsed: true } | { ask: true } | { session: Session };
let channel: BroadcastChannel | null = null;
let stop_now: (() => void) | null = null;
let leading = false;
// What is shown is of another session, or of before events that nobody has told: as soon as there are events again, all of it is asked for anew.
let behind = false;

function hear(w: Word): void {
	if ("event" in w) for (const fn of [...listeners]) fn(w.event);
	else if ("lapsed" in w) lapsed.set(true);
	else if ("line" in w) {
		line.set(w.line);
		if (!behind || w.line.state !== "open") return;
		behind = false;
		hear({ event: { topic: "reset", data: {} } });
	}
}

let heard = false;
function hear_other(w: Word): void {
	if ("ask" in w) {
		if (leading) channel?.postMessage({ line: line.get() } satisfies Word);
		return;
	}
	if (!("session" in w)) return hear(w);
	const own = session.get();
	if (!own) return;
	// Where the events go on is known to each tab for itself: it is where it began to load.
	const same = own.csrf === w.session.csrf;
	heard = true;
	try {
		session_take(same ? { ...w.session, events: own.events } : w.session);
	} finally {
		heard = false;
	}
}

function tell(w: Word): void {
	channel?.postMessage(w);
	hear(w);
}

function set_state(state: Line["state"]): void {
	if (line.get().state !== state) tell({ line: { state, since: Date.now() } });
}

function lead(): () => void {
	let source: EventSource | null = null;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let tries = 0, ended = false;
	leading = true;
	const open = (): void => {
		// What has happened since the session was asked for, which is before anything else. A source that comes back by itself brings its place instead.
		const after = tries === 0 ? session.get()?.events : null;
		source = new EventSource(after ? `/events?after=${encodeURIComponent(after)}` : "/events");
		source.onopen = () => {
			// What happened before this source and after the last one, or after what is shown was loaded, is not told by this one: load it again.
			if (!after) tell({ event: { topic: "reset", data: {} } });
			tries = 0;
			set_state("open");
		};
		source.onerror = () => {
			set_state("lost");
			// The browser tries again by itself, with Last-Event-ID, unless the node refused.
			if (source?.readyState !== EventSource.CLOSED) return;
			tries++;
			// The refusal has no words: whether it is the session's end, /session says.
			call("GET", "/session").catch((e: unknown) => {
				if (!ended && e instanceof Problem && e.status === 401) tell({ lapsed: true });
			});
			timer = setTimeout(open, Math.min(30_000, 1000 * 2 ** Math.min(tries, 5)) * (0.7 + Math.random() * 0.6));
		};
		for (const topic of TOPICS) {
			source.addEventListener(topic, (e) => tell({ event: { topic, data: parse((e as MessageEvent).data) } }));
		}
		source.addEventListener("bye", (e) => {
			if (parse((e as MessageEvent).data)["why"] !== "session") return;
			source?.close();
			set_state("off");
			// It may be over because somebody has signed in again elsewhere in this browser: then there is another one already.
			get<Session>("/session").then(
				(s) => {
					if (ended) return;
					live_stop();
					session_take(s);
				},
				() => !ended && tell({ lapsed: true }),
			);
		});
	};
	open();
	return () => {
		ended = true;
		leading = false;
		clearTimeout(timer);
		source?.close();
	};
}

function parse(text: string): Record<string, unknown> {
	try {
		return JSON.parse(text) as Record<string, unknown>;
	} catch {
		return {};
	}
}

function live_start(): void {
	if (stop_now || typeof EventSource === "undefined") return;
	const locks = navigator.locks;
	if (!locks || typeof BroadcastChannel === "undefined") {
		stop_now = lead();
		return;
	}
	channel?.postMessage({ ask: true } satisfies Word);
	const ended = new AbortController();
	let release: () => void = () => undefined;
	stop_now = () => {
		ended.abort();
		release();
	};
	locks
		.request("entente-live", { signal: ended.signal }, () => {
			const close = lead();
			return new Promise<void>((done) => {
				release = () => {
					close();
					done();
				};
			});
		})
		.catch(() => undefined);
}

function live_stop(): void {
	stop_now?.();
	stop_now = null;
	line.set({ state: "off", since: Date.now() });
}

// Once, before it is known whether somebody is signed in.
export function live_begin(): void {
	if (typeof BroadcastChannel !== "undefined") {
		channel = new BroadcastChannel("entente");
		channel.onmessage = (e) => hear_other(e.data as Word);
	}
	let known: Session | null = session.get();
	session.watch((now) => {
		const before = known;
		known = now;
		if (!heard) channel?.postMessage((now ? { session: now } : { lapsed: true }) satisfies Word);
		if (now && stop_now && before?.csrf === now.csrf) return;
		live_stop();
		behind = before !== null;
		if (now) live_start();
	});
	// The tab lets go of the lock, so that the one in which somebody signs in again can have it; and nothing is called live meanwhile.
	lapsed.watch((now) => now && live_stop());
}
