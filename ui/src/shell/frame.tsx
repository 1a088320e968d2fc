// What stands round every page: skip link, top bar, navigation, mode frame, banners.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useCell } from "../cell.js";
import { t, type Key } from "../i18n.js";
import { useLoad } from "../load.js";
import { LiveBadge, LiveBanner } from "../parts/live.js";
import { Name, Theirs } from "../parts/text.js";
import { link, place } from "../route.js";
import { areas, coalition, letters, may, mode, MODES, session } from "../state.js";
import type { CoalitionRow, Mode, Page, Session } from "../types.js";
import { AREAS } from "../work/areas.js";
import { FirstRun, sign_out } from "./confirm.js";
import { palette_open } from "./palette.js";
import { Tray } from "./tray.js";

type Item = { name: string; key: Key; href: string; keys?: string; shown: boolean };

export function nav_items(c: string): Item[] {
	return [
		{ name: "home", key: "nav.home", href: "#/", keys: "g h", shown: true },
		{ name: "pact", key: "nav.pact", href: c ? link("pact", c) : link("pact"), keys: "g p", shown: may("pact", "reader") },
		{ name: "log", key: "nav.log", href: link("log", c), keys: "g l", shown: may("pact", "reader") },
		{ name: "records", key: "nav.records", href: link("records", c), keys: "g r", shown: may("records", "reader") },
		...AREAS.map((a): Item => ({ name: a, key: `workspace.${a}`, href: link("work", a, c), shown: areas.get().has(a) && may(a, "reader") })),
		{ name: "people", key: "nav.people", href: link("people", c), keys: "g k", shown: may("pact", "reader") || may("node", "administrator") },
		{ name: "peers", key: "nav.peers", href: link("peers"), keys: "g e", shown: may("pact", "reader") },
		{ name: "audit", key: "nav.audit", href: link("audit"), keys: "g a", shown: may("node", "administrator") },
		{ name: "settings", key: "nav.settings", href: link("settings"), keys: "g s", shown: true },
	].filter((i) => i.shown) as Item[];
}

export function useCoalitions(): CoalitionRow[] | undefined {
	return useLoad<Page<CoalitionRow>>(may("pact", "reader") ? "/coalitions" : null, ["standing"]).data?.items;
}

function ModeSwitch(): VNode {
	const now = useCell(mode);
	return (
		<label class="mode-switch">
			<span class="off-screen">{t("mode.title")}</span>
			<select value={now} onChange={(e) => mode.set(e.currentTarget.value as Mode)}>
				{MODES.map((m) => <option value={m}>{t(`mode.${m}`)}</option>)}
			</select>
		</label>
	);
}

function CoalitionSwitch({ all }: { all: readonly CoalitionRow[] }): VNode | null {
	const c = useCell(coalition);
	const at = useCell(place);
	if (all.length < 2) return all[0] ? <span class="coalition-name"><Theirs text={all[0].name} /></span> : null;
	const turn = (id: string): void => {
		coalition.set(id);
		// The same page of the other coalition, if it has one.
		if (["pact", "log", "records", "people"].includes(at.path[0] ?? "") && at.path[1]) location.hash = link(at.path[0]!, id).slice(1);
	};
	return (
		<label class="coalition-switch">
			<span class="off-screen">{t("nav.coalition")}</span>
			<select value={c} onChange={(e) => turn(e.currentTarget.value)}>
				{all.map((x) => <option value={x.id}>{x.name}</option>)}
			</select>
		</label>
	);
}

function Account({ s }: { s: Session }): VNode {
	const [open, set] = useState(false);
	const at = useCell(place);
	useEffect(() => set(false), [at]);
	if (!s.user) return <span class="badge wait">{t("first.local")}</span>;
	return (
		<div class="menu" onKeyDown={(e) => e.key === "Escape" && set(false)}>
			<button type="button" class="bar-button" aria-expanded={open} onClick={() => set(!open)}>
				<svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path fill="currentColor" d="M10 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0 9.5c4 0 7 2 7 4.5v1.5H3V16c0-2.5 3-4.5 7-4.5Z" /></svg>
				<span class="account-word"><Theirs text={s.user.display || s.user.name} /></span>
			</button>
			{open && (
				<div class="menu-list">
					<p><Theirs text={s.user.name} /> <span class="badge label">{s.user.clearance === "*" ? t("user.all") : (s.user.clearance ?? "—")}</span></p>
					<a href={link("me")}>{t("nav.me")}</a>
					<button type="button" onClick={() => void sign_out()}>{t("sign.out")}</button>
				</div>
			)}
		</div>
	);
}

function Nav({ open }: { open: boolean }): VNode {
	const at = useCell(place);
	const c = useCell(coalition);
	useCell(areas);
	const keys = useCell(letters) === "on";
	const here = at.path[0] === "work" ? at.path[1] : (at.path[0] ?? "home");
	return (
		<nav id="nav" class={open ? "open" : ""} aria-label={t("nav.title")}>
			<ul>
				{nav_items(c).map((i) => (
					<li><a href={i.href} aria-current={i.name === here ? "page" : undefined}>{t(i.key)}{keys && i.keys && <kbd aria-hidden="true">{i.keys}</kbd>}</a></li>
				))}
			</ul>
		</nav>
	);
}

export function Frame({ children, all }: { children: ComponentChildren; all: readonly CoalitionRow[] }): VNode {
	const s = useCell(session)!;
	const now = useCell(mode);
	const at = useCell(place);
	const [open, set] = useState(false);
	useEffect(() => set(false), [at]);
	return (
		<div class={`frame mode-${now}`}>
			<a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>{t("skip")}</a>
			<header class="top">
				<button type="button" class="bar-button burger" aria-expanded={open} aria-controls="nav" aria-label={t("nav.title")} onClick={() => set(!open)}>☰</button>
				<a class="who" href="#/"><span class="brand" aria-hidden="true" /><strong><Name id={s.member.id} label={s.member.label} /></strong></a>
				<CoalitionSwitch all={all} />
				<span class="gap" />
				<button type="button" class="bar-button search-button" onClick={() => palette_open.set(true)}>
					<span aria-hidden="true">⌕</span> <span class="search-word">{t("search")}</span> <kbd aria-hidden="true">Ctrl K</kbd>
				</button>
				<ModeSwitch />
				<LiveBadge />
				<Tray />
				<Account s={s} />
			</header>
			<LiveBanner />
			{now !== "real" && <p class="play-banner" role="status">{t(`mode.${now}_banner`)}</p>}
			<div class="below">
				<Nav open={open} />
				<main id="main" tabIndex={-1}>
					{s.method === "local" && <div class="card notice"><FirstRun /></div>}
					{children}
				</main>
			</div>
		</div>
	);
}

