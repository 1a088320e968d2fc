// Three numbers side by side, and the matrix of objectives and phases with its gaps named.
import type { VNode } from "preact";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Section, Theirs } from "../../parts/text.js";
import { ex_link, Gate, useTraining } from "./bits.js";
import { Ways } from "./exercise.js";
import { t } from "./msg.js";
import type { Cover } from "./types.js";

function Number_({ n, of, name }: { n: number; of: number; name: string }): VNode {
	return <div class="tr-number"><strong>{n}</strong> <span>/ {of}</span><p>{name}</p><progress max={of || 1} value={n} aria-label={name} /></div>;
}

export function CoveragePage({ c, id }: { c: string; id: string }): VNode {
	const cover = useTraining<Cover>(c, `/exercises/${id}/coverage`);
	return (
		<PageFrame title={t("way.coverage")}>
			<Gate want="play">
				<Ways c={c} id={id} here="coverage" />
				<Loading of={cover}>
					{(d) => !d.rows.length ? <Empty title={t("cover.none")}><p>{t("cover.none_next")}</p></Empty> : (
						<>
							<div class="tr-numbers"><Number_ n={d.designed} of={d.objectives} name={t("cover.designed")} /><Number_ n={d.delivered} of={d.objectives} name={t("cover.delivered")} /><Number_ n={d.evaluated} of={d.objectives} name={t("cover.evaluated")} /></div>
							<p class="remark">{t("cover.remark")}</p>
							<Section title={t("cover.matrix")}>
								<div class="tr-scroll"><table class="tr-matrix">
									<thead><tr><th scope="col">{t("cover.objective")}</th>{d.phases.map((p) => <th scope="col"><Theirs text={p.title} /></th>)}<th scope="col">{t("cover.no_phase")}</th><th scope="col">{t("cover.played")}</th>{d.rows[0]!.ratings.map((r) => <th scope="col">{r.code}</th>)}<th scope="col">N/O</th><th scope="col">{t("cover.kept")}</th></tr></thead>
									<tbody>{d.rows.map((r) => (
										<tr>
											<th scope="row"><code>{r.number}</code> <Theirs text={r.title} /> {r.core && <span class="badge info">{t("cover.core")}</span>}</th>
											{r.phases.map((n, i) => <td class={n ? `tr-has n${Math.min(n, 4)}` : i < d.phases.length ? "tr-gap" : undefined}>{n || (i < d.phases.length ? <a href={ex_link(c, id, "msel")} title={t("cover.gap")}>{t("cover.gap_short")}</a> : "")}</td>)}
											<td>{r.played || ""}</td>
											{r.ratings.map((k) => <td class={k.n ? "tr-has" : undefined}>{k.n || ""}</td>)}
											<td>{r.not_observed || ""}</td><td>{r.withheld || ""}</td>
										</tr>
									))}</tbody>
								</table></div>
							</Section>
						</>
					)}
				</Loading>
			</Gate>
		</PageFrame>
	);
}
