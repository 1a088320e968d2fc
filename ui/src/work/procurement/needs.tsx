// Needs and pools: what members need, what could be bought together, who takes part with how much.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Name, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { may, mode } from "../../state.js";
import { Cash, Drill, number, to_problem, useProcure, useProcureList } from "./bits.js";
import { Fold, RecordForm } from "./forms.js";
import { t, word } from "./msg.js";
import { AgreementForm } from "./tender-form.js";
import type { Need, Pool, PoolView, Rec, Suggestion } from "./types.js";

const BLANK = { title: "", scheme: "CPV", code: "", quantity: "", unit: "H87", price: "", firmness: "interest" };

function NeedForm({ c, done }: { c: string; done: () => void }): VNode {
	const [f, set] = useState(BLANK);
	const [problem, set_problem] = useState<Problem>();
	const put = (k: keyof typeof BLANK) => (e: { currentTarget: { value: string } }): void => set({ ...f, [k]: e.currentTarget.value });
	const send = (e: Event): void => {
		e.preventDefault();
		const content: Need = {
			title: f.title, classification: f.code ? [{ scheme: f.scheme, id: f.code }] : [], quantity: Number(f.quantity), unit: f.unit, firmness: f.firmness, status: "stated",
			...(f.price ? { maxUnitPrice: { amount: Number(f.price), currency: "EUR" } } : {}),
		};
		post(`/coalitions/${c}/procurement/records`, { kind: "procurement/need/1", mode: mode.get(), content }).then(() => { set(BLANK); set_problem(undefined); done(); }, (err: unknown) => set_problem(to_problem(err)));
	};
	return (
		<form class="sheet" onSubmit={send}>
			<div class="columns">
				<label>{t("need.title")} <input required maxLength={200} value={f.title} onInput={put("title")} /></label>
				<label>{t("need.scheme")} <select value={f.scheme} onChange={put("scheme")}>{["CPV", "UNSPSC", "NSN", "GTIN", "LOCAL"].map((s) => <option>{s}</option>)}</select></label>
				<label>{t("need.code")} <input value={f.code} onInput={put("code")} /></label>
				<label>{t("need.quantity")} <input required type="number" min="0" step="0.001" value={f.quantity} onInput={put("quantity")} /></label>
				<label>{t("need.unit")} <input required maxLength={16} value={f.unit} onInput={put("unit")} /></label>
				<label>{t("need.price")} <input type="number" min="0" step="0.01" value={f.price} onInput={put("price")} /></label>
				<label>{t("need.firmness")} <select value={f.firmness} onChange={put("firmness")}><option value="interest">{word("firmness", "interest")}</option><option value="committed">{word("firmness", "committed")}</option></select></label>
			</div>
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main">{t("need.state")}</button></div>
		</form>
	);
}

function Suggestions({ c }: { c: string }): VNode | null {
	const of = useProcure<{ items: Suggestion[] }>(c, `suggestions?mode=${mode.get()}`);
	const [problem, set_problem] = useState<Problem>();
	const pool = (s: Suggestion): void => {
		const first = s.needs[0]?.content;
		if (!first) return;
		const content = { title: first.title, classification: first.classification, unit: first.unit, needs: s.needs.map((n) => n.object), status: "collecting" };
		post(`/coalitions/${c}/procurement/records`, { kind: "procurement/pool/1", mode: mode.get(), content }).then(of.reload, (e: unknown) => set_problem(to_problem(e)));
	};
	if (!of.data?.items.length) return null;
	return (
		<Section title={t("suggestions")} remark={t("suggestions.remark")}>
			<Trouble problem={problem} />
			<ul class="plain">
				{of.data.items.map((s) => (
					<li class="suggestion">
						<strong><Theirs text={s.needs[0]?.content.title ?? s.key} /></strong> <code>{s.key}</code> {s.by === "class" && <span class="badge none">{t("suggestions.class")}</span>} · {t("members", { n: s.members })} · {number(s.quantity)} {s.unit}{" "}
						{may("procurement", "contributor") && <button type="button" class="small" onClick={() => pool(s)}>{t("pool.propose")}</button>}
					</li>
				))}
			</ul>
		</Section>
	);
}

export function Needs({ c }: { c: string }): VNode {
	const needs = useProcureList<Rec<Need>>(c, "records", { kind: "need" });
	const pools = useProcureList<Rec<Pool>>(c, "records", { kind: "pool" });
	const [form, set_form] = useState(false);
	const fresh = may("procurement", "contributor") && <button type="button" class="main" aria-expanded={form} onClick={() => set_form(!form)}>{t("need.new")}</button>;
	return (
		<PageFrame title={t("needs")} side={fresh}>
			<Drill />
			{form && <NeedForm c={c} done={() => { set_form(false); needs.reload(); }} />}
			<Suggestions c={c} />
			<Section title={t("pools")}>
				{!pools.busy && pools.items.length === 0 && <Empty title={t("pools.none")}><p>{t("pools.none_next")}</p></Empty>}
				<ul class="plain">{pools.items.map((p) => <li><a href={link("work", "procurement", c, "pool", p.object)}><Theirs text={p.content.title} /></a> <span class="badge info">{word("pool", p.content.status)}</span> <Name id={p.author} label={p.author_label} /></li>)}</ul>
			</Section>
			<Section title={t("needs.all")}>
				<Trouble problem={needs.problem} reload={needs.reload} />
				{!needs.busy && needs.items.length === 0 && <Empty title={t("needs.none")}><p>{t("needs.none_next")}</p></Empty>}
				{needs.items.length > 0 && (
					<table class="fold">
						<thead><tr><th scope="col">{t("need.title")}</th><th scope="col">{t("member")}</th><th scope="col">{t("need.code")}</th><th scope="col">{t("need.quantity")}</th><th scope="col">{t("need.price")}</th><th scope="col">{t("need.firmness")}</th></tr></thead>
						<tbody>
							{needs.items.map((n) => (
								<tr>
									<td data-label={t("need.title")}><Theirs text={n.content.title} /> {n.content.status === "withdrawn" && <span class="badge none">{t("need.withdrawn")}</span>}</td>
									<td data-label={t("member")}><Name id={n.author} label={n.author_label} /></td>
									<td data-label={t("need.code")}>{n.content.classification.map((x) => <code>{x.scheme} {x.id}</code>)}</td>
									<td data-label={t("need.quantity")}>{number(n.content.quantity)} {n.content.unit}</td>
									<td data-label={t("need.price")}><Cash of={n.content.maxUnitPrice} /></td>
									<td data-label={t("need.firmness")}>{word("firmness", n.content.firmness)}</td>
								</tr>
							))}
						</tbody>
					</table>
				)}
			</Section>
		</PageFrame>
	);
}

