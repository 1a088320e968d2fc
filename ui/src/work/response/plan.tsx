// The plan of a request: what goes where and how far that is from the best, why the rest does not go, and beside it another: from the offers in hand, or without a party and with it.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem, query } from "../../api.js";
import { useLoad } from "../../load.js";
import { PageFrame } from "../../parts/page.js";
import { Busy, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { may, mode, session } from "../../state.js";
import { usePost } from "./acts.js";
import { Drill, in_hours, span, useResponse } from "./bits.js";
import { money } from "./money.js";
import { t, word } from "./msg.js";
import type { Dossier, Effect, EffectRow, EffectSide, Plan, PlanLine, Take } from "./types.js";

const percent = (permille: number): string => `${Math.floor(permille / 10)} %`;
const short = (type: string): string => type.split(".").pop() ?? type;

// Covered is solid, the rest empty; the number stands beside it.
function Cover({ permille }: { permille: number }): VNode {
	return (
		<svg class="cover-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
			<rect class="empty-bar" width="100" height="10" rx="1" /><rect class="sure" width={permille / 10} height="10" />
		</svg>
	);
}

// ---- one plan ----

function TakeLine({ k }: { k: Take }): VNode {
	return (
		<li>
			{k.quantity} × <Theirs text={k.name || k.type} />, <Theirs text={k.member} />{k.mode && `, ${word("mode", k.mode)}`}, <Time at={k.arrives} bare />
			{k.late_minutes > 0 && <> <span class="badge bad">{t("plan.late", { span: span(k.late_minutes) })}</span></>}
			{k.approval_needed && <> <span class="badge wait">{t("plan.approval")}</span></>}
		</li>
	);
}

function WhyNot({ l }: { l: PlanLine }): VNode | null {
	if (l.covered_permille >= 1000) return null;
	if (l.why_not.length === 0) return <p class="remark">{t("plan.nobody")}</p>;
	return (
		<details class="why-not">
			<summary>{t("plan.why", { n: l.why_not.length })}</summary>
			<ul>{l.why_not.map((w) => <li><Theirs text={w.name || w.lot} />, <Theirs text={w.member} />: {word("rule", w.rule.replaceAll(" ", "_"))}{w.detail && <> (<Theirs text={w.detail} />)</>}</li>)}</ul>
		</details>
	);
}

function quality(p: Plan): string {
	if (p.gap_ppm === 0) return t("plan.best");
	return p.how === "draft" ? t("plan.draft") : t("plan.gap", { n: (Math.ceil(p.gap_ppm / 100) / 100).toFixed(2) });
}

function PlanView({ p, title, busy }: { p: Plan; title: string; busy?: boolean }): VNode {
	return (
		<section class="plan" aria-label={title}>
			<h2>{title}</h2>
			<p><strong>{quality(p)}</strong>{busy && <> <span class="remark">{t("plan.better")}</span></>}</p>
			<p class="remark">{t("plan.cost")} {money(p.cost, p.currency)}{p.members.filter((m) => m.cost > 0).map((m) => <> · <Theirs text={m.member} /> {money(m.cost, p.currency)}</>)}</p>
			{p.stated && <p class="remark">{t("plan.stated", { hash: p.stated.slice(0, 12) })}</p>}
			{p.left_out > 0 && <p class="remark missing">{t("plan.left_out", { n: p.left_out })}</p>}
			{p.lines.length === 0 && <p class="nothing">{t("plan.nothing")}</p>}
			{p.lines.map((l) => (
				<div class="plan-line">
					<p class="offer-head"><span>{l.line} <strong>{short(l.type)}</strong> <Cover permille={l.covered_permille} /> {t("plan.of", { covered: percent(l.covered_permille), n: l.quantity })}</span></p>
					{l.needed_by && <p class="remark">{t("line.needed")} <Time at={l.needed_by} bare /></p>}
					{l.from.length > 0 && <ul>{l.from.map((k) => <TakeLine k={k} />)}</ul>}
					<WhyNot l={l} />
				</div>
			))}
		</section>
	);
}

// ---- accepting what a plan of offers takes ----

function AcceptPlan({ c, d, p }: { c: string; d: Dossier; p: Plan }): VNode | null {
	const { problem, busy, say } = usePost(c);
	const [by, set_by] = useState(session.get()?.user?.name ?? "");
	const [waits, set_waits] = useState(false);
	// A lot of such a plan is an item of an offer: OBJECT#ITEM.
	const items = new Map<string, { item: number; line: number; quantity: number }[]>();
	for (const l of p.lines)
		for (const k of l.from) {
			const [offer, item] = k.lot.split("#");
			if (offer && item) items.set(offer, [...(items.get(offer) ?? []), { item: Number(item), line: l.line, quantity: k.quantity }]);
		}
	if (!d.own || !may("response", "officer") || items.size === 0) return null;
	const send = async (e: Event): Promise<void> => {
		e.preventDefault();
		for (const [offer, list] of items) {
			const leaf = d.offers.find((o) => o.object === offer)?.leaf;
			const content = { offer, offer_leaf: leaf, items: list, ...(d.content.four_eyes ? {} : { authorised_by: by }), commit_by: in_hours(6) };
			// The first that is refused ends it: what has been accepted by then stands, and the page shows it.
			if (!(await say("acceptances", content))) return;
		}
		set_waits(d.content.four_eyes === true);
	};
	if (waits) return <p role="status"><a href={link("work", "response", c, "request", d.object)}>{t("second.title")}</a></p>;
	return (
		<form class="inline-form accept-plan" onSubmit={send}>
			<h3>{t("plan.accept", { n: items.size })}</h3>
			<p class="remark">{t("offer.accept_remark")}</p>
			{d.content.four_eyes ? <p class="remark">{t("second.remark")}</p> : <label>{t("offer.by")} <input required maxLength={200} value={by} onInput={(e) => set_by(e.currentTarget.value)} /></label>}
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main" disabled={busy}>{t("offer.accept")}</button></div>
		</form>
	);
}

// ---- with and without ----

function Side({ s, less }: { s: EffectSide; less?: boolean }): VNode {
	return (
		<>
			<Cover permille={s.covered_permille} /> <strong class={less ? "missing" : undefined}>{percent(s.covered_permille)}</strong>{" "}
			{s.on_time_permille < s.covered_permille && <small class="remark">{t("effect.on_time", { n: percent(s.on_time_permille) })} </small>}
			{s.last_minutes === null ? <span class="remark">{t("effect.never")}</span> : <span>{t("effect.in", { span: hours(s.last_minutes) })}</span>}
		</>
	);
}

// Hours and minutes: what a report is compared by.
function hours(minutes: number): string {
	return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h`;
}

function EffectTable({ rows, title }: { rows: readonly EffectRow[]; title: string }): VNode {
	return (
		<table class="fold effect">
			<caption>{title}</caption>
			<thead><tr><th scope="col">{t("line.type")}</th><th scope="col">{t("line.quantity")}</th><th scope="col">{t("effect.without")}</th><th scope="col">{t("effect.with")}</th><th scope="col">{t("effect.same")}</th></tr></thead>
			<tbody>
				{rows.map((r) => (
					<tr>
						<td data-label={t("line.type")}>{r.line} <strong>{short(r.type)}</strong></td>
						<td data-label={t("line.quantity")}>{r.quantity}</td>
						<td data-label={t("effect.without")}><Side s={r.without} /></td>
						<td data-label={t("effect.with")}><Side s={r.with} less={r.with.covered_permille < r.without.covered_permille} /></td>
						<td data-label={t("effect.same")}>{r.same_minutes === null ? "–" : t("effect.in", { span: hours(r.same_minutes) })}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function EffectView({ e }: { e: Effect }): VNode {
	return (
		<Section title={t("effect.title", { who: e.party })}>
			<p class="remark">{t("effect.remark")}</p>
			<EffectTable rows={e.lines} title={t("request.lines")} />
			{e.types.length < e.lines.length && <EffectTable rows={e.types} title={t("effect.types")} />}
		</Section>
	);
}

// What a party that is no member yet says that it would bring: its table, of which nothing is kept.
function Candidate({ c, id, show }: { c: string; id: string; show: (e: Effect) => void }): VNode {
	const [name, set_name] = useState("");
	const [file, set_file] = useState<File>();
	const [problem, set] = useState<Problem>();
	const send = async (e: Event): Promise<void> => {
		e.preventDefault();
		set(undefined);
		try {
			show(await post<Effect>(`/coalitions/${c}/response/requests/${id}/effect${query({ party: name, seconds: 2, mode: mode.get() })}`, await file!.text(), { type: "text/plain" }));
		} catch (x) {
			set(x instanceof Problem ? x : new Problem("io", 0, String(x)));
		}
	};
	return (
		<form class="inline-form" onSubmit={send}>
			<p class="remark">{t("effect.candidate_remark")}</p>
			<label>{t("effect.who")} <input required maxLength={200} value={name} onInput={(e) => set_name(e.currentTarget.value)} /></label>
			<label>{t("effect.file")} <input type="file" accept=".csv,text/csv" required onChange={(e) => set_file(e.currentTarget.files?.[0])} /></label>
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main" disabled={!file}>{t("effect.show")}</button></div>
		</form>
	);
}

// ---- the page ----

type Parties = { items: { id: string; label: string; member: boolean }[] };

// A draft at once, and what the solver finds when it has found it; both again when a record comes.
function useBoth(c: string, path: string | null, more: string): { plan?: Plan; busy: boolean; problem?: Problem; reload: () => void } {
	const draft = useResponse<Plan>(c, path, `${more}&seconds=0`);
	const solved = useResponse<Plan>(c, path, `${more}&seconds=2`);
	const busy = path !== null && (solved.data === undefined || solved.data.problem !== (draft.data ?? solved.data).problem);
	return { plan: busy ? draft.data : solved.data, busy: busy && draft.data?.gap_ppm !== 0, problem: draft.problem, reload: solved.reload };
}

export function PlanPage({ c, id }: { c: string; id: string }): VNode {
	const one = useResponse<Dossier>(c, `requests/${id}`);
	const parties = useLoad<Parties>(`/coalitions/${c}/parties`);
	const [other, set] = useState("offers");
	const [stated, set_stated] = useState<Effect>();
	const party = other.startsWith("party:") ? other.slice(6) : "";
	const main = useBoth(c, party ? null : `requests/${id}/plan`, "");
	const offers = useResponse<Plan>(c, other === "offers" && !main.busy ? `requests/${id}/plan` : null, "&of=offers&seconds=1");
	const effect = useResponse<Effect>(c, party ? `requests/${id}/effect` : null, `&party=${encodeURIComponent(party)}&seconds=1`);
	const shown = party ? effect.data : other === "table" ? stated : undefined;
	return (
		<PageFrame title={t("plan.title")} up={[link("work", "response", c, "request", id), one.data?.content.title ?? t("board")]}
			shown={one.data && <>{t("plan.title")} <span class="code">{one.data.content.code}</span></>}>
			<Drill />
			<Trouble problem={one.problem ?? main.problem} reload={main.reload} />
			<p class="remark">{t("plan.remark")}</p>
			<label class="beside">{t("plan.beside")} <select value={other} onChange={(e) => { set(e.currentTarget.value); set_stated(undefined); }}>
				<option value="offers">{t("plan.offers")}</option>
				{(parties.data?.items ?? []).filter((p) => p.member).map((p) => <option value={`party:${p.label}`}>{t("plan.party", { who: p.label })}</option>)}
				<option value="table">{t("plan.table")}</option>
			</select></label>
			{other === "table" && <Candidate c={c} id={id} show={set_stated} />}
			{party && <Trouble problem={effect.problem?.status === 503 ? undefined : effect.problem} reload={effect.reload} />}
			{shown && <EffectView e={shown} />}
			<div class="plans">
				{shown
					? <><PlanView p={shown.without} title={t("effect.plan_without", { who: shown.party })} /><PlanView p={shown.with} title={t("effect.plan_with", { who: shown.party })} /></>
					: (
						<>
							{main.plan ? <PlanView p={main.plan} title={t("plan.capabilities")} busy={main.busy} /> : <Busy />}
							{other === "offers" && offers.data && (
								<div>
									<PlanView p={offers.data} title={t("plan.offers")} />
									{one.data && <AcceptPlan c={c} d={one.data} p={offers.data} />}
								</div>
							)}
						</>
					)}
			</div>
		</PageFrame>
	);
}
