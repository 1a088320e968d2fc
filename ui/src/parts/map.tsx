// A map of countries. Loaded when a page first shows it: the shapes are larger than all the rest.
import { geoGraticule10, geoMercator, geoPath } from "d3-geo";
import type { FeatureCollection, Geometry } from "geojson";
import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import world from "world-atlas/countries-110m.json";
import { t } from "../i18n.js";

export type Spot = { name: string; tone: "good" | "wait" | "bad" | "info" | "none"; words: string; href?: string };

const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
const shapes = feature(topology, topology.objects.countries) as FeatureCollection<Geometry, { name: string }>;

// The names that the shapes bear, for the three letters that members call themselves by.
const BY_CODE: Record<string, string> = {
	ALB: "Albania", AUT: "Austria", BEL: "Belgium", BGR: "Bulgaria", BIH: "Bosnia and Herz.", CHE: "Switzerland", CYP: "Cyprus",
	CZE: "Czechia", DEU: "Germany", DNK: "Denmark", ESP: "Spain", EST: "Estonia", FIN: "Finland", FRA: "France", GBR: "United Kingdom",
	GRC: "Greece", HRV: "Croatia", HUN: "Hungary", IRL: "Ireland", ISL: "Iceland", ITA: "Italy", KOS: "Kosovo", XKX: "Kosovo",
	LTU: "Lithuania", LUX: "Luxembourg", LVA: "Latvia", MDA: "Moldova", MKD: "Macedonia", MNE: "Montenegro", NLD: "Netherlands",
	NOR: "Norway", POL: "Poland", PRT: "Portugal", ROU: "Romania", SRB: "Serbia", SVK: "Slovakia", SVN: "Slovenia", SWE: "Sweden",
	TUR: "Turkey", UKR: "Ukraine", USA: "United States of America", CAN: "Canada",
};

export function country_of(label: string): string | undefined {
	return BY_CODE[label];
}

const W = 720;
const H = 440;

export default function WorldMap({ spots }: { spots: readonly Spot[] }): VNode {
	const [scale, zoom] = useState(1);
	const by_name = useMemo(() => new Map(spots.map((s) => [country_of(s.name) ?? s.name, s])), [spots]);
	const drawn = useMemo(() => {
		const wanted = shapes.features.filter((f) => by_name.has(f.properties.name));
		const frame: FeatureCollection = { type: "FeatureCollection", features: wanted.length ? wanted : shapes.features };
		const p = geoMercator();
		const pad = wanted.length ? 110 : 4;
		p.fitExtent([[pad, pad], [W - pad, H - pad]], frame);
		p.scale(p.scale() * scale);
		const [cx, cy] = geoPath(p).centroid(frame);
		const [tx, ty] = p.translate();
		p.translate([tx + W / 2 - cx, ty + H / 2 - cy]).clipExtent([[0, 0], [W, H]]);
		const path = geoPath(p);
		return {
			net: path(geoGraticule10()) ?? "",
			lands: shapes.features.map((f) => ({ name: f.properties.name, d: path(f) ?? "", at: path.centroid(f) })).filter((l) => l.d),
		};
	}, [by_name, scale]);
	return (
		<figure class="map">
			<div class="gantt-tools">
				<button type="button" class="small" aria-label={t("gantt.out")} onClick={() => zoom(Math.max(0.2, scale / 1.5))}>−</button>
				<button type="button" class="small" aria-label={t("gantt.in")} onClick={() => zoom(Math.min(8, scale * 1.5))}>+</button>
			</div>
			<svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="xMidYMid slice" role="img" aria-label={`${t("map.title")}: ${spots.map((s) => `${s.name}: ${s.words}`).join("; ")}`}>
				<path class="net" d={drawn.net} />
				{drawn.lands.map((l) => {
					const spot = by_name.get(l.name);
					return <path class={spot ? `land ${spot.tone}` : "land"} d={l.d}><title>{spot ? `${l.name}: ${spot.words}` : l.name}</title></path>;
				})}
				{drawn.lands.map((l) => {
					const spot = by_name.get(l.name);
					if (!spot || Number.isNaN(l.at[0])) return null;
					return (
						<g aria-hidden="true">
							<text class="land-name" x={l.at[0]} y={l.at[1]} text-anchor="middle">{spot.name}</text>
							<text class="land-words" x={l.at[0]} y={l.at[1] + 14} text-anchor="middle">{spot.words}</text>
						</g>
					);
				})}
			</svg>
			<figcaption class="remark">{t("map.remark")}</figcaption>
		</figure>
	);
}