function TakePart({ c, pool, after }: { c: string; pool: string; after: () => void }): VNode {
	const [quantity, set] = useState("0");
	const [problem, set_problem] = useState<Problem>();
	const say = (status: string): void => {
		const content = { pool, status, quantity: status === "declined" ? 0 : Number(quantity) };
		post(`/coalitions/${c}/procurement/records`, { kind: "procurement/participation/1", content }).then(after, (e: unknown) => set_problem(to_problem(e)));
	};
	return (
		<div class="sheet">
			<label>{t("need.quantity")} <input type="number" min="0" step="0.001" value={quantity} onInput={(e) => set(e.currentTarget.value)} /></label>
			<Trouble problem={problem} />
			<div class="buttons">
				<button type="button" onClick={() => say("interested")}>{t("pool.interested")}</button>
				<button type="button" class="main" onClick={() => say("committed")}>{t("pool.commit")}</button>
				<button type="button" onClick={() => say("declined")}>{t("pool.decline")}</button>
			</div>
		</div>
	);
}

const members = (p: PoolView): readonly (readonly [string, string])[] => p.participations.filter((x) => x.content.status !== "declined").map((x) => [x.author, x.author_label] as const);
const label_of = (p: PoolView, id: string): string => p.participations.find((x) => x.author === id)?.author_label ?? (p.pool.author === id ? p.pool.author_label : id.slice(0, 8));

export function PoolPage({ c, id }: { c: string; id: string }): VNode {
	const of = useProcure<PoolView>(c, `pools/${id}`);
	const title = of.data?.pool.content.title ?? t("pools");
	return (
		<PageFrame title={title} shown={<Theirs text={title} />} up={[link("work", "procurement", c, "needs"), t("needs")]}>
			<Drill />
			<Loading of={of}>
				{(p) => (
					<>
						<p class="sum"><strong>{number(p.committed)}</strong> {t("pool.committed")} · <strong>{number(p.interested)}</strong> {t("pool.of_interest")} · {p.pool.content.unit} · {t("members", { n: p.members })}</p>
						{p.pool.content.closes && <p>{t("pool.closes")} <Time at={p.pool.content.closes} /></p>}
						{may("procurement", "contributor") && <Section title={t("pool.take_part")} remark={t("pool.may_decline")}><TakePart c={c} pool={id} after={of.reload} /></Section>}
						<Section title={t("participants")}>
							{p.participations.length === 0 && <Empty title={t("pool.nobody")} />}
							<table class="fold">
								<thead><tr><th scope="col">{t("member")}</th><th scope="col">{t("need.firmness")}</th><th scope="col">{t("need.quantity")}</th><th scope="col">{t("received")}</th></tr></thead>
								<tbody>{p.participations.map((x) => <tr><td data-label={t("member")}><Name id={x.author} label={x.author_label} /></td><td data-label={t("need.firmness")}>{word("part", x.content.status)}</td><td data-label={t("need.quantity")}>{number(x.content.quantity)}</td><td data-label={t("received")}><Time at={x.time} /></td></tr>)}</tbody>
							</table>
						</Section>
						<Section title={t("pool.votes")}>
							<ul class="plain">{p.votes.map((v) => <li><Name id={v.author} label={v.author_label} /> → <Theirs text={label_of(p, v.content.lead)} /></li>)}</ul>
							{may("procurement", "contributor") && members(p).length > 0 && <Fold label={t("pool.vote")}>{(close) => <RecordForm c={c} kind="vote" label={t("pool.vote")} after={() => { close(); of.reload(); }} fields={[{ key: "lead", label: t("lead"), type: "choice", options: members(p) }, { key: "text", label: t("form.why"), optional: true, max: 2000 }]} make={(v) => ({ pool: id, lead: v["lead"], ...(v["text"] ? { text: v["text"] } : {}) })} />}</Fold>}
						</Section>
						{may("procurement", "contributor") && p.participations.some((x) => x.own && x.content.status === "committed") && <Section title={t("agreement")} remark={t("agreement.remark")}><Fold label={t("agreement.write")}>{(close) => <AgreementForm c={c} p={p} me={p.participations.find((x) => x.own)!.author} after={() => { close(); location.hash = link("work", "procurement", c); }} />}</Fold></Section>}
					</>
				)}
			</Loading>
		</PageFrame>
	);
}
