// The tender as it stands: its hours with a countdown, lots and items, key and holders, questions and answers.
import type { VNode } from "preact";
import { may } from "../../state.js";
import { Command, Empty, Facts, Hash, Name, Section, Theirs, Time } from "../../parts/text.js";
import { Cash, Countdown, number, Tick } from "./bits.js";
import { Fold, RecordForm } from "./forms.js";
import { t, word } from "./msg.js";
import { PostponeForm, TenderForm } from "./tender-form.js";
import type { Process, Seal, Tender } from "./types.js";

// Once the bids are open nothing is awaited of bidders any more.
export function Hours({ s, x, state }: { s: Seal | null; x: Tender; state: Process["state"] }): VNode {
	const sealed = ["proposed", "agreed", "keyed", "open", "closed"].includes(state);
	return (
		<ol class="hours">
			{([["deadline", x.deadline], ["opening", x.openAt], ["fallback", x.fallbackAt]] as const).map(([name, at]) => (
				<li class={Date.parse(at) < Date.now() ? "past" : ""}><span>{word("hour", name)}</span> <Time at={at} bare /> {(sealed || name !== "fallback") && <Countdown to={at} />}</li>
			))}
			{s && <li><span>{t("bids.count")}</span> <strong>{s.in_force}</strong> {t("bids.sealed")}</li>}
		</ol>
	);
}

function Key({ s }: { s: Seal }): VNode {
	return (
		<Section title={t("key")} remark={t("key.remark", { n: s.n, k: s.k })}>
			<Facts rows={[[t("key.common"), s.key ? <Hash hash={s.key} n={32} /> : "–"], [t("key.certified"), t("of", { n: s.holders.filter((h) => h.certified).length, all: s.n })], [t("key.receipts"), String(s.receipts)]]} />
			<table class="fold matrix">
				<thead><tr><th scope="col">{t("holder")}</th><th scope="col">{t("key.countersigned")}</th><th scope="col">{t("key.dealt")}</th><th scope="col">{t("key.certified")}</th></tr></thead>
				<tbody>
					{s.holders.map((h) => (
						<tr><td data-label={t("holder")}>{h.holder} <Name id={h.id} label={h.label} /></td><td data-label={t("key.countersigned")}><Tick on={h.countersigned} label={t("key.countersigned")} /></td><td data-label={t("key.dealt")}><Tick on={h.dealt} label={t("key.dealt")} /></td><td data-label={t("key.certified")}><Tick on={h.certified} label={t("key.certified")} /></td></tr>
					))}
				</tbody>
			</table>
		</Section>
	);
}

// Later hours that holders have signed; below k of them nothing has changed yet.
function Postponements({ s }: { s: Seal }): VNode | null {
	if (s.postponements.length === 0) return null;
	const who = (h: number): string => s.holders.find((x) => x.holder === h)?.label ?? String(h);
	return (
		<Section title={t("postponements")} remark={t("postponements.remark", { k: s.k })}>
			<ul class="plain">{s.postponements.map((x) => <li><Time at={x.deadline} bare /> {t("closings.signed", { who: x.signed_by.map(who).join(", ") })} {x.stands && <span class="badge good">{t("closings.stands")}</span>}</li>)}</ul>
		</Section>
	);
}

export function TenderPart({ c, p, after }: { c: string; p: Process; after: () => void }): VNode {
	const x = p.tender?.content;
	const write = may("procurement", "contributor") && p.is_participant;
	if (!x) {
		return (
			<>
				<Empty title={t("tender.none")}><p>{t("tender.none_next")}</p>{p.is_lead && <Command text={`entente procure put tender FILE --of ${p.object}`} />}</Empty>
				{write && p.is_lead && p.state === "agreed" && <Fold label={t("tender.write")}>{(close) => <TenderForm c={c} p={p} after={() => { close(); after(); }} />}</Fold>}
			</>
		);
	}
	return (
		<>
			<Hours s={p.seal} x={x} state={p.state} />
			{x.description && <p class="prose"><Theirs text={x.description} prose /></p>}
			<Facts rows={[[t("estimate"), <Cash of={x.estimate} />], [t("standstill"), t("days", { n: x.standstillDays })], ...(x.status !== "open" || ["keyed", "open"].includes(p.state) ? [[t("tender.status"), word("tender", x.status)] as const] : [])]} />
			{write && p.is_lead && p.tender && p.state === "open" && <Fold label={t("postpone")}>{(close) => <PostponeForm c={c} tender={p.tender!} after={() => { close(); after(); }} />}</Fold>}
			{p.seal && <Postponements s={p.seal} />}
			{x.rationale && <p class="note"><Theirs text={x.rationale} prose /></p>}
			<Section title={t("lots")}>
				<table class="fold">
					<thead><tr><th scope="col">{t("lot")}</th><th scope="col">{t("need.quantity")}</th><th scope="col">{t("reserve")}</th></tr></thead>
					<tbody>{x.lots.map((l) => <tr><td data-label={t("lot")}><strong>{l.id}</strong> <Theirs text={l.title} /></td><td data-label={t("need.quantity")}>{number(x.items.filter((i) => i.relatedLot === l.id).reduce((a, i) => a + i.quantity, 0))}</td><td data-label={t("reserve")}><Cash of={l.reserve} /></td></tr>)}</tbody>
				</table>
			</Section>
			{!!x.criteria?.length && <Section title={t("criteria")}><ul class="plain">{x.criteria.map((k) => <li><Theirs text={k.title} /> · {word("criterion", k.kind)} {k.max !== undefined && `0–${k.max}`} {k.threshold ? `≥ ${k.threshold}` : ""}</li>)}</ul></Section>}
			{!!x.documents?.length && <Section title={t("documents")}><ul class="plain">{x.documents.map((d) => <li><Theirs text={d.title} /> <Hash hash={d.sha256} n={16} /></li>)}</ul></Section>}
			{p.seal && <Key s={p.seal} />}
			<Section title={t("questions")}>
				{p.questions.length === 0 && <p class="remark">{t("questions.none")}</p>}
				{write && p.state === "open" && <Fold label={t("question.hand_on")}>{(close) => <RecordForm c={c} kind="question" label={t("question.hand_on")} after={() => { close(); after(); }} fields={[{ key: "from", label: t("supplier"), optional: true }, { key: "text", label: t("question"), type: "long" }]} make={(v) => ({ procurement: p.object, text: v["text"], ...(v["from"] ? { from: v["from"] } : {}) })} />}</Fold>}
				<ul class="plain">{p.questions.map((q) => <li><p><strong>{q.content.from && <Theirs text={q.content.from} />}</strong> <Theirs text={q.content.text} prose /></p>{p.answers.filter((a) => a.content.question === q.object).map((a) => <p class="answer">→ <Theirs text={a.content.text} prose /></p>)}{write && p.is_lead && !p.answers.some((a) => a.content.question === q.object) && <Fold label={t("question.answer")}>{(close) => <RecordForm c={c} kind="answer" label={t("question.answer")} after={() => { close(); after(); }} fields={[{ key: "text", label: t("question.answer"), type: "long" }]} make={(v) => ({ procurement: p.object, question: q.object, text: v["text"] })} />}</Fold>}</li>)}</ul>
			</Section>
		</>
	);
}
