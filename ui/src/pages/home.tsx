// Home: what needs me now, across everything that this node is part of.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, Problem } from "../api.js";
import { useCell } from "../cell.js";
import { t, tx } from "../i18n.js";
import type { Loaded } from "../load.js";
import type { Need } from "../needs.js";
import { useNeeds, useStatus } from "../overview.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Command, Empty, Names, Section, Theirs, Time, Trouble } from "../parts/text.js";
import { happenings } from "../shell/tray.js";
import { link } from "../route.js";
import { may, mode, session } from "../state.js";
import type { Status } from "../types.js";
import { NOTE, RecordTable, useRecords } from "./records.js";

export function Home(): VNode {
	const s = useCell(session)!;
	const status = useStatus();
	const reads = may("pact", "reader");
	return (
		<PageFrame title={t("home.title")} shown={s.user ? <>{t("home.title")} <small class="remark"><Theirs text={s.user.display || s.user.name} /></small></> : t("home.title")}>
			{reads && <Loading of={status}>{(all) => all.coalitions.length === 0 ? <NoCoalition /> : <Overview all={all.coalitions} />}</Loading>}
			{!reads && !may("records", "reader") && <Empty title={t("home.no_roles")}>{t("home.no_roles_next")}</Empty>}
		</PageFrame>
	);
}

function NoCoalition(): VNode {
	return (
		<Empty title={t("home.no_coalition")}>
			<p>{t("home.no_coalition_next")}</p>
			<p><Command text="entente charter draft --help" /></p>
			<p><Command text="entente join CHARTER" /></p>
		</Empty>
	);
}

function Overview({ all }: { all: readonly Status[] }): VNode {
	const concerns = useNeeds();
	const happened = useCell(happenings);
	const now = useCell(mode);
	const news = happened.filter((h) => h.mode === now);
	return (
		<>
			{now !== "real" && <p class="notice">{t("home.play")}</p>}
			<Loading of={concerns}>{(list) => <NeedList list={list} of={concerns} />}</Loading>
			<div class="cards">{all.map((s) => <CoalitionCard s={s} />)}</div>
			{news.length > 0 && (
				<Section title={t("home.news")}>
					<ul class="plain-list">{news.slice(0, 8).map((h) => <li><a href={h.href}>{h.text}</a> <Time at={h.at} /></li>)}</ul>
				</Section>
			)}
			{may("records", "reader") && all.map((s) => <Latest s={s} many={all.length > 1} />)}
		</>
	);
}

function NeedList({ list, of }: { list: readonly Need[]; of: Loaded<Need[]> }): VNode {
	const [failed, set_failed] = useState<Problem>();
	// Of several one may have been taken: the list says afterwards what is left.
	const ack = (ids: readonly string[]): void => {
		set_failed(undefined);
		void Promise.all(ids.map((id) => call("POST", `/needs/${id}/ack`, {})))
			.catch((e: unknown) => set_failed(e instanceof Problem ? e : new Problem("io", 0, String(e))))
			.finally(of.reload);
	};
	const open = list.filter((n) => !n.acked);
	const worst = open[0]?.level;
	const tone = worst === "alarm" ? "alarm" : worst === "act" ? "attention" : worst || of.problem ? "look" : "calm";
	const title = worst === "alarm" ? t("home.alarm") : open.some((n) => n.level === "act") ? t("home.acts") : worst ? t("home.look") : of.problem ? t("needs.unknown") : t("home.calm");
	return (
		<section class={`concerns ${tone}`} aria-live="polite">
			<h2>{title}</h2>
			{of.problem && list.length > 0 && <p class="remark">{t("needs.old")}</p>}
			<Trouble problem={failed} />
			{list.length > 0 && (
				<ul>
					{list.map((n) => (
						<li class={n.acked ? "acked" : n.level}>
							<span class={`badge ${n.level === "alarm" ? "bad" : n.level === "act" ? "wait" : "none"}`}>{t(`level.${n.level}`)}</span>{" "}
							<a href={n.href}><Theirs text={n.text} /></a> <span class="remark"><Theirs text={n.coalition} /></span>{" "}
							{n.acked
								? <span class="remark">· {tx("need.acked", { who: <Theirs text={n.acked.by.replace(/^user:/, "")} /> })} <Time at={n.acked.at} bare /></span>
								: <button type="button" class="small" onClick={() => ack(n.ids)}>{t("need.ack")}</button>}
						</li>
					))}
				</ul>
			)}
		</section>
	);
}

function CoalitionCard({ s }: { s: Status }): VNode {
	const now = useCell(mode);
	const rest = s.parties.filter((p) => !p.member && !["mentioned"].includes(p.status));
	return (
		<section class="card">
			<h2><a href={link("pact", s.coalition)}><Theirs text={s.name} /></a></h2>
			<p>
				<span class={`badge ${s.in_force ? "good" : "wait"}`}>{s.in_force ? t("pact.in_force") : t("pact.not_in_force")}</span>{" "}
				{t("pact.signatures", { n: s.charter.signatures, all: s.charter.signatures_needed })}
			</p>
			<dl class="facts">
				<div><dt>{t("pact.members")}</dt><dd>{s.members.length ? <Names list={s.members} /> : "—"}</dd></div>
				{rest.length > 0 && <div><dt>{t("home.on_the_way")}</dt><dd><Names list={rest} /></dd></div>}
				{may("records", "reader") && <div><dt>{t("nav.records")}</dt><dd><a href={link("records", s.coalition, { kind: "all" })}>{t("home.records", { n: s.records[now] })}</a></dd></div>}
			</dl>
		</section>
	);
}

function Latest({ s, many }: { s: Status; many: boolean }): VNode | null {
	const list = useRecords(s.coalition, { kind: NOTE });
	if (list.items.length === 0) return null;
	return (
		<Section title={many ? <>{t("home.latest")}: <Theirs text={s.name} /></> : t("home.latest")} side={<a href={link("records", s.coalition)}>{t("all")}</a>}>
			<RecordTable c={s.coalition} rows={list.items.slice(0, 6)} plain />
		</Section>
	);
}
