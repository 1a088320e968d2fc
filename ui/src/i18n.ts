// Messages in the reader's language. A catalogue that lacks a message does not compile, and test/lang.test.ts looks at the rest.
//   t("table.rows", { n: 5 })           text
//   tx("pact.missing", { who: <Name/> })   text with elements in it
import { Fragment, h, type ComponentChild } from "preact";
import { kept } from "./cell.js";
import { en } from "./lang/en.js";

export type Forms = { one: string; few?: string; other: string };
export type Message = string | Forms;
export type Key = keyof typeof en;
export type Catalogue = Record<Key, Message>;
export type Language = "en" | "sq" | "bg" | "hr";

export const LANGUAGES: readonly { code: Language; name: string }[] = [
	{ code: "en", name: "English" },
	{ code: "sq", name: "Shqip" },
	{ code: "bg", name: "Български" },
	{ code: "hr", name: "Hrvatski" },
];

const is_language = (s: string): s is Language => LANGUAGES.some((l) => l.code === s);

function from_browser(): Language {
	const wanted = typeof navigator === "undefined" ? [] : navigator.languages;
	return wanted.map((l) => l.slice(0, 2)).find(is_language) ?? "en";
}

export const language = kept<Language>("language", is_language, from_browser());
let catalogue: Catalogue = en;
let rules = new Intl.PluralRules("en");

export async function language_load(code: Language): Promise<void> {
	if (code === "sq") catalogue = (await import("./lang/sq.js")).sq;
	else if (code === "bg") catalogue = (await import("./lang/bg.js")).bg;
	else if (code === "hr") catalogue = (await import("./lang/hr.js")).hr;
	else catalogue = en;
	rules = new Intl.PluralRules(code);
}

export function form_of(m: Message, n: unknown, plural: Intl.PluralRules): string {
	if (typeof m === "string") return m;
	const which = typeof n === "number" ? plural.select(n) : "other";
	return which === "one" ? m.one : which === "few" && m.few ? m.few : m.other;
}

export type Values = Record<string, string | number>;

function text_of(m: Message, values: Values): string {
	return form_of(m, values["n"], rules).replace(/\{(\w+)\}/g, (all, name: string) => (name in values ? number(values[name]!) : all));
}

function elements_of(m: Message, values: Record<string, ComponentChild>): ComponentChild {
	const parts = form_of(m, values["n"], rules).split(/\{(\w+)\}/);
	return h(Fragment, null, ...parts.map((part, i) => (i % 2 ? (values[part] as ComponentChild) : part)));
}

export const t = (key: Key, values: Values = {}): string => text_of(catalogue[key], values);
export const tx = (key: Key, values: Record<string, ComponentChild>): ComponentChild => elements_of(catalogue[key], values);

function number(v: string | number): string {
	return typeof v === "number" ? v.toLocaleString(language.get()) : v;
}

// A message for a word of the API; words that are newer than this page stand as they are.
export function word(prefix: string, name: string): string {
	const key = `${prefix}.${name}`;
	return key in catalogue ? t(key as Key) : name;
}

// The messages of a work area, in files of its own:
//   export const { t, tx, word, load } = messages(en, { sq: () => import("./lang/sq.js").then((m) => m.sq), … });
// `load` brings those of the language in use; the registry (work/work.tsx) calls it before the first page and when the language changes.
export type Others<M> = Record<Exclude<Language, "en">, () => Promise<M>>;
export function messages<K extends string>(english: Record<K, Message>, others: Others<Record<K, Message>>) {
	let now: Record<K, Message> = english;
	return {
		t: (key: K, values: Values = {}): string => text_of(now[key], values),
		tx: (key: K, values: Record<string, ComponentChild>): ComponentChild => elements_of(now[key], values),
		word: (prefix: string, name: string): string => {
			const key = `${prefix}.${name}`;
			return key in now ? text_of(now[key as K], {}) : name;
		},
		load: async (code: Language): Promise<void> => {
			now = code === "en" ? english : await others[code]();
		},
	};
}
