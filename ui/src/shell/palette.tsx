// Ctrl-K: goes anywhere, does what can be done, and searches what the node may show this person.
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, query } from "../api.js";
import { cell, useCell } from "../cell.js";
import { fuzzy, titles_first } from "../fuzzy.js";
import { language, LANGUAGES, t, word } from "../i18n.js";
import { own_href, record_name } from "../pages/records.js";
import { Dialog } from "../parts/dialog.js";
import { LabelBadge, Theirs } from "../parts/text.js";
import { go, link } from "../route.js";
import { coalition, may, mode, MODES, theme } from "../state.js";
import type { SearchHit } from "../types.js";
import { works_tabs } from "../work/work.js";
import { nav_items } from "./frame.js";
import { help_open } from "./help.js";

export const palette_open = cell(false);
export type Command = { id: string; text: string; kind: string; run: () => void; hit?: SearchHit; keys?: string };

export function hit_href(h: SearchHit): string {
	if (h.type === "record") return own_href(h.coalition, { kind: h.kind ?? "", object: h.id }) ?? link("records", h.coalition, h.id);
	if (h.type === "party") return link("pact", h.coalition, "party", h.id);
	return link("pact", h.coalition, "statements");
}

export const hit_name = (h: SearchHit): string => (h.type === "record" ? record_name({ title: h.title, kind: h.kind ?? h.title }) : h.title);

function commands(): Command[] {
	const c = coalition.get();
	const page = (text: string, href: string, keys?: string): Command => ({ id: `go ${href}`, text, kind: t("palette.page"), run: () => go(href), keys });
	const act = (text: string, href: string): Command => ({ id: `act ${href}`, text, kind: t("palette.act"), run: () => go(href) });
	const out: Command[] = nav_items(c).map((i) => page(t(i.key), i.href, i.keys));
	out.push(page(t("pact.side_by_side"), link("pact")));
	if (c) {
		out.push(page(t("charter.title"), link("pact", c, "charter")), page(t("acts.title"), link("pact", c, "acts")));
		out.push(page(t("statements.title"), link("pact", c, "statements")), page(t("accession.title"), link("pact", c, "accession")));
		if (may("records", "contributor")) out.push(act(t("record.new"), link("records", c, "new")));
		if (may("pact", "contributor")) out.push(act(t("say.title"), link("pact", c, "say")));
		if (may("pact", "officer")) {
			for (const kind of ["sign", "accede", "ratify", "withdraw", "suspend", "resume"]) out.push(act(`${t("act.prepare")}: ${word("act", kind)}`, link("pact", c, "prepare", { kind })));
			out.push(page(t("act.pending"), link("pact", c, "pending")));
		}
	}
	for (const x of works_tabs(c)) out.push(page(x.title, x.href));
	out.push(page(t("nav.me"), link("me")), { id: "help", text: t("help.title"), kind: t("palette.page"), run: () => help_open.set(true), keys: "?" });
	for (const m of MODES) if (m !== mode.get()) out.push({ id: `mode ${m}`, text: `${t("mode.title")}: ${t(`mode.${m}`)}`, kind: t("palette.set"), run: () => mode.set(m) });
	for (const th of ["auto", "light", "dark"] as const) out.push({ id: `theme ${th}`, text: `${t("theme.title")}: ${t(`theme.${th}`)}`, kind: t("palette.set"), run: () => theme.set(th) });
	for (const l of LANGUAGES) out.push({ id: `lang ${l.code}`, text: `${t("language.title")}: ${l.name}`, kind: t("palette.set"), run: () => language.set(l.code) });
	return out;
}

function useSearch(typed: string): { hits: SearchHit[]; busy: boolean } {
	const [hits, set] = useState<SearchHit[]>([]);
	const [busy, set_busy] = useState(false);
	const now = useCell(mode);
	useEffect(() => {
		if (typed.trim().length < 2) {
			set([]);
			set_busy(false);
			return;
		}
		const stop = new AbortController();
		set_busy(true);
		const timer = setTimeout(() => {
			get<{ items: SearchHit[] }>(`/search${query({ q: typed.trim(), mode: now, limit: 12 })}`, { signal: stop.signal })
				.then((a) => set(a.items), (e: unknown) => (e instanceof DOMException ? undefined : set([])))
				.finally(() => set_busy(false));
		}, 120);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}, [typed, now]);
	return { hits, busy };
}

export function Palette(): VNode | null {
	const open = useCell(palette_open);
	return open ? <Open /> : null;
}

function Open(): VNode {
	const [typed, type] = useState("");
	const [at, set_at] = useState(0);
	const input = useRef<HTMLInputElement>(null);
	const { hits, busy } = useSearch(typed);
	const all = useMemo(commands, []);
	const close = (): void => palette_open.set(false);
	const fitting = all
		.map((c) => ({ c, score: fuzzy(typed, c.text) }))
		.filter((x): x is { c: Command; score: number } => x.score !== null)
		.sort((a, b) => (typed ? b.score - a.score : 0))
		.slice(0, typed ? 8 : 14)
		.map((x) => x.c);
	const found = titles_first(hits, hit_name, typed).map((h): Command => ({ id: `hit ${h.type} ${h.coalition} ${h.id}`, text: hit_name(h), kind: t(`search.${h.type}`), run: () => go(hit_href(h)), hit: h }));
	const full: Command[] = typed.trim().length > 1 ? [{ id: "all", text: t("search.all", { q: typed.trim() }), kind: t("search"), run: () => go(link("search", { q: typed.trim() })) }] : [];
	const list = [...fitting, ...found, ...full];
	const here = Math.min(at, list.length - 1);
	useEffect(() => input.current?.focus(), []);
	useEffect(() => document.getElementById(`cmd-${here}`)?.scrollIntoView({ block: "nearest" }), [here]);
	const run = (c: Command | undefined): void => {
		if (!c) return;
		close();
		c.run();
	};
	const key = (e: KeyboardEvent): void => {
		if (e.key === "ArrowDown") set_at(Math.min(here + 1, list.length - 1));
		else if (e.key === "ArrowUp") set_at(Math.max(here - 1, 0));
		else if (e.key === "Enter") run(list[here]);
		else return;
		e.preventDefault();
	};
	return (
		<Dialog title={t("palette.title")} close={close} class="palette" bare>
			<input ref={input} class="palette-input" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={list.length ? `cmd-${here}` : undefined}
				aria-label={t("palette.title")} placeholder={t("palette.hint")} value={typed} onInput={(e) => { type(e.currentTarget.value); set_at(0); }} onKeyDown={key} />
			<ul id="palette-list" role="listbox" aria-label={t("palette.title")}>
				{list.map((c, i) => (
					<li id={`cmd-${i}`} role="option" aria-selected={i === here} onClick={() => run(c)} onMouseMove={() => i !== here && set_at(i)}>
						<span class="cmd-text"><Theirs text={c.text} /> {c.hit?.label && <LabelBadge label={c.hit.label} />}</span>
						<span class="cmd-kind">{c.hit ? <Theirs text={c.hit.coalition_name} /> : null} {c.kind} {c.keys && <kbd>{c.keys}</kbd>}</span>
					</li>
				))}
			</ul>
			{list.length === 0 && <p class="nothing" role="status">{busy ? t("loading") : t("search.none")}</p>}
		</Dialog>
	);
}
