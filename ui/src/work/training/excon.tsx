// EXCON: three clocks; what is overdue, due now, due in the next half hour; how far each delivery has come; and the one control that stops everything.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { Dialog } from "../../parts/dialog.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Name, Section, Theirs, Trouble } from "../../parts/text.js";
import { may } from "../../state.js";
import { base, Clocks, Gate, Mark, span, State, story, Unconfirmed, useNow, useTraining } from "./bits.js";
import { Ways } from "./exercise.js";
import { t, word } from "./msg.js";
import { story_parse } from "./paste.js";
import type { Delivery, Item, Live } from "./types.js";

type Wish = { kind: string; inject?: string; reason?: string; scenario?: string; num?: number; den?: number };
type Ask = { kind: string; inject?: string; title: string; field: "reason" | "scenario" | "rate"; must: boolean };

function Asking({ ask, send, close }: { ask: Ask; send: (w: Wish) => Promise<void>; close: () => void }): VNode {
	const [text, set] = useState(ask.field === "rate" ? "1" : "");
	const [bad, say] = useState("");
	const go = (e: Event): void => {
		e.preventDefault();
		const w: Wish = { kind: ask.kind, inject: ask.inject };
		if (ask.must && !text.trim()) return say(t("control.needed"));
		if (ask.field === "reason") w.reason = text.trim() || undefined;
		if (ask.field === "scenario") {
			const at = story_parse(text, new Date().toISOString());
			if (!at) return say(t("control.no_time"));
			w.scenario = at;
		}
		if (ask.field === "rate") {
			const m = /^(\d+)(?:\/(\d+))?$/.exec(text.trim());
			if (!m) return say(t("control.no_rate"));
			w.num = Number(m[1]);
			w.den = Number(m[2] ?? 1);
		}
		void send(w).then(close);
	};
	return (
		<Dialog title={ask.title} close={close}>
			<form class="form" onSubmit={go}>
				<label class="field-title">{t(`ask.${ask.field}`)}
					<input autofocus value={text} placeholder={ask.field === "scenario" ? "2026-01-01 14:30" : ""} onInput={(e) => set(e.currentTarget.value)} />
				</label>
				{bad && <p class="field-bad" role="alert">{bad}</p>}
				<div class="buttons"><button type="submit" class={ask.kind === "noduff-stop" ? "main danger" : "main"}>{ask.title}</button><button type="button" onClick={close}>{t("cancel")}</button></div>
			</form>
		</Dialog>
	);
}

function Line({ i, now, can, act }: { i: Item; now: number; can: boolean; act: (kind: string, i: Item) => void }): VNode {
	const at = i.due.real ? Date.parse(i.due.real) : null;
	return (
		<li class={i.shadow ? "tr-item shadow" : `tr-item ${i.weight ?? ""}`}>
			<div class="tr-item-head">
				<code>{i.number || "—"}</code>
				<span class="tr-item-title">{i.shadow ? <>{t("shadow.of")} <Name label={i.author.label} /></> : <Theirs text={i.title ?? ""} />}</span>
				{at !== null && i.due.state === "at" && <span class={at <= now ? "tr-count late" : "tr-count"} title={story(i.due.scenario)}>{at <= now ? "+" : "−"}{span(Math.abs(at - now))}</span>}
			</div>
			<div class="tr-item-facts">
				{!i.own && !i.shadow && <Name label={i.author.label} />}
				{i.method && <span>{word("word", i.method)}</span>}
				{i.controller && <Theirs text={i.controller} />}
				{i.due.automatic && i.due.state === "at" ? <span class="badge info">{t("excon.auto")}</span> : null}
				{i.due.unready && <span class="badge bad">{word("state", i.status ?? "draft")}</span>}
				{i.due.waits && <span class="badge wait">{t("excon.waits")}</span>}
				{i.due.offered && <span class="badge good">{t("excon.offered")}</span>}
				{i.due.state === "held" && <span class="badge wait">{i.due.word === "hold" || i.due.word === "defer" ? word("control", i.due.word) : t("excon.jumped")}{i.due.reason ? <>: <Theirs text={i.due.reason} /></> : null}</span>}
			</div>
			{can && (
				<div class="tr-item-acts">
					<button type="button" class="small main" disabled={i.due.unready && !i.shadow} onClick={() => act("release", i)}>{word("control", "release")}</button>
					{i.due.state !== "held" && <button type="button" class="small" onClick={() => act("hold", i)}>{word("control", "hold")}</button>}
					<button type="button" class="small" onClick={() => act("defer", i)}>{word("control", "defer")}</button>
					<button type="button" class="small" onClick={() => act("drop", i)}>{word("control", "drop")}</button>
				</div>
			)}
		</li>
	);
}

function ColumnOf({ name, items, now, can, act, tone }: { name: string; items: Item[]; now: number; can: boolean; act: (kind: string, i: Item) => void; tone?: string }): VNode {
	return (
		<section class={`tr-column ${tone ?? ""}`} aria-label={name}>
			<h2>{name} <span class="number">{items.length}</span></h2>
			{items.length ? <ul>{items.slice(0, 60).map((i) => <Line key={i.object} i={i} now={now} can={can} act={act} />)}</ul> : <p class="nothing">{t("excon.nothing")}</p>}
		</section>
	);
}

