// Live events: one EventSource for all tabs of this browser. The tab that holds the lock has it and tells the others.
import { cell } from "./cell.js";
import { lapsed, session } from "./state.js";

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

type Word = { event: LiveEvent } | { line: Line } | { lapsed: true } | { ask: true };
let channel: BroadcastChannel | null = null;
let stop_now: (() => void) | null = null;

function hear(w: Word): void {
	if ("event" in w) for (const fn of [...listeners]) fn(w.event);
	else if ("line" in w) line.set(w.line);
	else if ("lapsed" in w) lapsed.set(true);
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
	let tries = 0;
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
			timer = setTimeout(open, Math.min(30_000, 1000 * 2 ** Math.min(tries, 5)) * (0.7 + Math.random() * 0.6));
		};
		for (const topic of TOPICS) {
			source.addEventListener(topic, (e) => tell({ event: { topic, data: parse((e as MessageEvent).data) } }));
		}
		source.addEventListener("bye", (e) => {
			if (parse((e as MessageEvent).data)["why"] !== "session") return;
			source?.close();
			tell({ lapsed: true });
			set_state("off");
		});
	};
	open();
	if (channel) channel.onmessage = (e) => ("ask" in e.data ? tell({ line: line.get() }) : undefined);
	return () => {
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

export function live_start(): void {
	if (stop_now || typeof EventSource === "undefined") return;
	const locks = navigator.locks;
	if (!locks || typeof BroadcastChannel === "undefined") {
		stop_now = lead();
		return;
	}
	channel = new BroadcastChannel("entente");
	channel.onmessage = (e) => hear(e.data as Word);
	channel.postMessage({ ask: true } satisfies Word);
	const ended = new AbortController();
	let release: () => void = () => undefined;
	stop_now = () => {
		ended.abort();
		release();
		channel?.close();
		channel = null;
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

export function live_stop(): void {
	stop_now?.();
	stop_now = null;
	line.set({ state: "off", since: Date.now() });
}
