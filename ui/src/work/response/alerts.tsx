// Alerts: what holds now, who has read it, and what waits for approval.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { BASE, call, post, Problem } from "../../api.js";
import { cell, useCell } from "../../cell.js";
import { PageFrame } from "../../parts/page.js";
import { useLoad } from "../../load.js";
import { Busy, Empty, Facts, LabelBadge, ModeBadge, Name, Names, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { may, mode, session } from "../../state.js";
import { Drill, useResponse, useResponseList } from "./bits.js";
import { Feeds, Intake } from "./intake.js";
import { t } from "./msg.js";
import type { Party, Status } from "../../types.js";
import type { Alert, Draft } from "./types.js";

function severity_tone(s: string | undefined): string {
	return s === "Extreme" || s === "Severe" ? "bad" : s === "Moderate" ? "wait" : "info";
}

function Acks({ a }: { a: Alert }): VNode | null {
	if (a.acks.length === 0) return null;
	return (
		<ul class="acks" aria-label={t("alert.acks")}>
			{a.acks.map((k) => (
				<li class={k.overdue ? "overdue" : k.read ? "seen" : ""}>
					<Theirs text={k.member_label} />: {k.read ? <>{t("alert.read")} <Time at={k.read} /></> : t("alert.unread")}
					{k.overdue && <> <span class="badge bad">{t("alert.late", { n: k.late_minutes })} · {t("alert.escalation", { n: k.escalation })}</span></>}
				</li>
			))}
		</ul>
	);
}

function Acknowledge({ c, a }: { c: string; a: Alert }): VNode | null {
	const [problem, set] = useState<Problem>();
	const [done, set_done] = useState(false);
	const say = (state: string) => async (): Promise<void> => {
		try {
			await post(`/coalitions/${c}/response/records/acks`, { mode: mode.get(), content: { target: a.object, leaf: a.leaf, state, channel: "page" } });
			set_done(true);
		} catch (e) {
			set(e instanceof Problem ? e : new Problem("io", 0, String(e)));
		}
	};
	const mine = a.acks.find((k) => k.member_label === session.get()?.member.label);
	if (a.own || !a.active || mine?.accepted || !may("response", "contributor")) return null;
	return (
		<>
			<Trouble problem={problem} />
			{done ? <p role="status">{t("alert.acked")}</p> : (
				<div class="buttons">
					{!mine?.read && <button type="button" class="main" onClick={say("read")}>{t("alert.ack")}</button>}
					<button type="button" onClick={say("accepted")}>{t("alert.take")}</button>
				</div>
			)}
		</>
	);
}

// Drafts are in no log, so no event tells of them: counted up when this page has written one.
const drafted = cell(0);

// One's own is changed or called off by another message, which somebody else approves like the first.
function Change({ c, a }: { c: string; a: Alert }): VNode | null {
	const [problem, set] = useState<Problem>();
	const [open, set_open] = useState(false);
	const [note, set_note] = useState("");
	// What was taken in is its sender's to change.
	if (!a.own || !a.active || !a.identifier.startsWith("entente.") || !may("response", "contributor")) return null;
	const cancel = async (e: Event): Promise<void> => {
		e.preventDefault();
		set(undefined);
		try {
			await post(`/coalitions/${c}/response/alert-drafts`, { mode: a.mode, form: { cancel: a.object, note } });
			set_open(false);
			drafted.set(drafted.get() + 1);
		} catch (err) {
			set(err instanceof Problem ? err : new Problem("io", 0, String(err)));
		}
	};
	if (!open)
		return <div class="buttons"><a class="button" href={link("work", "response", c, "alerts", a.object, "update")}>{t("alert.update")}</a><button type="button" onClick={() => set_open(true)}>{t("alert.cancel")}</button></div>;
	return (
		<form class="inline-form" onSubmit={cancel}>
			<h3>{t("alert.cancel")}</h3>
			<label>{t("alert.cancel_why")} <input required maxLength={500} value={note} onInput={(e) => set_note(e.currentTarget.value)} /></label>
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main">{t("alert.cancel")}</button><button type="button" onClick={() => set_open(false)}>{t("act.back")}</button></div>
		</form>
	);
}

function AlertCard({ c, a }: { c: string; a: Alert }): VNode {
	const info = a.info[0];
	return (
		<section class={`alert-card ${a.active ? severity_tone(info?.severity) : "over"}`}>
			<h2><Theirs text={info?.headline || info?.event || a.identifier} /></h2>
			<p class="request-facts">
				{a.active ? <span class={`badge ${severity_tone(info?.severity)}`}>{info?.severity} · {info?.urgency} · {info?.certainty}</span> : <span class="badge none">{a.superseded ? t("alert.changed") : t("alert.over")}</span>}
				<ModeBadge mode={a.mode} /> <span class="badge info">{a.msgType}</span> <Name id={a.author} label={a.author_label} /> <LabelBadge label={a.label} />
			</p>
			<p>{t("alert.sent")} <Time at={a.sent} /> · {t("alert.expires")} <Time at={a.expires} /></p>
			{info?.area.length ? <p>{t("alert.area")}: <Theirs text={info.area.map((x) => x.areaDesc).join("; ")} /></p> : null}
			{info?.description && <p><Theirs text={info.description} prose /></p>}
			{info?.instruction && <p><strong><Theirs text={info.instruction} prose /></strong></p>}
			<Acks a={a} />
			{a.notes.length > 0 && <details><summary>{t("alert.notes")} ({a.notes.length})</summary><ul>{a.notes.map((n) => <li><span class="badge none">{n.level}</span> {n.element}, {n.line}: {n.text}</li>)}</ul></details>}
			<p class="remark"><a href={`${BASE}/coalitions/${c}/response/alerts/${a.object}/cap?mode=${a.mode}`} download="alert.cap">{t("alert.cap")}</a> · <code>{a.identifier}</code></p>
			<Acknowledge c={c} a={a} />
			<Change c={c} a={a} />
		</section>
	);
}

// Whoever approves has seen all that goes out, for whom, and what it calls off.
function DraftCard({ c, d, parties, alerts, done }: { c: string; d: Draft; parties: readonly Party[]; alerts: readonly Alert[]; done: () => void }): VNode {
	const of = d.form.cancel ?? d.form.update;
	const [problem, set] = useState<Problem>();
	const info = d.form.info?.[0], was = alerts.find((a) => a.object === of)?.info[0];
	const say = async (what: () => Promise<unknown>): Promise<void> => {
		set(undefined);
		try {
			await what();
		} catch (e) {
			set(e instanceof Problem ? e : new Problem("io", 0, String(e)));
		}
		done();
	};
	const at = `/coalitions/${c}/response/alert-drafts/${d.number}`;
	const own = d.mode === "real" && d.written_by === `user:${session.get()?.user?.name ?? ""}`;
	const readers = d.audience === "all" ? t("edit.all") : <Names list={d.audience.split(",").map((id) => ({ id, label: parties.find((p) => p.id === id)?.label ?? id.slice(0, 8) }))} />;
	return (
		<div class="offer-card">
			<p class="offer-head">{of && <span class="badge info">{d.form.cancel ? "Cancel" : "Update"}</span>} <Theirs text={info?.headline || info?.event || d.form.note || `${d.number}`} /> <LabelBadge label={d.label} /></p>
			{info && <p class="request-facts"><span class={`badge ${severity_tone(info.severity)}`}>{info.severity} · {info.urgency} · {info.certainty}</span> <Theirs text={info.event ?? ""} /></p>}
			<Facts rows={[
				of && [t("draft.of"), was ? <Theirs text={was.headline || was.event} /> : <code>{of.slice(0, 8)}</code>],
				[t("edit.to"), readers],
				info && [t("alert.area"), info.area?.length ? <Theirs text={info.area.map((x) => x.areaDesc).join("; ")} /> : t("draft.none")],
				info && [t("alert.expires"), info.expires ? <Time at={info.expires} /> : t("draft.none")],
				info && [t("draft.description"), info.description ? <Theirs text={info.description} prose /> : t("draft.none")],
				info && [t("draft.instruction"), info.instruction ? <strong><Theirs text={info.instruction} prose /></strong> : t("draft.none")],
				d.form.note && [t("draft.note"), <Theirs text={d.form.note} prose />],
			]} />
			<p class="remark">{t("alert.by", { who: d.written_by })} <Time at={d.written} /></p>
			<Trouble problem={problem} />
			<div class="buttons">
				{may("response", "officer") && !own && <button type="button" class="main" onClick={() => void say(() => post(`${at}/approve`))}>{t("alert.approve")}</button>}
				{may("response", "contributor") && <button type="button" onClick={() => void say(() => call("DELETE", at))}>{t("draft.drop")}</button>}
				{own && <span class="remark">{t("draft.own")}</span>}
			</div>
		</div>
	);
}

function Drafts({ c, alerts }: { c: string; alerts: readonly Alert[] }): VNode | null {
	const all = useResponse<{ drafts: Draft[] }>(c, "alert-drafts");
	const status = useLoad<Status>(`/coalitions/${c}`);
	// Drafts are in no log, so no event tells of them.
	useEffect(() => {
		all.reload();
		const timer = setInterval(all.reload, 10_000);
		return () => clearInterval(timer);
	}, [all.reload, useCell(drafted)]);
	if (!all.data?.drafts.length) return null;
	return (
		<Section title={t("alert.drafts")}>
			{all.data.drafts.map((d) => <DraftCard key={d.number} c={c} d={d} parties={status.data?.parties ?? []} alerts={alerts} done={all.reload} />)}
		</Section>
	);
}

export function Alerts({ c }: { c: string }): VNode {
	const [whole, set] = useState(false);
	const list = useResponseList<Alert>(c, "alerts", whole ? { all: "1" } : {});
	const [taking, take] = useState(false);
	const fresh = may("response", "contributor") && <a class="main" href={link("work", "response", c, "alerts", "new")}>{t("alert.new")}</a>;
	return (
		<PageFrame title={t("alerts")} side={<>{may("response", "officer") && <button type="button" onClick={() => take(!taking)}>{t("intake.open")}</button>}{fresh}</>}>
			<Drill />
			{taking && <Intake c={c} done={list.reload} />}
			<Drafts c={c} alerts={list.items} />
			<label class="check"><input type="checkbox" checked={whole} onChange={(e) => set(e.currentTarget.checked)} /> {t("alert.all")}</label>
			<Trouble problem={list.problem} reload={list.reload} />
			{list.busy && <Busy />}
			{!list.busy && list.items.length === 0 && <Empty title={t("alert.none")}><p>{t("alert.none_next")}</p>{fresh}</Empty>}
			{list.items.map((a) => <AlertCard key={a.object} c={c} a={a} />)}
			{list.more && <button type="button" onClick={list.more}>…</button>}
			<Feeds c={c} />
		</PageFrame>
	);
}
