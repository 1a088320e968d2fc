// What concerns this node itself: its partners, its audit, its settings and how it is.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../api.js";
import { useCell } from "../cell.js";
import { language, LANGUAGES, t, type Language } from "../i18n.js";
import { useList, useLoad } from "../load.js";
import { Loading, PageFrame, Rest } from "../parts/page.js";
import { Table } from "../parts/table.js";
import { Command, Empty, Facts, Name, Section, Theirs, Time, Trouble } from "../parts/text.js";
import { go, link, place } from "../route.js";
import { density, letters, may, session, theme } from "../state.js";
import type { AuditRow, CoalitionRow, Job, NodeSettings, Peer } from "../types.js";
import { JobView, useJob } from "./log.js";
import { rules_load } from "../shell/tray.js";
import { Told } from "./notify.js";

export function Peers({ all }: { all: readonly CoalitionRow[] }): VNode {
	const list = useList<Peer>("/peers", {}, (p) => p.id, ["peer"]);
	const names = (p: Peer): string => p.coalitions.map((id) => all.find((c) => c.id === id)?.name ?? id.slice(0, 8)).join(", ");
	return (
		<PageFrame title={t("nav.peers")}>
			<p class="remark">{t("peers.about")}</p>
			<Trouble problem={list.problem} reload={list.reload} />
			<Table name="peers" rows={list.items} id={(p) => p.id} more={list.more} mark={(p) => (p.failures ? "wait-row" : undefined)}
				empty={list.busy ? undefined : <Empty title={t("peers.none")}><p>{t("peers.none_next")}</p><Command text="entente join --introduce PARTY.root" /></Empty>}
				columns={[
					{ key: "who", title: t("party"), text: (p) => p.label, show: (p) => <Name id={p.id} label={p.label} full />, width: "12%" },
					{ key: "state", title: t("log.state"), text: (p) => p.failures, show: (p) => <><span class={`badge ${p.forked ? "bad" : p.failures ? "wait" : p.last_ok ? "good" : "none"}`}>{p.forked ? t("pact.forked") : p.failures ? t("peers.failing", { n: p.failures }) : p.last_ok ? t("peers.ok") : t("peers.never")}</span>{p.error && <p class="remark"><Theirs text={p.error} prose /></p>}</> },
					{ key: "ok", title: t("peers.last_ok"), text: (p) => p.last_ok ?? "", show: (p) => <><Time at={p.last_ok} />{p.failures > 0 && <p class="remark">{t("peers.last_try")}: <Time at={p.last_try} bare /></p>}</> },
					{ key: "where", title: t("keys.endpoints"), text: (p) => p.endpoints.join(" "), show: (p) => p.endpoints.map((e) => <div><Theirs text={e} /></div>), width: "22%" },
					{ key: "in", title: t("nav.coalition"), text: names, show: (p) => <Theirs text={names(p)} />, width: "20%" },
				]} />
		</PageFrame>
	);
}

export function Audit(): VNode {
	const q = useCell(place).query;
	const who = q.get("who") ?? "";
	const what = q.get("what") ?? "";
	const list = useList<AuditRow>("/audit", { who: who || undefined, what: what || undefined }, (r) => String(r.row));
	const [checked, set] = useState<{ rows: number; ok: boolean; where: unknown; text: string } | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const [form, type] = useState({ who, what });
	const verify = (): void => void post<typeof checked>("/audit/verify").then(set, set_problem);
	return (
		<PageFrame title={t("nav.audit")} side={<button type="button" class="main" onClick={verify}>{t("audit.verify")}</button>}>
			<p class="remark">{t("audit.about")}</p>
			{checked && <p class={`notice ${checked.ok ? "good" : "bad"}`} role="status">{checked.ok ? t("audit.ok", { n: checked.rows }) : t("audit.bad")} {checked.text && <Theirs text={checked.text} prose />}</p>}
			<Trouble problem={list.problem ?? problem} reload={list.reload} />
			<Table name="audit" rows={list.items} id={(r) => String(r.row)} more={list.more}
				empty={list.busy ? undefined : <Empty title={t("audit.none")} />}
				tools={
					<form class="find" onSubmit={(e) => { e.preventDefault(); go(link("audit", { who: form.who.trim(), what: form.what.trim() })); }}>
						<input type="text" value={form.who} aria-label={t("audit.who")} placeholder={t("audit.who")} onInput={(e) => type({ ...form, who: e.currentTarget.value })} />
						<input type="text" value={form.what} aria-label={t("audit.what")} placeholder={t("audit.what")} onInput={(e) => type({ ...form, what: e.currentTarget.value })} />
						<button type="submit" class="small">{t("search")}</button>
					</form>
				}
				columns={[
					{ key: "row", title: "#", text: (r) => r.row, width: "4rem" },
					{ key: "time", title: t("time"), text: (r) => r.time, show: (r) => <Time at={r.time} bare />, width: "16rem" },
					{ key: "who", title: t("audit.who"), text: (r) => r.who, show: (r) => <Theirs text={r.who} />, width: "13%" },
					{ key: "what", title: t("audit.what"), text: (r) => r.what, show: (r) => <Theirs text={r.what} />, width: "15%" },
					{ key: "about", title: t("audit.object"), text: (r) => r.about, show: (r) => <Theirs text={r.about ?? ""} prose /> },
				]} />
		</PageFrame>
	);
}

