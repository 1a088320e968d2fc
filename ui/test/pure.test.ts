import assert from "node:assert/strict";
import { test } from "node:test";
import { csv_cell, csv_custom, csv_text } from "../src/csv.js";
import { diff_lines, diff_short } from "../src/diff.js";
import { fuzzy, titles_first } from "../src/fuzzy.js";
import { label_level, label_parse } from "../src/label.js";
import { lookalikes, mixed, pieces, skeleton, suspicious } from "../src/names.js";
import { needs } from "../src/needs.js";
import type { NeedRow } from "../src/types.js";
import { rows_in_order } from "../src/order.js";
import { link, names_in, page_of, pages, place_parse } from "../src/route.js";
import { clean, faults, first_value, points_at, type Schema } from "../src/schema.js";
import { ticks } from "../src/ticks.js";
import { bytes_text, dtg, time_parts } from "../src/time.js";
import { areas_in } from "../src/work/areas.js";
import { minor, money } from "../src/work/response/money.js";
import { pointer_in_form, wish_of } from "../src/pages/write.js";

test("names: what cannot be seen is shown, what could pass for another is marked", () => {
	assert.deepEqual(pieces("AL\u202eB"), [{ text: "AL", odd: false }, { text: "U+202E", odd: true }, { text: "B", odd: false }]);
	assert.equal(pieces("a\u{e0041}b")[1]!.text, "U+E0041");
	assert.deepEqual(pieces(""), []);
	assert.equal(pieces("a\tb", true).length, 1);
	assert.ok(suspicious("a\u200bb") && suspicious("a\u0000") && suspicious("ALВ") && suspicious("e\u0301\u0301\u0301"));
	assert.ok(!suspicious("Österreich") && !suspicious("България") && !suspicious("Shqipëri ALB") && !suspicious("Ελλάς"));
	assert.ok(mixed("АLB") && !mixed("ALB 1"));
	assert.equal(skeleton("АLВ"), skeleton("ALB"));
	assert.equal(skeleton("PAYPA1"), skeleton("paypal"));
	assert.deepEqual(lookalikes([{ id: "1", label: "ALB" }, { id: "2", label: "АLВ" }, { id: "3", label: "HRV" }]), new Set(["1", "2"]));
	assert.equal(lookalikes([{ id: "1", label: "ALB" }, { id: "1", label: "ALB" }]).size, 0);
});

test("times: local with its zone, Zulu beside, the day too where it differs", () => {
	assert.deepEqual(time_parts("2025-03-18T09:30:00.000Z", "Europe/Tirane"), { date: "2025-03-18", clock: "10:30", zone: "CET", zulu: "09:30Z" });
	assert.equal(time_parts("2025-06-30T23:15:00Z", "Europe/Sofia")!.zulu, "30T23:15Z");
	assert.equal(time_parts("2025-06-30T23:15:00Z", "Europe/Sofia")!.date, "2025-07-01");
	assert.equal(time_parts("never"), null);
	assert.equal(dtg("2025-03-18T09:30:00Z"), "180930Z MAR 25");
	assert.equal(dtg(""), "");
	assert.equal(bytes_text(1023), "1,023 B");
	assert.equal(bytes_text(1536), "1.5 KiB");
	assert.equal(bytes_text(5 * 1024 ** 3), "5 GiB");
});

test("labels", () => {
	assert.deepEqual(label_parse("P RESTRICTED REL=HRV,KOS TLP=AMBER+STRICT"), { policy: "P", class: "RESTRICTED", tlp: "AMBER+STRICT", tags: [{ tag: "REL", values: "HRV,KOS" }] });
	assert.equal(label_parse("SECRET")!.class, "SECRET");
	for (const bad of ["", "A B C", "A =x", "A REL=", "TLP=RED"]) assert.equal(label_parse(bad), null, bad);
	assert.equal(label_level("X", ["X", "Y", "Z"]), "low");
	assert.equal(label_level("Z", ["X", "Y", "Z"]), "high");
	assert.equal(label_level("unheard-of"), "high");
});

