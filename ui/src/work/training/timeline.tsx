// The story as lanes: one for each storyline, on the story's clock; planned jumps as cuts, the load of each audience below.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Section, Theirs } from "../../parts/text.js";
import { due_of, Gate, Mark, part_name, parts_of, story, useTraining } from "./bits.js";
import { Ways } from "./exercise.js";
import { t } from "./msg.js";
import type { Exercise, Rec } from "./types.js";
import { list, str } from "./types.js";

type Point = { at: number; text: string; weight: number; kind: string; audiences: string[]; object: string; of?: string };
const WEIGHT: Record<string, number> = { key: 3, enabling: 2, supporting: 1 };
const LANE = 44;
const LEFT = 150;

function points_of(x: Exercise): Map<string, Point[]> {
	const lanes = new Map<string, Point[]>();
	const epoch = Date.parse(str(x.exercise.content, "scenario_epoch"));
	const add = (lane: string, p: Point): void => void lanes.set(lane, [...(lanes.get(lane) ?? []), p]);
	const time = new Map<string, number>();
	for (const i of x.injects) {
		const d = due_of(i.content);
		if (d.at && d.basis === "scenario") time.set(i.object, Date.parse(d.at));
		else if (d.basis === "elapsed") time.set(i.object, epoch + (d.after_s ?? 0) * 1000);
	}
	for (const i of x.injects) {
		const d = due_of(i.content);
		const at = time.get(i.object) ?? (d.of && time.has(d.of) ? time.get(d.of)! + (d.after_s ?? 0) * 1000 : undefined);
		if (at === undefined) continue;
		const line = x.parts.find((p) => p.object === i.content["storyline"]);
		add(line ? part_name(line) : str(i.content, "track") || t("timeline.no_line"), {
			at, text: `${str(i.content, "number")} ${str(i.content, "title")}`, weight: WEIGHT[str(i.content, "weight") || "enabling"] ?? 2, kind: i.delivery ? "out" : i.status, audiences: list(i.content, "to"), object: i.object, of: d.of });
	}
	for (const s of x.shadows) if (s.from && !s.gone) add(`${t("shadow.of")} ${s.author.label}`, { at: Date.parse(s.from) + 900_000, text: `${s.author.label} ${s.storyline}`, weight: s.weight, kind: "shadow", audiences: s.audiences, object: s.object });
	return lanes;
}

function Chart({ x }: { x: Exercise }): VNode {
	const lanes = [...points_of(x)];
	const all = lanes.flatMap(([, p]) => p.map((q) => q.at));
	const [zoom, set] = useState(1);
	if (!all.length) return <Empty title={t("timeline.none")}><p>{t("timeline.none_next")}</p></Empty>;
	const from = Math.min(...all) - 900_000;
	const to = Math.max(...all) + 900_000;
	const width = Math.max(700, Math.min(6000, ((to - from) / 3_600_000) * 160 * zoom)) + LEFT;
	const px = (at: number): number => LEFT + ((at - from) / (to - from)) * (width - LEFT - 20);
	const hour = (to - from) / 3_600_000 > 36 ? 6 : 1;
	const ticks: number[] = [];
	for (let h = Math.ceil(from / (hour * 3_600_000)) * hour * 3_600_000; h < to; h += hour * 3_600_000) ticks.push(h);
	const jumps = ((x.exercise.content["planned_jumps"] ?? []) as { at: string; to: string }[]).map((j) => [Date.parse(j.at), Date.parse(j.to)] as const);
	const audiences = parts_of(x.parts, "audience");
	const height = 30 + lanes.length * LANE;
	return (
		<>
			<div class="tr-tools"><button type="button" class="small" onClick={() => set(zoom * 1.6)} aria-label={t("timeline.in")}>+</button><button type="button" class="small" onClick={() => set(zoom / 1.6)} aria-label={t("timeline.out")}>−</button></div>
			<div class="tr-timeline" tabIndex={0} role="img" aria-label={t("timeline.title")}>
				<svg width={width} height={height + audiences.length * 34}>
					{jumps.map(([a, b]) => <rect class="tr-cut" x={px(a)} y={24} width={Math.max(2, px(b) - px(a))} height={height - 24} />)}
					{ticks.map((h) => <g class="tr-tick"><line x1={px(h)} y1={22} x2={px(h)} y2={height} /><text x={px(h)} y={15}>{new Date(h).toISOString().slice(hour > 1 ? 5 : 11, 16).replace("T", " ")}</text></g>)}
					{lanes.map(([name, points], i) => (
						<g>
							<text class="tr-lane" x={4} y={30 + i * LANE + 20}>{name.slice(0, 20)}</text>
							<line class="tr-rail" x1={LEFT} x2={width} y1={30 + i * LANE + 22} y2={30 + i * LANE + 22} />
							{points.map((p, n) => <g class={`tr-point ${p.kind}`}><circle cx={px(p.at)} cy={30 + i * LANE + 22} r={3 + p.weight * 2}><title>{`${story(p.at)}  ${p.text}`}</title></circle><text x={px(p.at)} y={30 + i * LANE + (n % 2 ? 38 : 12)}>{p.text.split(" ")[0]}</text></g>)}
						</g>
					))}
					{audiences.map((a: Rec, i) => <g><text class="tr-lane" x={4} y={height + i * 34 + 22}>{part_name(a).slice(0, 20)}</text>{ticks.map((h) => {
						const load = lanes.flatMap(([, p]) => p).filter((p) => p.audiences.includes(a.object) && p.at >= h && p.at < h + hour * 3_600_000).reduce((s, p) => s + p.weight, 0);
						const room = Number(a.content["capacity"] ?? 12) * hour;
						return load ? <g class={load > room ? "tr-load over" : "tr-load"}><rect x={px(h)} y={height + i * 34 + 30 - Math.min(26, (load / room) * 26)} width={Math.max(3, px(h + hour * 3_600_000) - px(h) - 2)} height={Math.min(26, (load / room) * 26)} /><text x={px(h) + 4} y={height + i * 34 + 27}>{load}</text></g> : null;
					})}</g>)}
				</svg>
			</div>
			<Section title={t("timeline.list")}>
				<ol class="plain-list">{lanes.flatMap(([name, p]) => p.map((q) => ({ name, ...q }))).sort((a, b) => a.at - b.at).slice(0, 300).map((q) => <li><span class="remark">{story(q.at)}</span> <Theirs text={q.text} /> <small class="remark"><Theirs text={q.name} /></small></li>)}</ol>
			</Section>
		</>
	);
}

export function TimelinePage({ c, id }: { c: string; id: string }): VNode {
	const x = useTraining<Exercise>(c, `/exercises/${id}`);
	return (
		<PageFrame title={t("way.timeline")}>
			<Gate want="play"><Ways c={c} id={id} here="timeline" /><Loading of={x}>{(d) => <><Mark text={d.mark} /><Chart x={d} /></>}</Loading></Gate>
		</PageFrame>
	);
}
