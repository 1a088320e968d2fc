// One case, task, question or notice: what it says, who has answered, its objects, and the clock of coverage.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { BASE, call, fresh_key, post } from "../../api.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Facts, LabelBadge, Name, Names, Proof, Section, Theirs, Time } from "../../parts/text.js";
import { go, link, place } from "../../route.js";
import { useCell } from "../../cell.js";
import { language } from "../../i18n.js";
import { may, mode } from "../../state.js";
import { Audience, Do, Drill, LabelChoice, ObjectLink, TypeBadge, useCyber } from "./bits.js";
import { Card, case_link, Severity, StatusBadge } from "./cases.js";
import { t, word } from "./msg.js";
import type { Content, Kind, Rec, RecWhole } from "./types.js";

function hours(from: string, to: string): string {
	const minutes = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
	const f = (n: number, unit: string): string => new Intl.NumberFormat(language.get(), { style: "unit", unit, unitDisplay: "short" }).format(n);
	return minutes < 120 ? f(minutes, "minute") : f(Math.round(minutes / 60), "hour");
}

function Clock({ r }: { r: RecWhole }): VNode | null {
	const k = r.clock;
	if (!k) return null;
	const from = k.first_sighted ?? k.opened, now = new Date().toISOString();
	const ends = k.members.map((m) => m.covered ?? now);
	const span = Math.max(1, ...ends.map((e) => Date.parse(e) - Date.parse(from)));
	return (
		<Section title={t("clock")} remark={t("clock.remark")}>
			<p>{t("clock.first")} <Time at={from} />{!k.first_sighted && <span class="remark"> ({t("clock.opened")})</span>} → {k.covered ? <><strong>{hours(from, k.covered)}</strong> <Time at={k.covered} /></> : <strong class="open-clock">{t("clock.open")}</strong>}</p>
			<ul class="clock">
				{k.members.map((m) => (
					<li>
						<span class="who"><Name id={m.member.id} label={m.member.label} /></span>
						<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class={m.covered ? "covered" : "running"} width={Math.max(1, (100 * (Date.parse(m.covered ?? now) - Date.parse(from))) / span)} height="8" rx="1" /></svg>
						<span>{m.covered ? hours(from, m.covered) : t("clock.not_yet")}</span>
					</li>
				))}
			</ul>
		</Section>
	);
}

const audience_of = (r: RecWhole): string[] => r.audience.map((m) => m.id);

// What a reader can say to it.
function Answers({ c, r }: { c: string; r: RecWhole }): VNode | null {
	const [text, set] = useState("");
	const say = (answer: string) => async (): Promise<void> => {
		await post(`/coalitions/${c}/cyber/cases`, { kind: "answer", mode: mode.get(), label: r.label, audience: audience_of(r), content: { to: r.object, answer, ...(text ? { text } : {}) } }, { key: fresh_key() });
		set("");
	};
	const can: Record<Kind, string[]> = { case: ["covered"], task: ["accepted", "declined", "done"], rfi: ["answered", "declined"], notice: ["done", "declined"], answer: [] };
	if (!may("cyber", "contributor") || can[r.kind].length === 0) return null;
	return (
		<div class="answer-form">
			<label class="field">{t("answer.text")} <textarea rows={2} value={text} onInput={(e) => set(e.currentTarget.value)} /></label>
			<div class="buttons">{can[r.kind].map((a, i) => <Do main={i === 0} text={word("say", a)} act={say(a)} />)}</div>
		</div>
	);
}

function Change({ c, r }: { c: string; r: RecWhole }): VNode | null {
	const next: Record<Kind, string[]> = { case: ["open", "contained", "closed"], task: ["open", "done", "withdrawn"], rfi: ["open", "closed"], notice: ["draft", "published", "done"], answer: [] };
	if (!r.own || !may("cyber", "contributor")) return null;
	const to = (status: string) => async (): Promise<void> => {
		await call("PUT", `/coalitions/${c}/cyber/cases/${r.object}`, { label: r.label, audience: audience_of(r), content: { ...r.content, status } }, { match: `"${r.leaf}"` });
	};
	return <div class="buttons">{next[r.kind].filter((s) => s !== r.content.status).map((s) => <Do text={t("case.mark", { status: word("status", s) })} act={to(s)} />)}</div>;
}

function Linked({ c, r, kind, title }: { c: string; r: RecWhole; kind: Exclude<Kind, "answer" | "case">; title: string }): VNode {
	const list = r.linked.filter((x) => x.kind === kind);
	return (
		<Section title={title} side={may("cyber", "contributor") && <a href={link("work", "cyber", c, "cases", "new", { kind, case: r.object })}>{t(`new.${kind}`)}</a>}>
			{list.length ? <ul class="plain cards">{list.map((x) => <Card c={c} r={x} state />)}</ul> : <p class="remark">–</p>}
		</Section>
	);
}

function AnswerRow({ x }: { x: Rec }): VNode {
	return <li><Name id={x.owner.id} label={x.owner.label} /> <span class={`badge ${x.answer === "declined" ? "bad" : "good"}`}>{word("answer", x.answer ?? "")}</span> <Time at={x.time} /> {x.content.text && <Theirs text={x.content.text} prose />}</li>;
}

