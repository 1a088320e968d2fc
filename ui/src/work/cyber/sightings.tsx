// Sightings over time, and the latest.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Name, Section, Theirs, Time } from "../../parts/text.js";
import { language } from "../../i18n.js";
import { Cut, Drill, object_link, useCyber } from "./bits.js";
import { t } from "./msg.js";
import type { Sightings } from "./types.js";

function Bars({ days }: { days: Sightings["days"] }): VNode {
	const most = Math.max(1, ...days.map((d) => d.count));
	const day = (at: string): string => new Date(at).toLocaleDateString(language.get(), { month: "short", day: "numeric", timeZone: "UTC" });
	const w = 900 / days.length;
	return (
		<figure class="bars">
			<svg viewBox="0 0 900 190" role="img" aria-label={t("sightings.chart", { n: days.reduce((a, d) => a + d.count, 0) })}>
				{[0.5, 1].map((f) => <line class="grid" x1="0" x2="900" y1={160 - 140 * f} y2={160 - 140 * f} />)}
				{days.map((d, i) => {
					const h = (140 * d.count) / most;
					return <rect x={i * w + w * 0.1} y={160 - h} width={w * 0.8} height={Math.max(h, d.count ? 2 : 0)}><title>{`${day(d.day)}: ${d.count}`}</title></rect>;
				})}
				<line class="axis" x1="0" x2="900" y1="160" y2="160" />
				<text x="0" y="180">{day(days[0]?.day ?? "")}</text>
				<text x="900" y="180" text-anchor="end">{day(days.at(-1)?.day ?? "")}</text>
				<text x="4" y="16">{most}</text>
			</svg>
		</figure>
	);
}

export function SightingsPage({ c }: { c: string }): VNode {
	const [days, set] = useState(30);
	const all = useCyber<Sightings>(c, "sightings", `&days=${days}`);
	return (
		<PageFrame title={t("sightings")}>
			<Drill />
			<div class="chips" role="group" aria-label={t("sightings.days")}>{[7, 30, 90, 366].map((n) => <button type="button" aria-pressed={days === n} onClick={() => set(n)}>{t("sightings.n_days", { n })}</button>)}</div>
			<Loading of={all}>
				{(s) => (s.latest.length === 0 ? <Empty title={t("sightings.none")}><p>{t("sightings.none_next")}</p></Empty> : (
					<>
						<Cut cut={s.cut} />
						<Bars days={s.days} />
						<Section title={t("sightings.latest")}>
							<table class="fold">
								<thead><tr><th scope="col">{t("sightings.of")}</th><th scope="col">{t("sightings.by")}</th><th scope="col">{t("sightings.count")}</th><th scope="col">{t("sightings.first")}</th><th scope="col">{t("sightings.last")}</th></tr></thead>
								<tbody>
									{s.latest.map((x) => (
										<tr>
											<td data-label={t("sightings.of")}><a href={object_link(c, x.of)}><Theirs text={x.of_name} /></a></td>
											<td data-label={t("sightings.by")}><Name id={x.author.id} label={x.author.label} /></td>
											<td data-label={t("sightings.count")}>{x.count}</td>
											<td data-label={t("sightings.first")}><Time at={x.first_seen} /></td>
											<td data-label={t("sightings.last")}><Time at={x.last_seen} /></td>
										</tr>
									))}
								</tbody>
							</table>
						</Section>
					</>
				))}
			</Loading>
		</PageFrame>
	);
}
