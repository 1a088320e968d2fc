// The training audience's inbox: what has been delivered to this member, each with the mark; acknowledge, respond, time left.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { useCell } from "../../cell.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, LabelBadge, Theirs, Trouble } from "../../parts/text.js";
import { may, mode } from "../../state.js";
import { base, Clocks, Gate, Mark, span, State, Unconfirmed, useNow, useTraining } from "./bits.js";
import { t, word } from "./msg.js";
import type { Delivery, Inbox } from "./types.js";
import { str } from "./types.js";

function One({ c, d, box, now }: { c: string; d: Delivery; box: Inbox; now: number }): VNode {
	const [text, set] = useState("");
	const [kind, pick] = useState("report");
	const [problem, fail] = useState<Problem>();
	const mine = d.lights.find((l) => box.responses.some((r) => r.author.id === l.party.id)) ?? d.lights.find((l) => l.state !== "sent") ?? d.lights[0];
	const answers = box.responses.filter((r) => r.content["delivery"] === d.object);
	// What is being typed stays until it has been sent itself.
	const send = (path: string, body: object): Promise<boolean> => post(`${base(c)}/deliveries/${d.object}/${path}`, body).then(() => (fail(undefined), true), (e: unknown) => (fail(e as Problem), false));
	const left = d.answer_by ? Date.parse(d.answer_by) - now : null;
	return (
		<section class={`card tr-message ${d.overdue ? "late" : ""}`}>
			<p class="tr-mark small"><Theirs text={d.mark} /></p>
			<header><code>{d.number}</code> <h2><Theirs text={d.title} /></h2> {mine && <State of={mine.state} />} <LabelBadge label={d.label} /></header>
			<p class="remark">{t("inbox.from")} <Theirs text={d.from || d.author.label} /> · {word("word", d.method)} · {d.released.slice(11, 16)}Z {left !== null && !answers.length && <strong class={left < 0 ? "tr-bad" : ""}>{left < 0 ? t("inbox.late", { time: span(-left) }) : t("inbox.left", { time: span(left) })}</strong>}</p>
			<div class="prose"><Theirs text={d.body} prose /></div>
			{answers.map((r) => <blockquote class="tr-answer"><span class="badge info">{word("response", str(r.content, "kind"))}</span> <Theirs text={str(r.content, "text")} prose /></blockquote>)}
			{may("training", "contributor") && !d.recalled && (
				<form class="tr-respond" onSubmit={(e) => { e.preventDefault(); if (text.trim()) void send("responses", { kind, text }).then((sent) => sent && set("")); }}>
					{mine && !mine.acked && mine.state !== "responded" && <button type="button" class="main" onClick={() => void send("receipt", { state: "acked" })}>{t("inbox.ack")}</button>}
					<select value={kind} aria-label={t("inbox.kind")} onChange={(e) => pick(e.currentTarget.value)}>{["report", "decision", "question", "request"].map((k) => <option value={k}>{word("response", k)}</option>)}</select>
					<input value={text} placeholder={t("inbox.say")} aria-label={t("inbox.say")} onInput={(e) => set(e.currentTarget.value)} />
					<button type="submit" disabled={!text.trim()}>{t("inbox.send")}</button>
				</form>
			)}
			<Trouble problem={problem} />
		</section>
	);
}

function Box({ c, box }: { c: string; box: Inbox }): VNode {
	const now = useNow(box.clock.real);
	const sorted = [...box.deliveries].sort((a, b) => b.released.localeCompare(a.released));
	return (
		<section>
			<h2><Theirs text={box.code_name} /></h2>
			<Clocks k={box.clock} /><Unconfirmed k={box.clock} />
			{box.clock.stopped && <div class="tr-noduff" role="alert"><strong>NO DUFF</strong> {t("excon.stopped")}</div>}
			{sorted.map((d) => <One key={d.object} c={c} d={d} box={box} now={now} />)}
		</section>
	);
}

export function InboxPage({ c }: { c: string }): VNode {
	const now = useCell(mode);
	const list = useTraining<{ items: Inbox[] }>(c, `/inbox?mode=${now === "test" ? "test" : "exercise"}`);
	return (
		<PageFrame title={t("inbox")}>
			<Gate want="play">
				<Loading of={list}>
					{(d) => {
						const full = d.items.filter((b) => b.deliveries.length);
						return <>{full[0] && <Mark text={full[0].mark} />}{full.map((b) => <Box key={b.exercise} c={c} box={b} />)}{!full.length && <Empty title={t("inbox.none")}><p>{t("inbox.none_next")}</p></Empty>}</>;
					}}
				</Loading>
			</Gate>
		</PageFrame>
	);
}

