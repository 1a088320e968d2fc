// A value that pages watch. cell() makes one, useCell() follows it from a component.
import { useEffect, useState } from "preact/hooks";

export type Cell<T> = { get(): T; set(value: T): void; watch(fn: (value: T) => void): () => void };

export function cell<T>(value: T): Cell<T> {
	const watchers = new Set<(value: T) => void>();
	return {
		get: () => value,
		set(next) {
			if (Object.is(next, value)) return;
			value = next;
			for (const fn of [...watchers]) fn(value);
		},
		watch(fn) {
			watchers.add(fn);
			return () => void watchers.delete(fn);
		},
	};
}

export function useCell<T>(c: Cell<T>): T {
	const [, turn] = useState({});
	useEffect(() => {
		let seen = c.get();
		const stop = c.watch((value) => {
			seen = value;
			turn({});
		});
		// It may have changed between the rendering and this effect.
		if (!Object.is(seen, c.get())) turn({});
		return stop;
	}, [c]);
	return c.get();
}

// A cell that outlives the page. What is stored is checked when it is read: it may be from an older version.
export function kept<T extends string>(key: string, allowed: (s: string) => s is T, first: T, where = "local"): Cell<T> {
	const store = (): Storage | null => {
		try {
			return where === "local" ? localStorage : sessionStorage;
		} catch {
			return null;
		}
	};
	const old = store()?.getItem(`entente.${key}`);
	const c = cell<T>(old != null && allowed(old) ? old : first);
	c.watch((value) => store()?.setItem(`entente.${key}`, value));
	return c;
}
