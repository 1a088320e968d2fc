// Addresses of the pages: #/pact/COALITION/charter?x=y. After the #, so that what somebody looks at is in no server's log.
import { cell } from "./cell.js";

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

const first = typeof location === "undefined" ? "" : location.hash;
export const place = cell<Place>(place_parse(first));

export function route_start(): void {
	addEventListener("hashchange", () => place.set(place_parse(location.hash)));
}

export function go(to: string): void {
	location.hash = to.replace(/^#/, "");
}
