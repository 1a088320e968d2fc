// Notifications: what needs somebody, and what has just happened. Of the mode that is switched on, and of no other.
import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { get } from "../api.js";
import { cell, useCell } from "../cell.js";
import { t, word } from "../i18n.js";
import { live_on } from "../live.js";
import { useNeeds } from "../overview.js";
import { Busy, Theirs, Time, Trouble } from "../parts/text.js";
import { link, place } from "../route.js";
import { areas, mode, session } from "../state.js";
import type { Mode, Notify, NotifyRule } from "../types.js";

export type Happening = { n: number; at: string; text: string; href: string; mode: Mode };
const KEEP = 50;
export const happenings = cell<Happening[]>([]);
const seen = cell(0);
const acknowledged = cell<ReadonlySet<string>>(read_acknowledged());

function read_acknowledged(): ReadonlySet<string> {
	try {
		return new Set(JSON.parse(localStorage.getItem("entente.seen") ?? "[]") as string[]);
	} catch {
		return new Set();
	}
}

function acknowledge(ids: readonly string[]): void {
	acknowledged.set(new Set(ids));
	localStorage.setItem("entente.seen", JSON.stringify(ids));
}

// The browser's own notifications: when nobody looks at the page, of the areas that the person has not muted (Settings, How I am told), each need once. Until the
// rules are known nothing is said: what needs somebody is still there then.
const said = new Set<string>();
const muted = cell<ReadonlySet<string> | null>(null);

export function rules_take(rules: readonly NotifyRule[]): void {
	muted.set(new Set(rules.filter((r) => r.browser === false).map((r) => r.area)));
}

function pop(text: string, href: string, area: string, m: Mode): boolean {
	if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return false;
	const quiet = muted.get();
	if (quiet === null || quiet.has(area)) return false;
	// The title of what happened stays on the page: a lock screen is read by others.
	new Notification(`${m === "real" ? "" : `${t(`mode.${m}`)} · `}entente`, { body: text, tag: href });
	return true;
}

export function rules_load(): void {
	if ("Notification" in window && Notification.permission === "granted") void get<Notify>("/notify").then((n) => rules_take(n.rules), () => undefined);
}

let count = 0;
function happened(text: string, href: string, area: string, m: Mode): void {
	happenings.set([{ n: ++count, at: new Date().toISOString(), text, href, mode: m }, ...happenings.get()].slice(0, KEEP));
	if (m === mode.get()) pop(text, href, area, m);
}

// note/1 is of the records, cyber/… of its workspace.
function area_of(kind: string): string {
	const first = kind.split("/")[0] ?? "";
	return areas.get().has(first) ? first : "records";
}

export function tray_start(): () => void {
	session.watch((now) => (now ? rules_load() : muted.set(null)));
	return live_on(({ topic, data }) => {
		const c = String(data["coalition"] ?? "");
		const m = (data["mode"] as Mode | undefined) ?? "real";
		if (topic === "record") happened(t("event.record", { what: word("change", String(data["change"])) }), link("records", c, String(data["object"])), area_of(String(data["kind"])), m);
		if (topic === "act") happened(t("event.act", { what: word("act", String(data["kind"]).replace(/\/\d+$/, "")) }), link("pact", c, "acts", String(data["leaf"])), "pact", m);
		if (topic === "log" && data["frozen"]) happened(t("event.frozen"), link("log", c, `${data["member"]}.${data["epoch"]}`), "pact", "real");
		if (topic === "standing") happened(t("event.standing"), link("pact", c), "pact", "real");
	});
}

export function Tray(): VNode {
	const [open, set] = useState(false);
	const at = useCell(place);
	const now = useCell(mode);
	const known = useCell(acknowledged);
	const read = useCell(seen);
	const all = useCell(happenings);
	const concerns = useNeeds();
	const needs = (concerns.data ?? []).filter((n) => !n.acked);
	const news = useMemo(() => all.filter((h) => h.mode === now), [all, now]);
	const fresh = needs.filter((n) => !known.has(n.id)).length + news.filter((h) => h.n > read).length;
	const alarm = needs.some((n) => n.level === "alarm");
	useEffect(() => set(false), [at]);
	const quiet = useCell(muted);
	useEffect(() => {
		for (const n of needs) if (n.level !== "look" && !said.has(n.id) && (!document.hidden || pop(n.text, n.href, n.area, now))) said.add(n.id);
	}, [needs.map((n) => n.id).join(), now, quiet]);
	const all_seen = (): void => {
		acknowledge(needs.map((n) => n.id));
		seen.set(count);
	};
	return (
		<div class="menu" onKeyDown={(e) => e.key === "Escape" && set(false)}>
			<button type="button" class={`bar-button tray-button${alarm ? " alarm" : ""}`} aria-expanded={open} aria-label={concerns.problem ? `${t("tray.title", { n: fresh })}. ${t("needs.unknown")}` : t("tray.title", { n: fresh })} onClick={() => set(!open)}>
				<svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path fill="currentColor" d="M10 2a5 5 0 0 0-5 5v3.5L3.3 13.4A.9.9 0 0 0 4 15h12a.9.9 0 0 0 .7-1.6L15 10.5V7a5 5 0 0 0-5-5Zm-2 14a2 2 0 0 0 4 0Z" /></svg>
				{(fresh > 0 || concerns.problem) && <span class="number" aria-hidden="true">{fresh > 0 && fresh}{concerns.problem && "?"}</span>}
			</button>
			{open && (
				<div class="menu-list tray">
					<Trouble problem={concerns.problem} reload={concerns.reload} />
					{concerns.problem && <p class="nothing">{needs.length > 0 ? t("needs.old") : t("needs.unknown")}</p>}
					{concerns.busy && <Busy />}
					{concerns.data && !concerns.problem && needs.length === 0 && news.length === 0 && <p class="nothing">{t("tray.none")}</p>}
					<ul>
						{needs.map((n) => <li class={n.level}><a href={n.href}><Theirs text={n.text} /></a></li>)}
						{news.map((h) => <li class={h.n > read ? "fresh" : ""}><a href={h.href}>{h.text}</a> <Time at={h.at} bare /></li>)}
					</ul>
					<div class="buttons">
						{fresh > 0 && <button type="button" class="small" onClick={all_seen}>{t("tray.seen")}</button>}
						<a href={link("settings")}>{t("tray.settings")}</a>
					</div>
				</div>
			)}
		</div>
	);
}
