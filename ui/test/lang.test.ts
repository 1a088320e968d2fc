import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { form_of, type Catalogue, type Language, type Message } from "../src/i18n.js";
import { bg } from "../src/lang/bg.js";
import { en } from "../src/lang/en.js";
import { hr } from "../src/lang/hr.js";
import { sq } from "../src/lang/sq.js";
// Made by run.mjs: those of the work areas.
import { WORK } from "work-catalogues";

const CATALOGUES: Record<Language, Catalogue> = { en, sq, bg, hr };
const SRC = join(process.env.UI!, "src");
// The same in both languages, and rightly so.
const SAME = new Set(["record.tlp", "role.none", "table.some", "mode.test", "mode.test_banner", "table.filter", "home.alarm", "level.alarm", "role.administrator", "acts.one", "pact.signatures"]);

// The same for the work areas: "area key".
const SAME_IN_AREAS = new Set<string>([
	"training way.msel", "training way.excon", "training part.incident", "training word.radio", "training word.media", "training word.procurement", "training word.webhook", "training out.webhook",
	"training state.draft", "training control.startex", "training control.endex",
]);

function forms(m: Message): string[] {
	return typeof m === "string" ? [m] : [m.one, ...(m.few ? [m.few] : []), m.other];
}

const holes = (s: string): string => [...s.matchAll(/\{(\w+)\}/g)].map((x) => x[1]).sort().join();

function sources(at: string): string[] {
	return readdirSync(at).flatMap((f) => (statSync(join(at, f)).isDirectory() ? sources(join(at, f)) : [join(at, f)])).filter((f) => /\.tsx?$/.test(f) && !f.includes("/lang/"));
}

type Catalogues = Record<string, Record<string, Message>>;

function looked_at(where: string, catalogues: Catalogues, same: ReadonlySet<string>): void {
	const english = catalogues["en"]!;
	for (const [code, all] of Object.entries(catalogues)) {
		test(`${where} ${code} has every message, and nothing else`, () => {
			assert.deepEqual(Object.keys(all).sort(), Object.keys(english).sort());
		});
		test(`${where} ${code}: no message is empty, and each has the values of the English one`, () => {
			for (const [key, m] of Object.entries(all)) {
				const wanted = new Set(holes(forms(english[key]!).at(-1)!).split(","));
				for (const f of forms(m)) {
					assert.ok(f.trim(), key);
					assert.deepEqual(new Set(holes(f).split(",")), wanted, `${code} ${key}: ${f}`);
				}
			}
		});
		test(`${where} ${code} has the plural forms of its language`, () => {
			const rules = new Intl.PluralRules(code);
			for (const [key, m] of Object.entries(all)) {
				if (typeof m === "string") continue;
				for (const n of [0, 1, 2, 5, 21, 100]) {
					const which = rules.select(n);
					if (which === "few") assert.ok(m.few, `${code} ${key} needs a form for ${n}`);
					assert.ok(form_of(m, n, rules).length > 0);
				}
			}
		});
		test(`${where} ${code}: translated, not copied`, () => {
			if (code === "en") return;
			for (const [key, m] of Object.entries(all)) {
				// What has no small letters is the name of a standard or a sign.
				if (!same.has(where === "shell" ? key : `${where} ${key}`) && forms(english[key]!).some((f) => /\p{Ll}{2}/u.test(f.replace(/\{\w+\}/g, "")))) assert.notDeepEqual(m, english[key], `${code} ${key}`);
			}
		});
	}
	test(`${where}: Bulgarian is written in Cyrillic, the others are not`, () => {
		for (const [code, all] of Object.entries(catalogues)) {
			const texts = Object.values(all).flatMap(forms);
			const cyrillic = texts.filter((f) => /\p{Script=Cyrillic}/u.test(f)).length;
			assert.ok(code === "bg" ? cyrillic > texts.length / 2 : cyrillic === 0, `${code} ${cyrillic} of ${texts.length}`);
		}
	});
}

looked_at("shell", CATALOGUES, SAME);

const in_area = (f: string): string | undefined => /[\\/]work[\\/]([a-z]+)[\\/]/.exec(f.slice(SRC.length))?.[1];
const named_in = (text: string): Set<string> => new Set([...text.matchAll(/"([a-z_]+(?:\.[a-z0-9_-]+){0,2})"/g)].map((m) => m[1]!));

test("every message that the pages name exists, and every message is named", () => {
	const files = sources(SRC);
	const own = files.filter((f) => !in_area(f)).map((f) => readFileSync(f, "utf8")).join("\n");
	const named = named_in(files.map((f) => readFileSync(f, "utf8")).join("\n"));
	for (const m of own.matchAll(/\bt[x]?\("([^"]+)"/g)) assert.ok(m[1]! in en, `no message ${m[1]}`);
	// Made of a prefix and a word of the API.
	const made = /^(workspace|mode|theme|density|live|problem|form|search|level|standing|did|act|act_about|change|claim|field|step|role|state|shape|token|doctor|record|job|letter)\./;
	for (const key of Object.keys(en)) assert.ok(named.has(key) || made.test(key), `${key} is used nowhere`);
});

// In a work area `t` and `tx` are the area's own. Keys that are made
// of a prefix and a word of the API are known by `word("prefix"` or by t(`prefix.$`.
for (const [area, catalogues] of Object.entries(WORK)) {
	looked_at(area, catalogues, SAME_IN_AREAS);
	test(`${area}: every message that its pages name exists, and every message is named`, () => {
		const text = sources(SRC).filter((f) => in_area(f) === area).map((f) => readFileSync(f, "utf8")).join("\n");
		const named = named_in(text), english = catalogues["en"]!;
		for (const m of text.matchAll(/\bt[x]?\("([^"]+)"/g)) assert.ok(m[1]! in english, `no message ${m[1]}`);
		const made = new Set([...text.matchAll(/word\("([a-z_]+)"|t\(`([a-z_]+)\.\$/g)].map((m) => m[1] ?? m[2]));
		for (const key of Object.keys(english)) assert.ok(named.has(key) || made.has(key.split(".")[0]!), `${key} is used nowhere`);
	});
}