test("CSV: quoting, and cells that a spreadsheet would run", () => {
	assert.equal(csv_cell('a "b", c'), '"a ""b"", c"');
	assert.equal(csv_cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
	assert.equal(csv_cell("@x"), "'@x");
	assert.equal(csv_cell("-12.5"), "-12.5");
	assert.equal(csv_cell("a\nb"), '"a\nb"');
	assert.equal(csv_cell(null), "");
	assert.equal(csv_text([["a", 1]]), "\ufeffa,1\r\n");
});

test("diff: what it says added and removed makes the one text of the other", () => {
	const pairs: [string, string][] = [["", ""], ["a", ""], ["", "a\nb"], ["a\nb\nc", "a\nc"], ["a\nb\nc\nd", "x\nb\ny\nd\nz"], ["same\n".repeat(50), `${"same\n".repeat(20)}new\n${"same\n".repeat(30)}`]];
	let seed = 7;
	const rand = (n: number): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
	for (let i = 0; i < 200; i++) pairs.push([Array.from({ length: rand(12) }, () => "abc"[rand(3)]).join("\n"), Array.from({ length: rand(12) }, () => "abc"[rand(3)]).join("\n")]);
	for (const [a, b] of pairs) {
		const d = diff_lines(a, b);
		assert.equal(d.filter((l) => l.side !== "in").map((l) => l.text).join("\n"), a);
		assert.equal(d.filter((l) => l.side !== "out").map((l) => l.text).join("\n"), b);
	}
	assert.equal(diff_lines("a\nb\nc", "a\nx\nc").filter((l) => l.side === "same").length, 2);
	assert.deepEqual(diff_short(diff_lines("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\n5\n6\n7\n8\nX"), 1).map((l) => l?.text ?? null), [null, "8", "9", "X"]);
	const long = Array.from({ length: 9000 }, (_, i) => `a${i}`).join("\n");
	assert.ok(diff_lines(long, long.replaceAll("a", "b")).length > 0);
});

test("fuzzy: whole words before letters, accents aside, nothing for what is not there", () => {
	assert.ok(fuzzy("rec", "Records")! > fuzzy("rcd", "Records")!);
	assert.ok(fuzzy("pom", "Početna") === null);
	assert.ok(fuzzy("pocetna", "Početna") !== null);
	assert.equal(fuzzy("zzz", "Records"), null);
	assert.equal(fuzzy("", "Records"), 0);
});

test("tables: order, filter and stability on 100,000 rows", () => {
	const rows = Array.from({ length: 100_000 }, (_, i) => ({ n: (i * 7919) % 100_000, s: `row ${i % 10}` }));
	const columns = [{ key: "n", text: (r: { n: number; s: string }) => r.n }, { key: "s", text: (r: { n: number; s: string }) => r.s }];
	const start = performance.now();
	const sorted = rows_in_order(rows, columns, { key: "n", down: false }, "");
	assert.ok(performance.now() - start < 2000);
	assert.equal(rows[sorted[0]!]!.n, 0);
	assert.equal(rows[sorted[99_999]!]!.n, 99_999);
	assert.equal(rows_in_order(rows, columns, null, "ROW 99999").length, 1);
	assert.equal(rows_in_order(rows, columns, null, "  ").length, 100_000);
	const by_text = rows_in_order(rows, columns, { key: "s", down: true }, "");
	assert.equal(rows[by_text[0]!]!.s, "row 9");
	assert.ok(by_text[0]! < by_text[1]!);
	assert.equal(rows_in_order([], columns, { key: "n", down: true }, "x").length, 0);
});

test("addresses", () => {
	assert.equal(link("log", "c", "m.1", 5), "#/log/c/m.1/5");
	assert.equal(link("search", { q: "a b&c", none: undefined }), "#/search?q=a+b%26c");
	const p = place_parse("#/pact/x%2Fy/party?kind=sign");
	assert.deepEqual(p.path, ["pact", "x/y", "party"]);
	assert.equal(p.query.get("kind"), "sign");
	assert.deepEqual(place_parse("#/%E0%A4%A").path, ["%E0%A4%A"]);
});

test("pages: the first address that fits, with what it names", () => {
	const c = "0".repeat(32);
	assert.deepEqual(names_in("pact/:c/party/:id", ["pact", c, "party", "x.1"]), { c, id: "x.1" });
	assert.equal(names_in("pact/:c", ["pact", "nothing"]), null);
	assert.equal(names_in("log/:c/:log/:seq", ["log", c, "m.1", "7x"]), null);
	assert.equal(names_in("pact", ["pact", c]), null);
	assert.deepEqual(names_in("", []), {});
	const told: string[] = [];
	const table = pages({
		"records/:c/new": ({ c: of }) => (told.push(`new ${of.length}`), null as never),
		"records/:c/:object": ({ object }) => (told.push(object), null as never),
		// @ts-expect-error: an address gives only what it names.
		"peers": ({ object }) => (told.push(object), null as never),
	});
	for (const path of [["records", c, "new"], ["records", c, "o"], ["elsewhere"]]) page_of(table, path, { c, all: [] });
	assert.deepEqual(told, ["new 32", "o"]);
});

const SCHEMA: Schema = {
	type: "object", required: ["title"],
	properties: {
		title: { type: "string", maxLength: 5, minLength: 2 }, n: { type: "integer", minimum: 1, maximum: 9 }, list: { type: "array", items: { type: "string", enum: ["a"] } },
		in: { type: "object", required: ["x"], properties: { x: { type: "string" } } },
	},
};

test("forms: what is sent, what is wrong, where a pointer points", () => {
	assert.deepEqual(first_value(SCHEMA), { title: "", n: "", list: [], in: { x: "" } });
	assert.deepEqual(clean(SCHEMA, { title: "ok", n: "3", list: ["a"], in: { x: "y" } }), { title: "ok", n: 3, list: ["a"], in: { x: "y" } });
	// What a control of its own makes is sent as it is.
	const roles: Schema = { type: "object", properties: { roles: { type: "object", default: {} } } };
	assert.deepEqual(clean(roles, { roles: { pact: "reader" } }), { roles: { pact: "reader" } });
	assert.deepEqual(clean(SCHEMA, { title: "ok", n: "" }), { title: "ok", list: [], in: { x: "" } });
	assert.deepEqual(faults(SCHEMA, { title: "", n: "10", in: { x: "" } }), [{ pointer: "/title", what: "required" }, { pointer: "/n", what: "range", limit: 9 }, { pointer: "/in/x", what: "required" }]);
	assert.equal(faults(SCHEMA, { title: "toolong" })[0]!.what, "long");
	assert.equal(faults(SCHEMA, { title: "ab", n: "1.5" })[0]!.what, "range");
	assert.ok(points_at("/files/0/name", "/files") && !points_at("/filesystem", "/files") && !points_at(undefined, "/files"));
});

test("a record's form as the API wants it", () => {
	const members = [{ id: "me", label: "ALB" }, { id: "k", label: "KOS" }, { id: "h", label: "HRV" }];
	const v = { title: "T", text: "", class: "RESTRICTED", tlp: "AMBER", audience: ["k", "h"], files: [], until: "", veil: false };
	assert.deepEqual(wish_of(v, true, "exercise", members, "me"), { kind: "note/1", mode: "exercise", label: "RESTRICTED TLP=AMBER", audience: "all", content: { title: "T" } });
	assert.deepEqual(wish_of({ ...v, tlp: "", audience: ["k"], text: "x" }, false, "real", members, "me"), { label: "RESTRICTED", audience: ["k"], content: { title: "T", text: "x" } });
	assert.deepEqual((wish_of({ ...v, audience: [] }, false, "real", [members[0]!], "me") as { audience: unknown }).audience, []);
	assert.equal(pointer_in_form("/content/title"), "/title");
	assert.equal(pointer_in_form("/label"), "/class");
});

test("time axes: not more marks than there is room, all within", () => {
	const from = Date.parse("2025-03-30T00:00:00Z");
	for (const span of [60_000, 3600_000, 86_400_000, 30 * 86_400_000, 800 * 86_400_000, 20_000 * 86_400_000]) {
		const t = ticks(from, from + span, 8);
		assert.ok(t.length <= 10, `${span} ${t.length}`);
		assert.ok(t.every((k) => k.at >= from && k.at <= from + span));
	}
});

test("work areas are those that the API has", () => {
	assert.deepEqual(areas_in(["/coalitions/{c}/cyber/indicators", "/status"]), new Set(["cyber"]));
	assert.equal(areas_in(["/cybersquare"]).size, 0);
});

test("what needs somebody: alarms first, acknowledged last, of the mode that is shown; words it does not know are the node's", () => {
	const need = (id: string, level: NeedRow["level"], more: Partial<NeedRow> = {}): NeedRow => ({
		id, level, area: "records", mode: "real", text: "need.record", values: {}, words: "w", place: `p/${id}`, coalition: "c", coalition_name: "C", since: null, acked: null, ...more,
	});
	const all = [
		need("look", "look"), need("alarm", "alarm", { area: "pact", text: "need.fork", values: { who: "KOS", seq: "4" } }), need("play", "act", { mode: "exercise" }),
		need("done", "alarm", { text: "need.ratify", values: { who: "BGR" }, acked: { by: "user:edi", at: "2025-03-31T00:00:00Z" } }), need("new", "act", { area: "cyber", text: "cyber.need.match", words: "A match" }),
		need("many", "look", { area: "pact", text: "need.flags", values: { n: "3" } }),
	];
	const real = needs(all, "real");
	assert.deepEqual(real.map((n) => n.id), ["alarm", "new", "many", "look", "done"]);
	assert.equal(real[0]!.text, "KOS has told two stories: its log is frozen at entry 4");
	assert.equal(real[1]!.text, "A match");
	assert.equal(real[2]!.text, "3 entries of partners break rules");
	assert.equal(real[0]!.href, "#/p/alarm");
	// Alarms of the pact are real whatever is shown; what came with an exercise is shown in it alone.
	assert.deepEqual(needs(all, "exercise").map((n) => n.id), ["alarm", "play", "many"]);
	assert.deepEqual(needs([], "real"), []);
	// What an area waits for is said in the reader's words, with the values as they came.
	const late = needs([need("l", "alarm", { area: "response", text: "need.response.late", values: { who: "ALB", what: "Flood {who}" }, words: "w" })], "real");
	assert.deepEqual(late.map((n) => n.text), ["An alert from ALB is not acknowledged, and late: Flood {who}"]);
	// However many records have come, they are one line, and acknowledged together.
	const many = needs([need("a", "look"), need("b", "look"), need("c", "look", { coalition: "d" }), need("x", "look", { mode: "test" })], "real");
	assert.deepEqual(many.map((n) => [n.text, n.ids]), [["2 records have come", ["a", "b"]], ["1 record has come", ["c"]]]);
	// Those of a work area are a line of their own, and lead there.
	const areas = needs([need("a", "look"), need("b", "look", { area: "cyber" }), need("c", "look", { area: "cyber" })], "real");
	assert.deepEqual(areas.map((n) => [n.text, n.href]), [["1 record has come", "#/p/a"], ["Cyber security: 2 records have come", "#/work/cyber/c"]]);
});

test("money: in the smallest unit of each currency, which is not a hundredth of all", () => {
	assert.equal(minor("12.5", "EUR"), 1250);
	assert.equal(minor("1200", "JPY"), 1200);
	assert.equal(minor("1.25", "KWD"), 1250);
	assert.equal(minor("3", "no code"), 300);
	assert.equal(money(1200, "JPY").replace(/\D/g, ""), "1200");
	assert.match(money(1250, "EUR"), /12.5.* EUR$/);
});

test("search: what is called so first, else as it was", () => {
	const rows = ["A report", "Needle in the hay", "Hay", "The needles of Shkodër", "Pin"];
	assert.deepEqual(titles_first(rows, (r) => r, "NEEDL"), ["Needle in the hay", "The needles of Shkodër", "A report", "Hay", "Pin"]);
	assert.deepEqual(titles_first(rows, (r) => r, "shkod needles"), rows);
	assert.deepEqual(titles_first(rows, (r) => r, "needles shkod"), ["The needles of Shkodër", "A report", "Needle in the hay", "Hay", "Pin"]);
	assert.deepEqual(titles_first(rows, (r) => r, " "), rows);
});

test("forms: what is typed twice is the same or a fault, and is sent once", () => {
	const schema: Schema = { type: "object", properties: { password: { type: "string", minLength: 12 }, again: { type: "string", same: "password" } }, required: ["password"] };
	const both = { password: "a long enough one", again: "a long enough one" };
	assert.deepEqual(faults(schema, both), []);
	assert.deepEqual(clean(schema, both), { password: both.password });
	assert.deepEqual(faults(schema, { ...both, again: "a long enough  one" }), [{ pointer: "/again", what: "differs" }]);
	assert.deepEqual(faults(schema, { password: both.password }), [{ pointer: "/again", what: "differs" }]);
	// Nobody need have one; then there is nothing to repeat.
	const may: Schema = { ...schema, required: [] };
	assert.deepEqual(faults(may, { password: "", again: "" }), []);
	assert.deepEqual(faults(may, { password: "", again: "typed here only" }), [{ pointer: "/again", what: "differs" }]);
});

test("csv: cells and fractions as the country of the language parts them", () => {
	for (const code of ["sq", "bg", "hr"]) assert.equal(csv_text([["a, b; c", 1.5, -2, "1.5"]], csv_custom(code)), '\ufeff"a, b; c";1,5;-2;1.5\r\n');
	assert.equal(csv_text([["a; b", 1.5, "x, y"]], csv_custom("en")), '\ufeffa; b,1.5,"x, y"\r\n');
	assert.equal(csv_cell("=1;2", csv_custom("hr")), "\"'=1;2\"");
	assert.equal(csv_cell(-1.5, csv_custom("hr")), "-1,5");
});
