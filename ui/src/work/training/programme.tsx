// The programme: entries as bars over the year, what clashes and why, what waits for this member's answer, where an entry fits.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { get, post, Problem } from "../../api.js";
import { useCell } from "../../cell.js";
import { useLoad } from "../../load.js";
import { Dialog } from "../../parts/dialog.js";
import { Form } from "../../parts/form.js";
import { Gantt } from "../../parts/gantt.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Name, Section, Theirs, Trouble } from "../../parts/text.js";
import { may, mode, session } from "../../state.js";
import { base, Gate, State, useTraining } from "./bits.js";
import { Calendars } from "./calendars.js";
import { t, word } from "./msg.js";
import type { Entry, Fit, Programme, Proposal } from "./types.js";
import { list, str } from "./types.js";

const split = (s: unknown): string[] => String(s ?? "").split(",").map((x) => x.trim()).filter(Boolean);
type Parties = { items: { id: string; label: string; member: boolean }[] };

function NewEntry({ c, close }: { c: string; close: () => void }): VNode {
	const parties = useLoad<Parties>(`/coalitions/${c}/parties`);
	const members = (parties.data?.items ?? []).filter((p) => p.member);
	const send = async (v: Record<string, unknown>): Promise<void> => {
		const { venues, units, days, priority, members: asked, ...rest } = v;
		await post(`${base(c)}/records`, { kind: "entry", mode: mode.get() === "test" ? "test" : "real", content: { ...rest, days: Number(days), ...(priority ? { priority: Number(priority) } : {}), ...(split(venues).length && { venues: split(venues) }), ...(split(units).length && { units: split(units) }), parties: (asked as string[] | undefined)?.length ? asked : members.map((m) => m.id) } });
		close();
	};
	return (
		<Dialog title={t("entry.new")} close={close}>
			<Form submit={t("save")} send={send} cancel={close} focus value={{ kind: "exercise", days: "5" }}
				schema={{ type: "object", required: ["title", "kind", "from", "to", "days"], properties: {
					title: { type: "string", maxLength: 300 }, kind: { type: "string", enum: ["exercise", "course", "conference", "certification", "standby"], names: (v: string) => word("entry", v) },
					from: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" }, to: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" }, days: { type: "string", pattern: "^\\d{1,3}$" }, start: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" },
					venues: { type: "string" }, units: { type: "string" }, priority: { type: "string", enum: ["1", "2", "3", "4", "5"] },
					members: { type: "array", items: { type: "string", enum: members.map((m) => m.id), names: (v: string) => members.find((m) => m.id === v)?.label ?? v } },
				} } as never} />
		</Dialog>
	);
}

function FitDialog({ c, e, close }: { c: string; e: Entry; close: () => void }): VNode {
	const fit = useTraining<Fit>(c, `/entries/${e.record.object}/fit`);
	return (
		<Dialog title={t("fit.title", { name: str(e.record.content, "title") })} close={close} wide>
			<Loading of={fit}>
				{(d) => (
					<div class="tr-scroll"><table class="fold">
						<thead><tr><th>{t("fit.start")}</th><th>{t("fit.venue")}</th><th>{t("fit.cost")}</th><th>{t("fit.clashes")}</th></tr></thead>
						<tbody>{d.places.slice(0, 80).map((p) => <tr class={p.clashes ? "tr-no" : undefined}><td>{p.start}</td><td><Theirs text={p.venue || "—"} /></td><td>{p.cost}</td><td>{p.clashes ? <><span class="badge bad">{p.clashes}</span> <Theirs text={p.why} /></> : <span class="badge good">{t("fit.free")}</span>}</td></tr>)}</tbody>
					</table></div>
				)}
			</Loading>
		</Dialog>
	);
}

