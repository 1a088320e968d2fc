// The award lab: the cheapest award that keeps the published rules, what each rule costs, what each loser would have cost; and what if the rules were others.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem, query } from "../../api.js";
import { Loading } from "../../parts/page.js";
import { Empty, Facts, Name, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { may } from "../../state.js";
import { Act, Cash, Tick, to_problem, useProcure } from "./bits.js";
import { Fold } from "./forms.js";
import { t, word } from "./msg.js";
import type { Award, Process } from "./types.js";

export function AwardTable({ a }: { a: Award }): VNode {
	return (
		<>
			<Facts rows={[[t("paid"), <Cash of={a.paid} />], [t("objective"), <Cash of={a.objective} />], [t("solver"), a.solver], [t("gap"), a.gapPpm ? `${a.gapPpm / 10000} %` : t("optimum")], !!a.unawarded.length && [t("unawarded"), a.unawarded.join(", ")]]} />
			<table class="fold">
				<thead><tr><th scope="col">{t("supplier")}</th><th scope="col">{t("lots")}</th><th scope="col">{t("need.quantity")}</th><th scope="col">{t("price")}</th></tr></thead>
				<tbody>{a.lines.map((l) => <tr><td data-label={t("supplier")}><Theirs text={l.supplier} /></td><td data-label={t("lots")}>{l.lots.join(", ")}</td><td data-label={t("need.quantity")}>{l.quantity ?? t("all")}</td><td data-label={t("price")}><Cash of={l.price} /></td></tr>)}</tbody>
			</table>
			{a.losers.length > 0 && <><h3>{t("losers")}</h3><ul class="plain">{a.losers.map((l) => <li><strong><Theirs text={l.supplier} /></strong>: {l.more && <>+<Cash of={l.more} /> </>}<Theirs text={l.reason} /></li>)}</ul>{!!a.losersMore && <p class="remark">{t("losers.more", { n: a.losersMore })}</p>}</>}
			{a.rules.length > 0 && <><h3>{t("rule_costs")}</h3><ul class="plain">{a.rules.map((r) => <li>{r.rule}: <Cash of={r.saving} /></li>)}</ul></>}
		</>
	);
}

function WhatIf({ c, p }: { c: string; p: Process }): VNode {
	const rules = p.tender?.content.award ?? {};
	const [wish, set] = useState({ third: "", nation: "", max: "", critical: true, explain: true });
	const q = query({ third_cap: wish.third, nation_cap: wish.nation, max_suppliers: wish.max, critical: wish.critical ? undefined : "false", explain: wish.explain ? "true" : undefined });
	const of = useProcure<Award>(c, `processes/${p.object}/lab${q}`);
	const put = (k: "third" | "nation" | "max") => (e: { currentTarget: { value: string } }): void => set({ ...wish, [k]: e.currentTarget.value });
	return (
		<>
			<form class="sheet" onSubmit={(e) => e.preventDefault()}>
				<div class="columns">
					<label>{t("lab.third")} <input type="number" min="0" max="1000" placeholder={String(rules.thirdCap ?? 0)} value={wish.third} onInput={put("third")} /></label>
					<label>{t("lab.nation")} <input type="number" min="0" max="1000" placeholder={String(rules.nationCap ?? 0)} value={wish.nation} onInput={put("nation")} /></label>
					<label>{t("lab.max")} <input type="number" min="0" max="1000" placeholder={String(rules.maxSuppliers ?? 0)} value={wish.max} onInput={put("max")} /></label>
				</div>
				<label class="check"><input type="checkbox" checked={wish.critical} onChange={(e) => set({ ...wish, critical: e.currentTarget.checked })} /> {t("lab.critical")}</label>
			</form>
			<Loading of={of}>{(a) => <AwardTable a={a} />}</Loading>
		</>
	);
}

// Whoever does not agree says why; that is what the lead reads.
function Refuse({ path, close, after }: { path: string; close: () => void; after: () => void }): VNode {
	const [why, set] = useState("");
	const [problem, set_problem] = useState<Problem>();
	const send = (e: Event): void => {
		e.preventDefault();
		post(path, { refuse: why }).then(() => { close(); after(); }, (x: unknown) => set_problem(to_problem(x)));
	};
	return (
		<form class="sheet" onSubmit={send}>
			<label class="wide">{t("form.why")} <textarea required rows={3} maxLength={4000} value={why} onInput={(e) => set(e.currentTarget.value)} /></label>
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main">{t("award.refuse")}</button></div>
		</form>
	);
}

export function Lab({ c, p, after }: { c: string; p: Process; after: () => void }): VNode {
	const base = `/coalitions/${c}/procurement/processes/${p.object}`;
	const opened = p.bids.some((b) => b.supplier);
	const officer = may("procurement", "officer");
	if (!opened) return <Empty title={t("evaluation.not_yet")}><p>{t("evaluation.not_yet_next")}</p></Empty>;
	if (p.prices_hidden) return <Empty title={t("prices_hidden")}><p>{t("lab.hidden_next")}</p></Empty>;
	return (
		<>
			{p.award && (
				<Section title={t("award")} remark={word("award", p.award.content.status)}>
					<AwardTable a={p.award.content} />
					<h3>{t("award.agreed", { n: p.award_agrees, all: p.participants.length })}</h3>
					<ul class="plain">{p.award_consents.map((x) => <li><Tick on={x.content.agrees} label={t("agree")} /> <Name id={x.author} label={x.author_label} /> {x.content.solver} {x.content.text && <small class="remark"><Theirs text={x.content.text} /></small>}</li>)}</ul>
					<p>{t("standstill")} <Time at={p.award.content.standstillUntil} /></p>
				</Section>
			)}
			{officer && p.is_participant && (
				<p class="buttons">
					{p.is_lead && (!p.award || p.award.content.status === "pending") && <Act path={`${base}/award`} label={t("award.propose")} after={after} />}
					{p.award?.content.status === "pending" && <Act path={`${base}/award-consent`} label={t("award.resolve")} after={after} />}
					{p.is_lead && p.state === "standstill" && <Act path={`${base}/finish`} label={t("award.finish")} after={after} />}
				</p>
			)}
			{officer && p.is_participant && p.award?.content.status === "pending" && <Fold label={t("award.refuse")}>{(close) => <Refuse path={`${base}/award-consent`} close={close} after={after} />}</Fold>}
			<Section title={t("lab")} remark={t("lab.remark")}><WhatIf c={c} p={p} /></Section>
		</>
	);
}