export function Settings(): VNode {
	const lang = useCell(language);
	const look = useCell(theme);
	const room = useCell(density);
	const keys = useCell(letters);
	const [asked, ask] = useState(typeof Notification === "undefined" ? "denied" : Notification.permission);
	return (
		<PageFrame title={t("nav.settings")}>
			<Section title={t("settings.mine")} remark={t("settings.mine_about")}>
				<div class="form">
					<label class="field-row"><span class="field-title">{t("language.title")}</span>
						<select value={lang} onChange={(e) => language.set(e.currentTarget.value as Language)}>{LANGUAGES.map((l) => <option value={l.code} lang={l.code}>{l.name}</option>)}</select>
					</label>
					<label class="field-row"><span class="field-title">{t("theme.title")}</span>
						<select value={look} onChange={(e) => theme.set(e.currentTarget.value as "auto")}>{(["auto", "light", "dark"] as const).map((x) => <option value={x}>{t(`theme.${x}`)}</option>)}</select>
					</label>
					<label class="field-row"><span class="field-title">{t("density.title")}</span>
						<select value={room} onChange={(e) => density.set(e.currentTarget.value as "normal")}>{(["normal", "dense"] as const).map((x) => <option value={x}>{t(`density.${x}`)}</option>)}</select>
					</label>
					<label class="field-row check"><input type="checkbox" checked={keys === "on"} onChange={(e) => letters.set(e.currentTarget.checked ? "on" : "off")} /> <span class="field-title">{t("help.letters")}</span></label>
					<div class="field-row"><span class="field-title">{t("notify.title")}</span>
						{asked === "granted" ? <span class="badge good">{t("notify.on")}</span> : asked === "denied" ? <span class="badge none">{t("notify.denied")}</span>
							: <button type="button" onClick={() => void Notification.requestPermission().then((answer) => { ask(answer); rules_load(); })}>{t("notify.ask")}</button>}
						<p class="remark">{t("notify.about")}</p>
					</div>
				</div>
			</Section>
			{session.get()?.user && <Told />}
			{may("node", "administrator") && <Section title={t("hook.title")} remark={t("hook.about")}><p><a href={link("webhooks")}>{t("hook.see")}</a></p></Section>}
			{may("node", "reader") && <NodePart />}
			{may("node", "administrator") && <Doctor />}
			<Rest workspace="node" role={may("node", "reader") ? "administrator" : "reader"} />
		</PageFrame>
	);
}

function text_of(v: unknown): string {
	return v === null || v === undefined ? "—" : v === true ? t("yes") : v === false ? t("no") : Array.isArray(v) ? v.join(", ") : typeof v === "object" ? JSON.stringify(v) : String(v);
}

function NodePart(): VNode {
	const node = useLoad<NodeSettings>("/settings");
	return (
		<Section title={t("settings.node")} remark={t("settings.node_about")}>
			<Loading of={node}>{(n) => <Facts rows={Object.entries(n).map(([k, v]) => [k.replaceAll("_", "-"), k === "started" ? <Time at={String(v)} /> : <Theirs text={text_of(v)} />] as const)} />}</Loading>
		</Section>
	);
}

function Doctor(): VNode {
	const { job, problem, start } = useJob();
	const running = job?.state === "waiting" || job?.state === "running";
	return (
		<Section title={t("doctor.title")} remark={t("doctor.about")} side={<button type="button" class="main" disabled={running} onClick={() => start("/doctor")}>{t("doctor.run")}</button>}>
			<Trouble problem={problem} />
			{job ? <><JobView job={job} /><Checks job={job} /></> : <Empty title={t("doctor.not_yet")} />}
		</Section>
	);
}

function Checks({ job }: { job: Job }): VNode | null {
	const checks = job.result?.checks;
	if (!checks) return null;
	return (
		<ul class="plain-list">
			{checks.map((k) => (
				<li><span class={`badge ${k.result === "ok" ? "good" : k.result === "warning" ? "wait" : "bad"}`}>{t(`doctor.${k.result}`)}</span> <strong>{k.check}</strong> <Theirs text={k.text} prose /></li>
			))}
		</ul>
	);
}
