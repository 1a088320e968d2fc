// The part of JSON Schema that forms are made from, and what a form's value looks like. Pure.
//
// `title` and `description` are keys of the message catalogue, so that every form speaks the reader's language.
import type { Key } from "./i18n.js";

export type Field = {
	type: "string" | "integer" | "boolean" | "array" | "object";
	title?: Key;
	description?: Key;
	enum?: readonly string[];
	names?: (value: string) => string; // how a value of `enum` is called
	format?: "password" | "date-time" | "date" | "prose" | "code" | "uri";
	maxLength?: number;
	minLength?: number;
	minimum?: number;
	maximum?: number;
	default?: unknown;
	items?: Field;
	properties?: Record<string, Field>;
	required?: readonly string[];
	complete?: string; // autocomplete
	same?: string; // the field beside it that it repeats, for what cannot be read while it is typed; not sent
};
export type Schema = Field & { type: "object"; properties: Record<string, Field> };
export type Value = Record<string, unknown>;

export function first_value(f: Field): unknown {
	if (f.default !== undefined) return f.default;
	if (f.type === "object") return Object.fromEntries(Object.entries(f.properties ?? {}).map(([k, v]) => [k, first_value(v)]));
	if (f.type === "array") return [];
	if (f.type === "boolean") return false;
	return "";
}

// What is sent: empty optional fields are left out, numbers are numbers.
export function clean(f: Field, value: unknown): unknown {
	// What has no properties of its own is what a control of its own has made of it (`roles`).
	if (f.type === "object" && !f.properties) return value;
	if (f.type === "object") {
		const out: Value = {};
		for (const [k, sub] of Object.entries(f.properties ?? {})) {
			const v = clean(sub, (value as Value | undefined)?.[k]);
			const must = f.required?.includes(k) ?? false;
			if (sub.same || (v === undefined && !must)) continue;
			out[k] = v ?? (sub.type === "string" ? "" : v);
		}
		return out;
	}
	if (f.type === "array") return Array.isArray(value) ? value : [];
	if (f.type === "boolean") return Boolean(value);
	if (value === "" || value === undefined || value === null) return undefined;
	return f.type === "integer" ? Number(value) : value;
}

export type Fault = { pointer: string; what: "required" | "short" | "long" | "range" | "differs"; limit?: number };

export function faults(f: Field, value: unknown, pointer = ""): Fault[] {
	if (f.type === "object") {
		return Object.entries(f.properties ?? {}).flatMap(([k, sub]) => {
			const at = `${pointer}/${k.replaceAll("~", "~0").replaceAll("/", "~1")}`;
			const v = (value as Value | undefined)?.[k];
			if (sub.same) return (v ?? "") === ((value as Value | undefined)?.[sub.same] ?? "") ? [] : [{ pointer: at, what: "differs" as const }];
			const none = v === undefined || v === null || v === "" || (Array.isArray(v) && v.length === 0);
			if (none) return f.required?.includes(k) ? [{ pointer: at, what: "required" as const }] : [];
			return faults(sub, v, at);
		});
	}
	if (f.type === "string" && typeof value === "string") {
		if (f.minLength && value.length < f.minLength) return [{ pointer, what: "short", limit: f.minLength }];
		if (f.maxLength && value.length > f.maxLength) return [{ pointer, what: "long", limit: f.maxLength }];
	}
	if (f.type === "integer") {
		const n = Number(value);
		if (!Number.isInteger(n) || n < (f.minimum ?? -Infinity)) return [{ pointer, what: "range", limit: f.minimum }];
		if (n > (f.maximum ?? Infinity)) return [{ pointer, what: "range", limit: f.maximum }];
	}
	return [];
}

// True if a problem at `pointer` is shown at the field `at`: there, or somewhere within it.
export function points_at(pointer: string | undefined, at: string): boolean {
	return pointer !== undefined && (pointer === at || pointer.startsWith(`${at}/`));
}
