// Evaluation: bids × criteria. Points first; prices stay hidden until the lead's sheet is there.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { Empty, Name, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { may } from "../../state.js";
import { to_problem } from "./bits.js";
import { t, word } from "./msg.js";
import { Fold, RecordForm } from "./forms.js";
import { Offers } from "./opening.js";
import type { Bid, Process, Sheet } from "./types.js";

type Mine = Record<string, { admitted: boolean; points: Record<string, string> }>;

function SheetForm({ c, p, after }: { c: string; p: Process; after: () => void }): VNode {
	const criteria = (p.tender?.content.criteria ?? []).filter((k) => k.kind === "quality");
	const [who, set_who] = useState("");
	const [phase, set_phase] = useState("blind");
	const [mine, set] = useState<Mine>({});
	const [problem, set_problem] = useState<Problem>();
	const [sent, set_sent] = useState(false);
	const of = (bid: string): Mine[string] => mine[bid] ?? { admitted: true, points: {} };
	const send = (e: Event): void => {
		e.preventDefault();
		const bids = p.bids.map((b) => ({ bid: b.bid, admitted: of(b.bid).admitted, scores: criteria.map((k) => ({ criterion: k.id, points: Number(of(b.bid).points[k.id] ?? 0) })) }));
		const content = { procurement: p.object, evaluator: who, phase, bids };
		post(`/coalitions/${c}/procurement/records`, { kind: "procurement/score/1", content })
			.then(() => { set({}); set_problem(undefined); set_sent(true); after(); }, (err: unknown) => { set_sent(false); set_problem(to_problem(err)); });
	};
	return (
		<form class="sheet" onSubmit={send}>
			<div class="columns">
				<label>{t("evaluator")} <input required maxLength={100} value={who} onInput={(e) => set_who(e.currentTarget.value)} /></label>
				<label>{t("phase")} <select value={phase} onChange={(e) => set_phase(e.currentTarget.value)}><option value="blind">{word("phase", "blind")}</option>{p.is_lead && <option value="reconciled">{word("phase", "reconciled")}</option>}</select></label>
			</div>
			<div class="scroll">
				<table class="matrix">
					<thead><tr><th scope="col">{t("supplier")}</th><th scope="col">{t("admitted")}</th>{criteria.map((k) => <th scope="col"><Theirs text={k.title} /> <small>0–{k.max ?? 10}</small></th>)}</tr></thead>
					<tbody>
						{p.bids.map((b) => (
							<tr>
								<th scope="row"><Theirs text={b.supplier ?? b.bid.slice(0, 8)} /></th>
								<td><input type="checkbox" aria-label={t("admitted")} checked={of(b.bid).admitted} onChange={(e) => set({ ...mine, [b.bid]: { ...of(b.bid), admitted: e.currentTarget.checked } })} /></td>
								{criteria.map((k) => <td><input class="points" type="number" min="0" max={k.max ?? 10} aria-label={k.title} value={of(b.bid).points[k.id] ?? ""} onInput={(e) => set({ ...mine, [b.bid]: { ...of(b.bid), points: { ...of(b.bid).points, [k.id]: e.currentTarget.value } } })} /></td>)}
							</tr>
						))}
					</tbody>
				</table>
			</div>
			<Trouble problem={problem} />
			{sent && <p class="note" role="status">{t("sheet.sent")}</p>}
			<div class="buttons"><button type="submit" class="main">{t("sheet.send")}</button></div>
		</form>
	);
}

function sheet_points(s: Sheet, bid: string, criterion: string): string {
	const points = s.bids.find((b) => b.bid === bid)?.scores?.find((x) => x.criterion === criterion)?.points;
	return points === undefined ? "–" : String(points);
}

