// Addresses of the pages: #/pact/COALITION/charter?x=y. After the #, so that what somebody looks at is in no server's log.
import type { VNode } from "preact";
import { cell } from "./cell.js";
import type { CoalitionRow } from "./types.js";

export type Place = { path: string[]; query: URLSearchParams; text: string };

export function place_parse(hash: string): Place {
	const text = hash.replace(/^#?\/?/, "");
	const cut = text.indexOf("?");
	const path = (cut < 0 ? text : text.slice(0, cut)).split("/").filter(Boolean).map(decode);
	return { path, query: new URLSearchParams(cut < 0 ? "" : text.slice(cut + 1)), text };
}

function decode(s: string): string {
	try {
		return decodeURIComponent(s);
	} catch {
		return s;
	}
}

// link("pact", id, "charter") is "#/pact/ID/charter"; an object at the end is the query.
export function link(...parts: (string | number | Record<string, string | undefined>)[]): string {
	const last = parts[parts.length - 1];
	const query = typeof last === "object" ? last : undefined;
	const path = (query ? parts.slice(0, -1) : parts).map((p) => encodeURIComponent(String(p))).join("/");
	const set = Object.entries(query ?? {}).filter((e): e is [string, string] => e[1] !== undefined && e[1] !== "");
	return `#/${path}${set.length ? `?${new URLSearchParams(set)}` : ""}`;
}

// The pages of the shell and of each work area stand in one table: address → page. The first address that fits is it. `:name` is one part, whatever it is;
// `:c` a coalition, `:seq` the number of an entry. The tests walk these tables (dev/addresses.mjs), so a page that stands in none does not exist.
export type Named<P extends string> = P extends `${infer A}/${infer B}` ? Named<A> & Named<B> : P extends `:${infer N}` ? Record<N, string> : unknown;
export type Here = { c: string; all: readonly CoalitionRow[] };
export type Pages = Record<string, (names: Record<string, string>, here: Here) => VNode>;

// Only for its type: what a page takes is what its address names.
export function pages<T extends Record<string, unknown>>(table: { [P in keyof T & string]: (names: Named<P>, here: Here) => VNode }): Pages {
	return table as unknown as Pages;
}

const PART: Record<string, RegExp> = { ":c": /^[0-9a-f]{32}$/, ":seq": /^\d{1,15}$/ };

export function names_in(address: string, path: readonly string[]): Record<string, string> | null {
	const parts = address === "" ? [] : address.split("/");
	const fits = parts.length === path.length && parts.every((p, i) => (p.startsWith(":") ? (PART[p] ?? /./).test(path[i]!) : p === path[i]));
	return fits ? Object.fromEntries(parts.flatMap((p, i) => (p.startsWith(":") ? [[p.slice(1), path[i]!]] : []))) : null;
}

export function page_of(table: Pages, path: readonly string[], here: Here): VNode | null {
	for (const [address, page] of Object.entries(table)) {
		const names = names_in(address, path);
		if (names) return page(names, here);
	}
	return null;
}

const first = typeof location === "undefined" ? "" : location.hash;
export const place = cell<Place>(place_parse(first));

export function route_start(): void {
	addEventListener("hashchange", () => place.set(place_parse(location.hash)));
}

export function go(to: string): void {
	location.hash = to.replace(/^#/, "");
}
