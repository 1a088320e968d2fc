// What happened and what lasts, over time: one line for each row, marks for moments, bars for spans.
// Everything drawn is also said: the same rows stand beside it as a list for those who do not see it.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { language, t } from "../i18n.js";
import { tick_text, ticks } from "../ticks.js";
import { time_parts } from "../time.js";

export type Bar = { from: string; to?: string | null; text: string; tone?: "good" | "wait" | "bad" | "info" | "none"; href?: string };
export type Lane = { id: string; title: string; bars: Bar[] };

const LANE = 34;
const TOP = 24;
const MIN_SPAN = 60_000;

function extent(lanes: readonly Lane[]): [number, number] {
	const all = lanes.flatMap((l) => l.bars.flatMap((b) => [Date.parse(b.from), b.to ? Date.parse(b.to) : Date.parse(b.from)]));
	if (all.length === 0) return [Date.now() - 86_400_000, Date.now()];
	const from = all.reduce((a, b) => Math.min(a, b));
	const to = all.reduce((a, b) => Math.max(a, b));
	const pad = Math.max((to - from) * 0.06, MIN_SPAN / 2);
	return [from - pad, to + pad];
}

function useWidth(): [{ current: HTMLDivElement | null }, number] {
	const ref = useRef<HTMLDivElement>(null);
	const [width, set] = useState(800);
	useEffect(() => {
		const look = new ResizeObserver(() => ref.current && set(ref.current.clientWidth));
		if (ref.current) look.observe(ref.current);
		return () => look.disconnect();
	}, []);
	return [ref, width];
}

export function Gantt({ lanes, title }: { lanes: readonly Lane[]; title: string }): VNode {
	const whole = extent(lanes);
	const [view, set_view] = useState<[number, number] | null>(null);
	const [box, width] = useWidth();
	const [from, to] = view ?? whole;
	const left = width < 520 ? 70 : 120;
	const x = (at: number): number => left + ((at - from) / (to - from)) * (width - left - 10);
	const zoom = (by: number, move = 0): void => {
		const middle = (from + to) / 2 + move * (to - from);
		const half = Math.max((to - from) * by, MIN_SPAN) / 2;
		set_view([middle - half, middle + half]);
	};
	const key = (e: KeyboardEvent): void => {
		const act: Record<string, () => void> = {
			"+": () => zoom(0.5), "-": () => zoom(2), ArrowLeft: () => zoom(1, -0.2), ArrowRight: () => zoom(1, 0.2), "0": () => set_view(null),
		};
		if (e.ctrlKey || e.metaKey || !act[e.key]) return;
		act[e.key]!();
		e.preventDefault();
	};
	const height = TOP + lanes.length * LANE + 6;
	return (
		<figure class="gantt">
			<div class="gantt-tools">
				<button type="button" class="small" aria-label={t("gantt.out")} onClick={() => zoom(2)}>−</button>
				<button type="button" class="small" aria-label={t("gantt.in")} onClick={() => zoom(0.5)}>+</button>
				<button type="button" class="small" aria-label={t("gantt.back")} onClick={() => zoom(1, -0.3)}>◂</button>
				<button type="button" class="small" aria-label={t("gantt.forth")} onClick={() => zoom(1, 0.3)}>▸</button>
				<button type="button" class="small" onClick={() => set_view(null)}>{t("gantt.all")}</button>
			</div>
			<div ref={box} tabIndex={0} role="group" aria-label={title} onKeyDown={key}>
				<svg width="100%" height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
					{ticks(from, to, Math.max(2, Math.floor((width - left) / 90))).map((k) => (
						<g>
							<line class="tick" x1={x(k.at)} x2={x(k.at)} y1={TOP - 4} y2={height} />
							<text class="tick-text" x={x(k.at)} y={14} text-anchor="middle">{tick_text(k, language.get())}</text>
						</g>
					))}
					{Date.now() > from && Date.now() < to && <line class="now-line" x1={x(Date.now())} x2={x(Date.now())} y1={TOP - 4} y2={height} />}
					{lanes.map((l, i) => <LaneRow lane={l} y={TOP + i * LANE} left={left} width={width} x={x} />)}
				</svg>
			</div>
			<ul class="off-screen">
				{lanes.flatMap((l) => l.bars.map((b) => <li>{l.title}: {b.href ? <a href={b.href} tabIndex={-1}>{b.text}</a> : b.text}, {stamp(b.from)}{b.to ? ` – ${stamp(b.to)}` : ""}</li>))}
			</ul>
		</figure>
	);
}

function stamp(iso: string): string {
	const p = time_parts(iso);
	return p ? `${p.date} ${p.clock} ${p.zone}` : iso;
}

function LaneRow({ lane, y, left, width, x }: { lane: Lane; y: number; left: number; width: number; x: (at: number) => number }): VNode {
	const chars = left < 100 ? 8 : 14;
	return (
		<g>
			<line class="lane" x1={0} x2={width} y1={y + LANE - 3} y2={y + LANE - 3} />
			<text class="lane-title" x={2} y={y + 20}>{lane.title.length > chars ? `${lane.title.slice(0, chars - 1)}…` : lane.title}</text>
			{lane.bars.map((b) => {
				const a = x(Date.parse(b.from));
				const z = b.to ? x(Date.parse(b.to)) : a;
				if (z < left || a > width) return null;
				const start = Math.max(a, left);
				const tip = `${b.text}, ${stamp(b.from)}${b.to ? ` – ${stamp(b.to)}` : ""}`;
				return b.to
					? <rect class={`bar ${b.tone ?? "info"}`} x={start} y={y + 6} width={Math.max(3, Math.min(z, width) - start)} height={18} rx={4}><title>{tip}</title></rect>
					: <circle class={`bar ${b.tone ?? "info"}`} cx={start} cy={y + 15} r={6}><title>{tip}</title></circle>;
			})}
		</g>
	);
}
