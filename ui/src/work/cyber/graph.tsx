// What hangs together: rings around the object in the middle; as a list for those who do not see it, and on narrow screens.
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { Theirs } from "../../parts/text.js";
import { group_of, object_link, TypeBadge } from "./bits.js";
import { t } from "./msg.js";
import type { Graph, Node } from "./types.js";

const WIDTH = 900;
type Spot = Node & { x: number; y: number; angle: number };

const graph_depths = (g: Graph): number[] => g.nodes.map((n) => n.depth);

// Each ring in the order of its neighbours further in, so that few edges cross.
function place(g: Graph): { spots: Map<string, Spot>; height: number } {
	const spots = new Map<string, Spot>();
	const rings = [0, 1, 2, 3].map((d) => g.nodes.filter((n) => n.depth === d));
	const most = Math.max(...rings.map((r) => r.length));
	const step = Math.max(120, Math.min(190, most * 4.5));
	const deepest = Math.max(0, ...graph_depths(g));
	const radius = (d: number): number => (d === 0 ? 0 : 70 + step * d - (most > 30 ? 0 : 30));
	const height = 2 * radius(deepest) + 90;
	for (const [d, ring] of rings.entries()) {
		const pull = (n: Node): number => {
			const near = g.edges.filter((e) => e.from === n.id || e.to === n.id).map((e) => spots.get(e.from === n.id ? e.to : e.from)).filter((s): s is Spot => s !== undefined && s.depth === d - 1);
			return near.length ? near.reduce((a, s) => a + s.angle, 0) / near.length : 0;
		};
		const ordered = d < 2 ? [...ring].sort((a, b) => a.type.localeCompare(b.type) || a.name.localeCompare(b.name)) : [...ring].sort((a, b) => pull(a) - pull(b));
		ordered.forEach((n, i) => {
			const angle = (2 * Math.PI * i) / ordered.length - Math.PI / 2;
			spots.set(n.id, { ...n, angle, x: WIDTH / 2 + radius(d) * 1.25 * Math.cos(angle), y: height / 2 + radius(d) * Math.sin(angle) });
		});
	}
	return { spots, height };
}

function short(s: string, n: number): string {
	return s.length > n ? `${s.slice(0, n - 1)}…` : s;
}

function Picture({ c, graph }: { c: string; graph: Graph }): VNode {
	const { spots, height } = useMemo(() => place(graph), [graph]);
	const crowded = graph.nodes.length > 40;
	return (
		<svg class="graph" viewBox={`0 0 ${WIDTH} ${height}`} aria-hidden="true">
			{graph.edges.map((e) => {
				const a = spots.get(e.from), b = spots.get(e.to);
				if (!a || !b) return null;
				return (
					<g class="edge">
						<line x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
						{!crowded && <text x={(a.x + b.x) / 2} y={(a.y + b.y) / 2 - 3}>{e.name}</text>}
					</g>
				);
			})}
			{[...spots.values()].map((s) => (
				<a tabindex={-1} href={s.known ? object_link(c, s.id) : undefined} class={`node ${group_of(s.type)} ${s.known ? "" : "unknown"}`}>
					<title>{`${s.type}: ${s.name}`}</title>
					<circle cx={s.x} cy={s.y} r={s.depth === 0 ? 14 : 8} />
					{(!crowded || s.depth < 2) && <text x={s.x} y={s.y + (s.depth === 0 ? 30 : 20)}>{short(s.known ? s.name : s.type, crowded ? 16 : 26)}</text>}
				</a>
			))}
		</svg>
	);
}

export function GraphView({ c, graph }: { c: string; graph: Graph }): VNode {
	const names = new Map(graph.nodes.map((n) => [n.id, n]));
	const end = (id: string): VNode => {
		const n = names.get(id);
		return n?.known ? <a href={object_link(c, id)}><Theirs text={n.name} /></a> : <span class="unknown">{n?.type ?? ""} <code>{id.split("--")[1]?.slice(0, 8)}</code></span>;
	};
	if (graph.nodes.length < 2) return <p class="remark">{t("graph.none")}</p>;
	return (
		<>
			<Picture c={c} graph={graph} />
			{graph.cut && <p class="remark">{t("graph.cut")}</p>}
			<details class="graph-list">
				<summary>{t("graph.list", { n: graph.edges.length })}</summary>
				<ul class="plain">{graph.edges.map((e) => <li>{end(e.from)} <em>{e.name.replaceAll("_", " ")}</em> {end(e.to)} <TypeBadge type={names.get(e.to)?.type ?? ""} /></li>)}</ul>
			</details>
		</>
	);
}
