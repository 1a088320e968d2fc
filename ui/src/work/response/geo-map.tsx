// A map of what happens: areas, places, journeys. Countries come with the page (Natural Earth); nothing is fetched from elsewhere. Loaded when first shown.
import { geoGraticule10, geoMercator, geoPath, type GeoProjection } from "d3-geo";
import type { FeatureCollection, Geometry } from "geojson";
import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import world from "world-atlas/countries-50m.json";
import type { Point } from "./geo.js";
import { t } from "./msg.js";

export type Mark = { kind: "alert" | "request" | "capability" | "deployment" | "incident"; text: string; at?: Point; ring?: Point[]; path?: Point[]; tone?: string; age?: string };
type Props = { marks: readonly Mark[]; draw?: { points: readonly Point[]; add: (p: Point) => void } };

const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
const lands = feature(topology, topology.objects.countries) as FeatureCollection<Geometry, { name: string }>;
const W = 900;
const H = 560;

function extent(marks: readonly Mark[]): FeatureCollection {
	const all = marks.flatMap((m) => [...(m.at ? [m.at] : []), ...(m.ring ?? []), ...(m.path ?? [])]);
	const around: Point[] = all.length ? all : [[13, 39], [29, 47]];
	return { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "MultiPoint", coordinates: around } }] };
}

function projection_of(marks: readonly Mark[], zoom: number): GeoProjection {
	const p = geoMercator().fitExtent([[120, 90], [W - 120, H - 90]], extent(marks));
	// One place alone is shown with its neighbourhood, not with its street.
	p.scale(Math.min(p.scale(), 9000));
	const frame = geoPath(p).centroid(extent(marks));
	const [tx, ty] = p.translate();
	p.translate([tx + W / 2 - frame[0], ty + H / 2 - frame[1]]);
	const middle = p.invert!([W / 2, H / 2])!;
	p.scale(p.scale() * zoom);
	const at = p(middle)!;
	const [x, y] = p.translate();
	return p.translate([x + W / 2 - at[0], y + H / 2 - at[1]]).clipExtent([[0, 0], [W, H]]);
}

const SIGN: Record<Mark["kind"], string> = { alert: "!", request: "?", capability: "●", deployment: "▲", incident: "✕" };

function line_of(p: GeoProjection, points: readonly Point[]): string {
	return points.map((x) => p(x)).filter((x): x is [number, number] => x !== null).map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join("");
}

export default function GeoMap({ marks, draw }: Props): VNode {
	const [zoom, set] = useState(1);
	const key = draw ? "" : marks.map((m) => m.text + String(m.at)).join();
	const p = useMemo(() => projection_of(marks, zoom), [key, zoom]);
	const base = useMemo(() => {
		const path = geoPath(p);
		return { net: path(geoGraticule10()) ?? "", lands: lands.features.map((f) => ({ name: f.properties.name, d: path(f) ?? "" })).filter((l) => l.d) };
	}, [p]);
	const click = (e: MouseEvent): void => {
		if (!draw) return;
		const svg = e.currentTarget as SVGSVGElement;
		const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
		const lonlat = p.invert!([at.x, at.y]);
		if (lonlat) draw.add([lonlat[0], lonlat[1]]);
	};
	return (
		<figure class={draw ? "map geo drawing" : "map geo"}>
			<div class="gantt-tools">
				<button type="button" class="small" aria-label={t("map.out")} onClick={() => set(Math.max(0.1, zoom / 1.6))}>−</button>
				<button type="button" class="small" aria-label={t("map.in")} onClick={() => set(Math.min(40, zoom * 1.6))}>+</button>
				<button type="button" class="small" onClick={() => set(1)}>{t("map.all")}</button>
			</div>
			<svg viewBox={`0 0 ${W} ${H}`} role="img" aria-label={t("map.title")} onClick={click}>
				<path class="net" d={base.net} />
				{base.lands.map((l) => <path class="land" d={l.d}><title>{l.name}</title></path>)}
				{marks.map((m) => m.ring && m.ring.length > 2 && <path class={`area ${m.tone ?? "bad"}`} d={`${line_of(p, m.ring)}Z`}><title>{m.text}</title></path>)}
				{marks.map((m) => m.path && <path class={`journey ${m.tone ?? "info"}`} d={line_of(p, m.path)}><title>{m.text}</title></path>)}
				{marks.map((m) => {
					const at = m.at && p(m.at);
					if (!at || at[0] < 0 || at[1] < 0 || at[0] > W || at[1] > H) return null;
					return (
						<g class={`mark ${m.kind} ${m.tone ?? ""}`}>
							<title>{m.text}</title>
							<circle cx={at[0]} cy={at[1]} r={9} />
							<text class="mark-sign" x={at[0]} y={at[1] + 4} text-anchor="middle">{SIGN[m.kind]}</text>
							{m.age && <text class="mark-age" x={at[0] + 13} y={at[1] + 4}>{m.age}</text>}
						</g>
					);
				})}
				{draw && draw.points.length > 0 && (
					<>
						<path class="area draft" d={`${line_of(p, draw.points)}Z`} />
						{draw.points.map((x) => { const at = p(x); return at && <circle class="corner" cx={at[0]} cy={at[1]} r={5} />; })}
					</>
				)}
			</svg>
			<figcaption class="remark">{t("map.source")}</figcaption>
		</figure>
	);
}