function ProposalDialog({ c, close }: { c: string; close: () => void }): VNode {
	const [seed, set_seed] = useState(1);
	const [found, set] = useState<Proposal>();
	const [problem, fail] = useState<Problem>();
	const [busy, wait] = useState(false);
	const ask = (): void => {
		wait(true);
		post<Proposal>(`${base(c)}/programme/proposal`, { seed, mode: mode.get() === "test" ? "test" : "real" }).then((p) => set(p), (e: unknown) => fail(e as Problem)).finally(() => wait(false));
	};
	return (
		<Dialog title={t("propose.title")} close={close} wide>
			<p class="remark">{t("propose.remark")}</p>
			<label class="tr-inline">{t("propose.seed")} <input type="number" min={0} value={seed} onInput={(e) => set_seed(Number(e.currentTarget.value))} /></label> <button type="button" class="main" disabled={busy} onClick={ask}>{t("propose.ask")}</button>
			<Trouble problem={problem} />
			{found && <><p><strong>{t("propose.found", { n: found.placed, all: found.places.length })}</strong></p><div class="tr-scroll"><ul class="plain-list">{found.places.map((p) => <li>{p.placed ? <><code>{p.start}</code> <Theirs text={p.title} /> <span class="remark"><Theirs text={p.venue ?? ""} /></span> {p.moved && <span class="badge wait">{t("propose.moved")}</span>}</> : <><span class="badge bad">{t("propose.nowhere")}</span> <Theirs text={p.title} /></>}</li>)}</ul></div></>}
		</Dialog>
	);
}

function Mine({ c, entries }: { c: string; entries: Entry[] }): VNode | null {
	const self = session.get()?.member.id;
	const open = entries.filter((e) => !e.cancelled && e.state !== "draft" && e.answers.some((a) => a.member.id === self && a.answer === "open"));
	const [problem, fail] = useState<Problem>();
	const [reason, set] = useState<Record<string, string>>({});
	if (!open.length) return null;
	const say = (e: Entry, answer: string): void => void post(`${base(c)}/entries/${e.record.object}/answer`, { answer, ...(reason[e.record.object] && { reason: reason[e.record.object] }) }).then(() => fail(undefined), (x: unknown) => fail(x as Problem));
	return (
		<Section title={t("programme.mine")}>
			<Trouble problem={problem} />
			<ul class="plain-list">{open.map((e) => (
				<li><strong><Theirs text={str(e.record.content, "title")} /></strong> {e.start} – {e.end} <Name label={e.record.author.label} />
					{may("training", "officer") && <span class="tr-respond"><input placeholder={t("programme.reason")} aria-label={t("programme.reason")} value={reason[e.record.object] ?? ""} onInput={(x) => set({ ...reason, [e.record.object]: x.currentTarget.value })} /><button type="button" class="small main" onClick={() => say(e, "accept")}>{t("programme.accept")}</button><button type="button" class="small" onClick={() => say(e, "decline")}>{t("programme.decline")}</button></span>}
				</li>
			))}</ul>
		</Section>
	);
}