function Body({ c, r }: { c: string; r: RecWhole }): VNode {
	const said = r.content.summary ?? r.content.text, answers = r.linked.filter((x) => x.kind === "answer");
	return (
		<>
			<p class="object-facts"><Severity s={r.content.severity} /> <StatusBadge s={r.content.status} />{r.content.type && <span class="badge info">{word("notice", r.content.type)}</span>} <LabelBadge label={r.label} /></p>
			{said && <p><Theirs text={said} prose /></p>}
			<Facts rows={[
				[t("object.author"), <Name id={r.owner.id} label={r.owner.label} />],
				[t("for"), <Names list={r.audience} />],
				r.content.target && [t("notice.target"), <code><Theirs text={r.content.target} /></code>],
				r.content.vulnerability && [t("notice.vulnerability"), <a href={link("work", "cyber", c)}><Theirs text={r.content.vulnerability} /></a>],
				r.content.due && [t("case.due"), <Time at={r.content.due} />],
				r.about && [t("case.about"), <a href={case_link(c, r.about)}>{t("case.open_it")}</a>],
				[t("object.leaf"), <Proof leaf={r.leaf} seq={r.seq} />],
			]} />
			{r.content.csaf !== undefined && <p><a href={`${BASE}/coalitions/${c}/cyber/cases/${r.object}/csaf`} download="advisory.json">CSAF 2.0</a></p>}
			<Change c={c} r={r} />
			<Clock r={r} />
			<Section title={t("answers")}>
				{answers.length ? <ul class="plain answers">{answers.map((x) => <AnswerRow x={x} />)}</ul> : <p class="remark">{t("answers.none")}</p>}
				<Answers c={c} r={r} />
			</Section>
			{r.kind === "case" && <div class="three"><Linked c={c} r={r} kind="task" title={t("kind.task")} /><Linked c={c} r={r} kind="rfi" title={t("kind.rfi")} /><Linked c={c} r={r} kind="notice" title={t("kind.notice")} /></div>}
			{r.objects.length > 0 && <Section title={t("case.objects")}><ul class="plain">{r.objects.map((o) => <li><TypeBadge type={o.type} /> <ObjectLink c={c} o={o} /></li>)}</ul></Section>}
		</>
	);
}

export function CasePage({ c, id }: { c: string; id: string }): VNode {
	const whole = useCyber<RecWhole>(c, `cases/${id}`);
	const title = whole.data?.content.title ?? t("kind.case");
	return (
		<PageFrame title={title} shown={<Theirs text={title} />} up={[link("work", "cyber", c, "cases"), t("cases")]}>
			<Drill />
			<Loading of={whole}>{(r) => <Body c={c} r={r} />}</Loading>
		</PageFrame>
	);
}

// ---- new ----

const ids = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

export function CaseNew({ c }: { c: string }): VNode {
	const query = useCell(place).query;
	const kind = (query.get("kind") ?? "case") as Exclude<Kind, "answer">;
	const [form, set] = useState({ title: "", text: "", severity: "medium", type: "advisory", due: "", target: "", vulnerability: "", objects: query.get("object") ?? "", csaf: "" });
	const [to, set_to] = useState<string[]>([]);
	const [label, set_label] = useState("");
	const field = (key: keyof typeof form, name: string, area = false): VNode => (
		<label class="field">{name} {area ? <textarea rows={5} value={form[key]} onInput={(e) => set({ ...form, [key]: e.currentTarget.value })} /> : <input value={form[key]} onInput={(e) => set({ ...form, [key]: e.currentTarget.value })} />}</label>
	);
	const send = async (): Promise<void> => {
		const content: Content = { title: form.title, status: kind === "notice" ? "published" : "open" };
		if (form.text) content[kind === "case" ? "summary" : "text"] = form.text;
		if (kind === "case") content.severity = form.severity;
		if (kind === "notice") {
			content.type = form.type;
			if (form.target) content.target = form.target;
			if (form.vulnerability) content.vulnerability = form.vulnerability;
			if (form.csaf) content.csaf = JSON.parse(form.csaf);
		}
		if (form.due) content.due = new Date(form.due).toISOString();
		if (form.objects) content.objects = ids(form.objects);
		const about = query.get("case");
		if (about && kind !== "case") content.case = about;
		const made = await post<RecWhole>(`/coalitions/${c}/cyber/cases`, { kind, mode: mode.get(), label, audience: to, content }, { key: fresh_key() });
		go(case_link(c, made.object));
	};
	return (
		<PageFrame title={t(`new.${kind}`)} up={[link("work", "cyber", c, "cases"), t("cases")]}>
			<Drill />
			<div class="form">
				{field("title", t(kind === "rfi" ? "rfi.question" : "case.title"))}
				{field("text", t("case.text"), true)}
				{kind === "case" && <label class="field">{t("case.severity")} <select value={form.severity} onChange={(e) => set({ ...form, severity: e.currentTarget.value })}>{["low", "medium", "high", "critical"].map((s) => <option value={s}>{word("severity", s)}</option>)}</select></label>}
				{kind === "notice" && <label class="field">{t("notice.type")} <select value={form.type} onChange={(e) => set({ ...form, type: e.currentTarget.value })}>{["advisory", "takedown", "vulnerability"].map((s) => <option value={s}>{word("notice", s)}</option>)}</select></label>}
				{kind === "notice" && form.type === "takedown" && field("target", t("notice.target"))}
				{kind === "notice" && form.type !== "takedown" && field("vulnerability", t("notice.vulnerability"))}
				{kind === "notice" && form.type === "advisory" && field("csaf", t("notice.csaf"), true)}
				{(kind === "task" || kind === "rfi") && <label class="field">{t("case.due")} <input type="datetime-local" value={form.due} onInput={(e) => set({ ...form, due: e.currentTarget.value })} /></label>}
				{field("objects", t("case.object_ids"))}
				<Audience c={c} to={to} set={set_to} />
				<LabelChoice c={c} label={label} set={set_label} />
				<div class="buttons"><Do main text={t(`new.${kind}`)} act={send} /></div>
			</div>
		</PageFrame>
	);
}