// Each sheet as it was handed in: who, of which kind, when, and what it says of each bid.
function Sheets({ p }: { p: Process }): VNode | null {
	if (p.scores.length === 0) return null;
	const name = (bid: string): string => p.bids.find((b) => b.bid === bid)?.supplier ?? bid.slice(0, 8);
	return (
		<Section title={t("sheets")}>
			<ul class="plain">
				{p.scores.map((s) => (
					<li>
						<Name id={s.author} label={s.author_label} /> · <Theirs text={s.content.evaluator} /> <span class={`badge ${s.content.phase === "reconciled" ? "good" : "none"}`}>{word("phase", s.content.phase)}</span> <Time at={s.time} />
						<ul class="parts plain">{s.content.bids.map((b) => <li><Theirs text={name(b.bid)} />: {b.admitted ? t("admitted") : <span class="badge bad">{t("not_admitted")}</span>} {b.reason && <Theirs text={b.reason} />}{b.scores?.map((x) => <> · {x.criterion} <strong>{x.points}</strong> {x.comment && <Theirs text={x.comment} />}</>)}</li>)}</ul>
					</li>
				))}
			</ul>
		</Section>
	);
}

// What the bidder itself has answered to a criterion.
function Responses({ b, criterion }: { b: Bid; criterion: string }): VNode {
	const said = (b.content?.responses ?? b.responses ?? []).filter((x) => x.criterion === criterion);
	return <>{said.map((x) => <small class="parts"><Theirs text={x.value} /></small>)}</>;
}

export function Evaluation({ c, p, after }: { c: string; p: Process; after: () => void }): VNode {
	const criteria = (p.tender?.content.criteria ?? []).filter((k) => k.kind === "quality");
	const opened = p.bids.filter((b) => b.supplier);
	if (opened.length === 0) return <Empty title={t("evaluation.not_yet")}><p>{t("evaluation.not_yet_next")}</p></Empty>;
	return (
		<>
			{p.prices_hidden && <p class="note" role="status">{t("prices_hidden")}</p>}
			<Section title={t("evaluation.matrix")}>
				<div class="scroll">
					<table class="matrix">
						<thead><tr><th scope="col">{t("criterion")}</th>{opened.map((b) => <th scope="col"><Theirs text={b.supplier ?? ""} /> {b.admitted === false && <span class="badge bad">{t("not_admitted")}</span>}</th>)}</tr></thead>
						<tbody>
							{criteria.map((k) => <tr><th scope="row"><Theirs text={k.title} /></th>{opened.map((b) => <td>{p.scores.map((s) => <span class={s.content.phase === "reconciled" ? "points final" : "points"} title={s.content.evaluator}>{sheet_points(s.content, b.bid, k.id)}</span>)}<Responses b={b} criterion={k.id} /></td>)}</tr>)}
							{!p.prices_hidden && <tr><th scope="row">{t("offers")}</th>{opened.map((b) => <td><Offers b={b} /></td>)}</tr>}
						</tbody>
					</table>
				</div>
			</Section>
			<Sheets p={p} />
			<Section title={t("conflicts")}>
				{p.conflicts.length === 0 && <p class="remark">{t("conflicts.none")}</p>}
				<ul class="plain">{p.conflicts.map((x) => <li><Name id={x.author} label={x.author_label} /> · <Theirs text={x.content.evaluator} />: {word("interest", x.content.interest)} {x.content.text && <Theirs text={x.content.text} prose />}</li>)}</ul>
				{p.is_participant && !p.award && may("procurement", "contributor") && <Fold label={t("conflict.declare")}>{(close) => <RecordForm c={c} kind="conflict" label={t("conflict.declare")} after={() => { close(); after(); }} fields={[{ key: "who", label: t("evaluator"), max: 100 }, { key: "interest", label: t("interest"), type: "choice", options: [["none", word("interest", "none")], ["declared", word("interest", "declared")]] }, { key: "text", label: t("form.text"), type: "long", optional: true, max: 4000 }]} make={(v) => ({ procurement: p.object, evaluator: v["who"], interest: v["interest"], ...(v["text"] ? { text: v["text"] } : {}) })} />}</Fold>}
			</Section>
			{p.is_participant && !p.award && may("procurement", "contributor") && <Section title={t("sheet")}><SheetForm c={c} p={p} after={after} /></Section>}
		</>
	);
}
