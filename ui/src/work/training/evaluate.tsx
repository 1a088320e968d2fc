// The evaluator's card: what to look at, what was seen, the rating. Works without the network: what is written waits here and is sent when the node is there again.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { useCell } from "../../cell.js";
import { line } from "../../live.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Section, Theirs, Trouble } from "../../parts/text.js";
import { session } from "../../state.js";
import { base, Clocks, Gate, Mark, part_name, parts_of, State, useTraining } from "./bits.js";
import { Ways } from "./exercise.js";
import { t, word } from "./msg.js";
import { card_add, card_drop, cards, cards_send, cards_start } from "./queue.js";
import type { Exercise, Rec } from "./types.js";
import { str } from "./types.js";

function Waiting({ c }: { c: string }): VNode {
	const all = useCell(cards).filter((x) => x.c === c);
	const net = useCell(line);
	const me = useCell(session)?.user?.name;
	const mine = all.filter((x) => x.user === me);
	const others = [...new Set(all.filter((x) => x.user !== me).map((x) => x.user))];
	return (
		<>
			{others.map((user) => <p class="notice" role="status">{t("card.others", { n: all.filter((x) => x.user === user).length, user })}</p>)}
			{!mine.length && <p class="remark">{net.state === "lost" ? t("card.offline") : t("card.sent")}</p>}
			{mine.length > 0 && (
				<div class="notice" role="status">
					<p>{t("card.waiting", { n: mine.length })} <button type="button" class="small" onClick={() => void cards_send()}>{t("card.try")}</button></p>
					<ul class="plain-list">{mine.map((x) => <li>{x.refused && <span class="badge bad" title={x.refused}>{t("card.refused")}</span>} <Theirs text={String(x.content["what"] ?? x.content["rating"] ?? "N/O")} /> {x.refused && <button type="button" class="small" onClick={() => card_drop(x.id)}>{t("card.drop")}</button>}</li>)}</ul>
				</div>
			)}
		</>
	);
}

function CardForm({ c, x }: { c: string; x: Exercise }): VNode {
	const tasks = [...parts_of(x.parts, "task"), ...parts_of(x.parts, "objective")];
	const [of, set_of] = useState(tasks[0]?.object ?? "");
	const [what, set_what] = useState("");
	const [kind, set_kind] = useState("neutral");
	const [rating, set_rating] = useState("");
	const task = tasks.find((p) => p.object === of);
	const who = session.get()?.user?.display || session.get()?.user?.name || "evaluator";
	const about = task ? (task.content["type"] === "objective" ? { objective: of } : { task: of, ...(str(task.content, "objective") && { objective: str(task.content, "objective") }) }) : {};
	const add = (e: Event): void => {
		e.preventDefault();
		const at = new Date().toISOString();
		const card = { c, exercise: x.exercise.object, mode: x.exercise.mode };
		if (what.trim()) card_add({ ...card, kind: "observation", content: { exercise: x.exercise.object, evaluator: who, at, what: what.trim(), kind, ...about } });
		if (rating) card_add({ ...card, kind: "rating", content: { exercise: x.exercise.object, by: who, at, ...(what.trim() && { rationale: what.trim() }), ...(rating === "N/O" ? { not_observed: true } : rating === "withheld" ? { withheld: true } : { rating }), ...about } });
		set_what("");
		set_rating("");
		set_kind("neutral");
	};
	if (!tasks.length) return <Empty title={t("card.no_tasks")}><p>{t("card.no_tasks_next")}</p></Empty>;
	return (
		<form class="card tr-evaluate" onSubmit={add}>
			<label class="field-title">{t("card.of")}<select value={of} onChange={(e) => set_of(e.currentTarget.value)}>{tasks.map((p) => <option value={p.object}>{word("part", str(p.content, "type"))}: {part_name(p)}</option>)}</select></label>
			{task && str(task.content, "standard") && <p class="remark">{t("card.standard")} <Theirs text={str(task.content, "standard")} prose /></p>}
			<label class="field-title">{t("card.what")}<textarea rows={4} value={what} onInput={(e) => set_what(e.currentTarget.value)} /></label>
			<div class="tr-pick" role="radiogroup" aria-label={t("card.kind")}>{["strength", "area-for-improvement", "neutral"].map((k) => <button type="button" role="radio" aria-checked={kind === k} class={kind === k ? "on" : ""} onClick={() => set_kind(k)}>{word("kind", k)}</button>)}</div>
			<div class="tr-pick" role="radiogroup" aria-label={t("card.rating")}>{[...x.scale.map((l) => l.code), "N/O", "withheld"].map((k) => <button type="button" role="radio" aria-checked={rating === k} class={rating === k ? "on" : ""} title={x.scale.find((l) => l.code === k)?.text ?? (k === "N/O" ? t("card.not_observed") : t("card.withheld"))} onClick={() => set_rating(rating === k ? "" : k)}>{k === "withheld" ? t("card.withheld_short") : k}</button>)}</div>
			<div class="buttons"><button type="submit" class="main" disabled={!what.trim() && !rating}>{t("card.add")}</button></div>
		</form>
	);
}

function Mine({ c, id, x }: { c: string; id: string; x: Exercise }): VNode {
	const all = useTraining<{ items: Rec[] }>(c, `/records?kind=rating&mode=${x.exercise.mode}&about=${id}`);
	const seen = useTraining<{ items: Rec[] }>(c, `/records?kind=observation&mode=${x.exercise.mode}&about=${id}`);
	const [problem, fail] = useState<Problem>();
	const step = (r: Rec, to: string): void => void post(`${base(c)}/records/${r.object}/step`, { to }).then(() => fail(undefined), (e: unknown) => fail(e as Problem));
	const of = (r: Rec): string => part_name(x.parts.find((p) => p.object === (r.content["task"] ?? r.content["objective"])));
	return (
		<>
			<Trouble problem={problem} />
			<Section title={t("card.ratings")}>
				{!all.data?.items.length && <p class="nothing">{t("card.no_ratings")}</p>}
				<ul class="plain-list">{all.data?.items.map((r) => <li><span class="badge info">{str(r.content, "rating") || (r.content["withheld"] ? t("card.withheld_short") : "N/O")}</span> <Theirs text={of(r)} /> <State of={r.state ?? "draft"} /> <Theirs text={str(r.content, "rationale")} /> {r.own && r.state === "draft" && <button type="button" class="small" onClick={() => step(r, "final")}>{word("state", "final")}</button>} {r.own && r.state === "final" && <button type="button" class="small" onClick={() => step(r, "released")}>{word("state", "released")}</button>}</li>)}</ul>
			</Section>
			<Section title={t("card.observations")}>
				<ul class="plain-list">{seen.data?.items.map((r) => <li><span class="remark">{str(r.content, "at").slice(11, 16)}Z</span> <span class="badge none">{word("kind", str(r.content, "kind") || "neutral")}</span> <Theirs text={str(r.content, "what")} prose /> <small class="remark"><Theirs text={of(r)} /></small></li>)}</ul>
			</Section>
		</>
	);
}

export function EvaluatePage({ c, id }: { c: string; id: string }): VNode {
	const x = useTraining<Exercise>(c, `/exercises/${id}`);
	useEffect(cards_start, []);
	return (
		<PageFrame title={t("way.evaluate")}>
			<Gate want="play">
				<Ways c={c} id={id} here="evaluate" />
				<Loading of={x}>{(d) => <><Mark text={d.mark} /><Clocks k={d.clock} /><Waiting c={c} /><CardForm c={c} x={d} /><Mine c={c} id={id} x={d} /></>}</Loading>
			</Gate>
		</PageFrame>
	);
}
