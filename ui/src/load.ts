// Loading what a page shows, and loading it again when something of it has happened.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call, get, Problem, query, stir, stirred, type Answer } from "./api.js";
import { live_on, type LiveEvent, type Topic } from "./live.js";
import type { Page } from "./types.js";

export type Loaded<T> = { data?: T; etag?: string | null; problem?: Problem; busy: boolean; reload: () => void };

// The last answers, so that going back shows something at once. Forgotten when somebody signs out.
const memory = new Map<string, { data: unknown; etag: string | null }>();
export function load_forget(): void {
	memory.clear();
}

// What an event tells is newer than any answer that was asked for before it.
live_on(stir);

function to_problem(e: unknown): Problem {
	return e instanceof Problem ? e : new Problem("io", 0, String(e));
}

// At most so often a page asks again for what events say has changed.
const RELOAD_MS = 150;

// Calls `reload` at once after an event that concerns the page; of many events in a row each RELOAD_MS one.
function useEvents(topics: readonly Topic[], reload: () => void, wanted?: (e: LiveEvent) => boolean): void {
	const latest = useRef(reload);
	latest.current = reload;
	const filter = useRef(wanted);
	filter.current = wanted;
	const names = topics.join();
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		let last = 0;
		const stop = live_on((e) => {
			if (e.topic !== "reset" && !names.split(",").includes(e.topic)) return;
			if (e.topic !== "reset" && filter.current && !filter.current(e)) return;
			timer ??= setTimeout(() => {
				timer = undefined;
				last = performance.now();
				latest.current();
			}, Math.max(0, last + RELOAD_MS - performance.now()));
		});
		return () => {
			clearTimeout(timer);
			stop();
		};
	}, [names]);
}

// Two parts of a page that want the same thing ask once. But a request that is under way may have been answered before what has happened since: then one more
// follows it, and whoever asks meanwhile waits for that one. So answers of one path come in the order of the states that they show, and the last one shows the last state.
type Asked = { began: number; answer: Promise<Answer<unknown>>; next?: Promise<Answer<unknown>> };
const asked = new Map<string, Asked>();
function ask(path: string): Promise<Answer<unknown>> {
	const under_way = asked.get(path);
	if (!under_way) {
		const answer = call<unknown>("GET", path).finally(() => asked.delete(path));
		asked.set(path, { began: stirred(), answer });
		return answer;
	}
	if (under_way.began === stirred()) return under_way.answer;
	const again = (): Promise<Answer<unknown>> => ask(path);
	return (under_way.next ??= under_way.answer.then(again, again));
}

// Troubles that pass by themselves: no line, too busy, a front without its node.
const PASSES: readonly number[] = [0, 429, 502, 503, 504];
const AGAIN_MS = 2000;
const AGAIN_MAX_MS = 30_000;

// Asks for `path` at the beginning and after each event that concerns it; what did not come through is asked for again. Returns the asking by hand.
function useAsked<T>(path: string | null, topics: readonly Topic[], wanted: ((e: LiveEvent) => boolean) | undefined,
	took: (a: Answer<T>, path: string) => void, failed: (p: Problem, path: string) => void): () => void {
	const latest = useRef({ took, failed });
	latest.current = { took, failed };
	const here = useRef<{ path: string | null; timer?: ReturnType<typeof setTimeout>; tries: number }>({ path: null, tries: 0 });
	const load = useCallback(() => {
		if (path === null) return;
		clearTimeout(here.current.timer);
		ask(path).then(
			(a) => {
				if (here.current.path !== path) return;
				here.current.tries = 0;
				latest.current.took(a as Answer<T>, path);
			},
			(e: unknown) => {
				if (here.current.path !== path) return;
				const problem = to_problem(e);
				if (PASSES.includes(problem.status)) {
					const wait = Math.max((problem.retry_s ?? 0) * 1000, Math.min(AGAIN_MAX_MS, AGAIN_MS * 2 ** here.current.tries++));
					clearTimeout(here.current.timer);
					here.current.timer = setTimeout(load, wait * (0.8 + Math.random() * 0.4));
				}
				latest.current.failed(problem, path);
			},
		);
	}, [path]);
	useEffect(() => {
		here.current = { path, tries: 0 };
		load();
		return () => {
			clearTimeout(here.current.timer);
			here.current.path = null;
		};
	}, [load]);
	// What an event or somebody's hand asks for is a beginning: only what fails by itself waits longer each time.
	const anew = useCallback(() => {
		here.current.tries = 0;
		load();
	}, [load]);
	useEvents(topics, anew, wanted);
	return useCallback(() => {
		stir();
		anew();
	}, [anew]);
}

export function useLoad<T>(path: string | null, topics: readonly Topic[] = [], wanted?: (e: LiveEvent) => boolean): Loaded<T> {
	const [state, set] = useState<{ path: string | null; problem?: Problem; turn: number }>({ path, turn: 0 });
	const reload = useAsked<T>(path, topics, wanted, (a, of) => {
		memory.set(of, { data: a.data, etag: a.etag });
		set((s) => ({ path: of, turn: s.turn + 1 }));
	}, (problem, of) => {
		if (problem.status === 404 || problem.status === 403) memory.delete(of);
		set((s) => ({ path: of, problem, turn: s.turn + 1 }));
	});
	const known = path === null ? undefined : (memory.get(path) as { data: T; etag: string | null } | undefined);
	const problem = state.path === path ? state.problem : undefined;
	return { data: known?.data, etag: known?.etag, problem, busy: path !== null && !known && !problem, reload };
}

export type Listed<T> = { items: T[]; more: (() => void) | null; problem?: Problem; busy: boolean; reload: () => void };

// A paged list. An event loads its first page again and joins it to what is already there.
export function useList<T>(path: string | null, params: Record<string, string | undefined>, key: (row: T) => string,
	topics: readonly Topic[] = [], wanted?: (e: LiveEvent) => boolean): Listed<T> {
	const at = path === null ? null : path + query({ limit: 200, ...params });
	const [state, set] = useState<{ at: string | null; items: T[]; next: string | null; problem?: Problem }>({
		at: null, items: [], next: null,
	});
	const asking = useRef(false);
	const now = useRef(at);
	now.current = at;
	const load = useAsked<Page<T>>(at, topics, wanted, ({ data: page }, of) => {
		set((old) => {
			const last = page.items[page.items.length - 1];
			const join = old.at === of && last && page.next ? old.items.findIndex((row) => key(row) === key(last)) : -1;
			if (join < 0) return { at: of, items: page.items, next: page.next };
			const first = new Set(page.items.map(key));
			return { at: of, items: [...page.items, ...old.items.slice(join + 1).filter((row) => !first.has(key(row)))], next: old.next };
		});
	}, (problem, of) => set((old) => ({ ...(old.at === of ? old : { items: [], next: null }), at: of, problem })));
	const here = state.at === at;
	const more = useCallback(() => {
		if (asking.current || at === null) return;
		asking.current = true;
		get<Page<T>>(`${at}&after=${encodeURIComponent(state.next ?? "")}`)
			.then(
				(page) => now.current === at && set((old) => ({ at, items: [...old.items, ...page.items], next: page.next })),
				(e: unknown) => set((old) => ({ ...old, problem: to_problem(e) })),
			)
			.finally(() => (asking.current = false));
	}, [at, state.next]);
	return {
		items: here ? state.items : [], more: here && state.next ? more : null,
		problem: here ? state.problem : undefined, busy: at !== null && !here, reload: load,
	};
}