export function Lights({ d }: { d: Delivery }): VNode {
	return (
		<span class="tr-lights">
			{d.lights.map((l) => <span class={`tr-light ${l.state}`} title={`${l.party.label}: ${word("state", l.state)}`}><i aria-hidden="true" /><Name label={l.party.label} /> <span class="off-screen">{word("state", l.state)}</span></span>)}
		</span>
	);
}

function Board({ c, id, l }: { c: string; id: string; l: Live }): VNode {
	const now = useNow(l.clock.real);
	const [ask, set_ask] = useState<Ask>();
	const [problem, fail] = useState<Problem>();
	const host = l.exercise.host && may("training", "officer");
	const can = host && l.clock.started && !l.clock.endex;
	const send = (w: Wish): Promise<void> => post(`${base(c)}/exercises/${id}/control`, w).then(() => fail(undefined), (e: unknown) => fail(e as Problem));
	const act = (kind: string, i: Item): void => {
		if (kind === "release" || kind === "hold") void send({ kind, inject: i.object });
		else set_ask({ kind, inject: i.object, title: `${word("control", kind)}: ${i.number}`, field: "reason", must: true });
	};
	const simple = (kind: string): VNode => <button type="button" onClick={() => void send({ kind })}>{word("control", kind)}</button>;
	const asked = (kind: string, field: Ask["field"], must = true, style = ""): VNode => <button type="button" class={style} onClick={() => set_ask({ kind, title: word("control", kind), field, must })}>{word("control", kind)}</button>;
	return (
		<>
			{l.clock.stopped && <div class="tr-noduff" role="alert"><strong>NO DUFF</strong> {t("excon.stopped")} <Theirs text={l.log.find((x) => x.kind === "noduff-stop")?.reason ?? ""} /></div>}
			<Unconfirmed k={l.clock} />
			<div class="tr-desk">
				<Clocks k={l.clock} large />
				<div class="tr-controls">
					{host && !l.clock.started && asked("startex", "rate")}
					{can && (l.clock.running || l.clock.stopped ? simple("pause") : simple("resume"))}
					{can && asked("rate", "rate")}
					{can && asked("jump", "scenario")}
					{can && simple("endex")}
					{can && l.clock.stopped && simple("noduff-clear")}
					{may("training", "officer") && l.clock.started && !l.clock.endex && !l.clock.stopped && asked("noduff-stop", "reason", true, "danger tr-stop")}
				</div>
			</div>
			<Trouble problem={problem} />
			<div class="tr-columns">
				<ColumnOf name={t("excon.overdue")} items={l.overdue} now={now} can={can} act={act} tone="overdue" />
				<ColumnOf name={t("excon.now")} items={l.now} now={now} can={can} act={act} tone="now" />
				<ColumnOf name={t("excon.next")} items={l.next} now={now} can={can} act={act} />
				<ColumnOf name={t("excon.held")} items={l.held} now={now} can={can} act={act} tone="held" />
			</div>
			<p class="remark">{t("excon.later", { n: l.later })}</p>
			<div class="tr-two">
				<Section title={t("excon.deliveries")}>
					{!l.deliveries.length && <p class="nothing">{t("excon.none_out")}</p>}
					<ul class="plain-list tr-out">
						{l.deliveries.slice(0, 40).map((d) => (
							<li key={d.object} class={d.overdue ? "late" : undefined}>
								<code>{d.number}</code> <Theirs text={d.title} /> <span class="remark">{d.released.slice(11, 19)}Z</span> {d.overdue && <State of="overdue" />}
								{d.error && <span class="badge wait" title={d.error}>{t("excon.inbox_only")}</span>}
								<Lights d={d} />
							</li>
						))}
					</ul>
				</Section>
				<div>
					<Section title={t("excon.responses")}>
						{!l.responses.length && <p class="nothing">{t("excon.no_responses")}</p>}
						<ul class="plain-list">{l.responses.slice(0, 20).map((r) => <li key={r.object}><span class="remark">{r.at.slice(11, 19)}Z</span> <Name label={r.party.label} /> <span class="badge info">{word("response", r.kind)}</span> <Theirs text={r.text} prose /></li>)}</ul>
					</Section>
					<Section title={t("excon.log")}>
						<ul class="plain-list tr-log">{l.log.slice(0, 20).map((x) => <li><span class="remark">{x.at.slice(11, 19)}Z</span> <strong>{word("control", x.kind)}{x.rate && ` ×${x.rate}`}{x.to && ` ${story(x.to)}`}</strong> <Theirs text={x.by} /> <Theirs text={x.reason} /></li>)}</ul>
					</Section>
				</div>
			</div>
			{ask && <Asking ask={ask} send={send} close={() => set_ask(undefined)} />}
		</>
	);
}

export function ExconPage({ c, id }: { c: string; id: string }): VNode {
	const live = useTraining<Live>(c, `/exercises/${id}/live`);
	const title = live.data ? `${live.data.exercise.code_name}: EXCON` : "EXCON";
	// Columns change by the clock alone, too.
	useTick(live.reload, 10_000);
	return (
		<PageFrame title={title}>
			<Gate want="play">
				<Ways c={c} id={id} here="excon" />
				<Loading of={live}>{(l) => <><Mark text={l.exercise.mark} /><Board c={c} id={id} l={l} /></>}</Loading>
			</Gate>
		</PageFrame>
	);
}

export function useTick(fn: () => void, ms: number): void {
	useEffect(() => {
		const timer = setInterval(fn, ms);
		return () => clearInterval(timer);
	}, [fn, ms]);
}