function Board({ c, p }: { c: string; p: Programme }): VNode {
	const [fit, set_fit] = useState<Entry>();
	const [by, set_by] = useState<"host" | "venue" | "unit">("host");
	const clashing = new Set(p.clashes.flatMap((x) => [x.a, x.b ?? ""]));
	const lanes = new Map<string, Entry[]>();
	for (const e of p.entries) {
		const keys = by === "host" ? [e.record.author.label] : by === "venue" ? [e.venue || "—"] : list(e.record.content, "units").length ? list(e.record.content, "units") : ["—"];
		for (const k of keys) lanes.set(k, [...(lanes.get(k) ?? []), e]);
	}
	const step = (e: Entry, to: string): void => void post(`${base(c)}/records/${e.record.object}/step`, { to }).catch(() => undefined);
	if (!p.entries.length) return <Empty title={t("programme.none")}><p>{t("programme.none_next")}</p></Empty>;
	return (
		<>
			<Mine c={c} entries={p.entries} />
			<Section title={t("programme.year")} side={<label class="tr-inline">{t("programme.by")} <select value={by} onChange={(e) => set_by(e.currentTarget.value as "host")}><option value="host">{t("programme.by_host")}</option><option value="venue">{t("programme.by_venue")}</option><option value="unit">{t("programme.by_unit")}</option></select></label>}>
				<Gantt title={t("programme")} lanes={[...lanes].sort(([a], [b]) => a.localeCompare(b)).map(([id, all]) => ({ id, title: id, bars: all.map((e) => ({ from: `${e.start}T00:00:00Z`, to: `${e.end}T23:59:59Z`, text: str(e.record.content, "title"), tone: e.cancelled ? "none" as const : clashing.has(e.record.object) ? "bad" as const : e.state === "firm" ? "good" as const : "wait" as const })) }))} />
			</Section>
			<Section title={t("programme.clashes", { n: p.clashes.length })}>
				{!p.clashes.length && <p class="notice good">{t("programme.no_clash")}</p>}
				<ul class="plain-list tr-findings">{p.clashes.map((x) => <li><span class="badge bad">{word("clash", x.kind)}</span> <Theirs text={x.text} /></li>)}</ul>
			</Section>
			<Section title={t("programme.entries")}>
				<table class="fold"><thead><tr><th>{t("fit.start")}</th><th>{t("exercise.name")}</th><th>{t("fit.venue")}</th><th>{t("exercise.state")}</th><th>{t("programme.answers")}</th><th /></tr></thead>
					<tbody>{[...p.entries].sort((a, b) => a.start.localeCompare(b.start)).map((e) => (
						<tr class={e.cancelled ? "tr-no" : undefined}>
							<td data-label={t("fit.start")}>{e.start} – {e.end}</td><td data-label={t("exercise.name")}><strong><Theirs text={str(e.record.content, "title")} /></strong> <small class="remark">{word("entry", str(e.record.content, "kind"))}</small></td><td data-label={t("fit.venue")}><Theirs text={e.venue || "—"} /></td><td data-label={t("exercise.state")}><State of={e.cancelled ? "cancelled" : e.state} /></td>
							<td data-label={t("programme.answers")}>{e.answers.map((a) => <span class={`tr-light ${a.answer}`} title={a.reason || word("answer", a.answer)}><i aria-hidden="true" /><Name label={a.member.label} /></span>)}</td>
							<td class="tr-acts"><button type="button" class="small" onClick={() => set_fit(e)}>{t("fit")}</button>{e.record.own && e.state === "draft" && <button type="button" class="small" onClick={() => step(e, "proposed")}>{word("state", "proposed")}</button>}{e.record.own && e.state === "proposed" && <button type="button" class="small" onClick={() => step(e, "firm")}>{word("state", "firm")}</button>}</td>
						</tr>
					))}</tbody></table>
			</Section>
			{fit && <FitDialog c={c} e={fit} close={() => set_fit(undefined)} />}
		</>
	);
}

export function ProgrammePage({ c }: { c: string }): VNode {
	const now = useCell(mode);
	const p = useTraining<Programme>(c, `/programme?mode=${now === "test" ? "test" : "real"}`);
	const [making, make] = useState<"entry" | "proposal" | null>(null);
	const side = now !== "exercise" && may("training", "contributor") && <><button type="button" onClick={() => make("proposal")}>{t("propose")}</button><button type="button" class="main" onClick={() => make("entry")}>{t("entry.new")}</button></>;
	return (
		<PageFrame title={t("programme")} side={side}>
			<Gate want="real"><Loading of={p}>{(d) => <Board c={c} p={d} />}</Loading><Calendars c={c} /></Gate>
			{making === "entry" && <NewEntry c={c} close={() => { make(null); void get(`${base(c)}/programme`).then(p.reload, () => undefined); }} />}
			{making === "proposal" && <ProposalDialog c={c} close={() => make(null)} />}
		</PageFrame>
	);
}
