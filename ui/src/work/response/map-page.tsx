// The map: alert areas, incidents, requests, capabilities with a place, teams with the age of their position, journeys.
import type { VNode } from "preact";
import { Lazy } from "../../parts/lazy.js";
import { PageFrame } from "../../parts/page.js";
import { Empty, Section, Theirs } from "../../parts/text.js";
import { Drill, span, useResponseList } from "./bits.js";
import { circle_of, polygon_of, type Point } from "./geo.js";
import type { Mark } from "./geo-map.js";
import { t } from "./msg.js";
import type { Alert, Capability, Incident, Leg, Place, Rec, Row } from "./types.js";

const geo_map = () => import("./geo-map.js");

const point = (p: Place | undefined): Point | undefined => (p?.lat !== undefined && p.lon !== undefined ? [p.lon, p.lat] : undefined);

function alert_marks(a: Alert): Mark[] {
	const text = `${t("map.alert")}: ${a.info[0]?.headline || a.info[0]?.event || a.identifier}`;
	const tone = ["Extreme", "Severe"].includes(a.info[0]?.severity ?? "") ? "bad" : "wait";
	const rings = a.info[0]?.area.flatMap((x) => [...x.polygon.map(polygon_of), ...x.circle.map(circle_of)]).filter((r) => r.length > 2) ?? [];
	return rings.map((ring) => ({ kind: "alert", text, ring, tone, at: ring.reduce((s, p) => [s[0] + p[0] / ring.length, s[1] + p[1] / ring.length] as Point, [0, 0] as Point) }));
}

type Report = Rec<{ deployment: string; location: Place; at: string; people?: number }>;
type LegRecord = Rec<Leg["content"] & { state: string }>;

export function marks_of(alerts: readonly Alert[], requests: readonly Row[], capabilities: readonly Capability[], incidents: readonly Incident[], reports: readonly Report[], legs: readonly LegRecord[], now: number): Mark[] {
	const last = new Map<string, Report>();
	for (const r of reports) {
		const old = last.get(r.content.deployment);
		if (!old || old.content.at < r.content.at) last.set(r.content.deployment, r);
	}
	const at = (kind: Mark["kind"], p: Place | undefined, text: string, more: Partial<Mark> = {}): Mark[] => (point(p) ? [{ kind, at: point(p)!, text, ...more }] : []);
	return [
		...alerts.flatMap(alert_marks),
		...incidents.filter((i) => !i.content.closed).flatMap((i) => at("incident", i.content.centre, `${t("map.incident")}: ${i.content.name}`, { tone: "bad" })),
		...capabilities.flatMap((k) => at("capability", k.content.home, `${t("map.capability")}: ${k.content.name} (${k.author_label})`, { tone: k.readiness?.stale ? "wait" : "good" })),
		...legs.filter((l) => l.content.state !== "cancelled").flatMap((l): Mark[] => {
			const [a, z] = [point(l.content.from), point(l.content.to)];
			return a && z ? [{ kind: "deployment", path: [a, z], text: t("deployment.leg", { from: l.content.from.name ?? "?", to: l.content.to.name ?? "?" }), tone: l.content.state === "arrived" ? "good" : "info" }] : [];
		}),
		...requests.flatMap((r) => at("request", r.content.location, `${t("map.request")} ${r.content.code}: ${r.content.title}`, { tone: r.coverage_percent === 100 ? "good" : "wait" })),
		...[...last.values()].flatMap((r) => at("deployment", r.content.location, `${t("map.deployment")}: ${r.author_label}`, { tone: "info", age: span(Math.max(0, Math.round((now - Date.parse(r.content.at)) / 60_000))) })),
	];
}

export function MapPage({ c }: { c: string }): VNode {
	const alerts = useResponseList<Alert>(c, "alerts");
	const requests = useResponseList<Row>(c, "requests");
	const capabilities = useResponseList<Capability>(c, "capabilities");
	const incidents = useResponseList<Incident>(c, "records/incidents");
	const reports = useResponseList<Report>(c, "records/check-ins");
	const legs = useResponseList<LegRecord>(c, "records/legs");
	const marks = marks_of(alerts.items, requests.items, capabilities.items, incidents.items, reports.items, legs.items, Date.now());
	return (
		<PageFrame title={t("map")}>
			<Drill />
			<Lazy from={geo_map} marks={marks} />
			<Section title={t("map.list")}>
				{marks.length ? <ul class="mark-list">{marks.map((m) => <li><span class={`badge ${m.tone ?? "info"}`}>{t(`map.${m.kind}` as "map.alert")}</span> <Theirs text={m.text} />{m.age && <span class="age"> {t("deployment.position", { age: m.age })}</span>}</li>)}</ul> : <Empty title={t("map.none")} />}
			</Section>
		</PageFrame>
	);
}
