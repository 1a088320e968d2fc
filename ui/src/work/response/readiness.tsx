// What members have: the matrix of types and members, with the age of each report; and the list behind it.
import type { VNode } from "preact";
import { Loading, PageFrame } from "../../parts/page.js";
import { Table } from "../../parts/table.js";
import { Busy, Empty, Name, Theirs, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { Drill, span, State, useResponse, useResponseList } from "./bits.js";
import { t } from "./msg.js";
import type { Capability, Cell, Matrix } from "./types.js";

function CellBox({ cell }: { cell: Cell }): VNode {
	if (cell.entries === 0) return <td class="cell none">–</td>;
	const notice = cell.notice_minutes === null ? t("ready.unknown") : span(cell.notice_minutes);
	return (
		<td class={`cell ${cell.state.toLowerCase()} ${cell.stale ? "stale" : ""}`} title={t("ready.cell", { n: cell.entries, notice })}>
			<State state={cell.state} />
			<span class="cell-facts">{cell.quantity > 0 ? `${cell.quantity} · ` : ""}{notice}</span>
			{cell.state !== "UNREPORTED" && <span class="age">{t("ready.age", { age: span(cell.age_minutes) })}</span>}
		</td>
	);
}

export function ReadinessPage({ c }: { c: string }): VNode {
	const all = useResponse<Matrix>(c, "matrix");
	return (
		<PageFrame title={t("readiness")}>
			<Drill />
			<Loading of={all}>
				{(m) => m.types.length === 0
					? <Empty title={t("ready.none")}><p>{t("ready.none_next")}</p></Empty>
					: (
						<>
							<p class="remark">{t("ready.remark")}</p>
							<div class="matrix-box" tabIndex={0} role="region" aria-label={t("readiness")}>
								<table class="matrix">
									<thead><tr><th scope="col">{t("ready.type")}</th>{m.types[0]!.cells.map((x) => <th scope="col"><Theirs text={x.member_label} /></th>)}</tr></thead>
									<tbody>
										{m.types.map((row) => (
											<tr><th scope="row"><strong>{row.type.split(".").pop()}</strong><small class="remark">{row.type_name}</small></th>{row.cells.map((x) => <CellBox cell={x} />)}</tr>
										))}
									</tbody>
								</table>
							</div>
						</>
					)}
			</Loading>
		</PageFrame>
	);
}

export function Capabilities({ c }: { c: string }): VNode {
	const list = useResponseList<Capability>(c, "capabilities");
	return (
		<PageFrame title={t("capabilities")}>
			<Drill />
			<Trouble problem={list.problem} reload={list.reload} />
			<Table name="capabilities" rows={list.items} more={list.more} id={(r) => r.object} open={(r) => link("records", c, r.object)}
				empty={list.busy ? <Busy /> : <Empty title={t("ready.none")}><p>{t("ready.none_next")}</p></Empty>}
				columns={[
					{ key: "name", title: t("ready.name"), text: (r) => r.content.name, show: (r) => <Theirs text={r.content.name} />, width: "26%" },
					{ key: "type", title: t("ready.type"), text: (r) => r.content.type, show: (r) => <><strong>{r.content.type}</strong> <small class="remark">{r.type_name}</small></>, width: "24%" },
					{ key: "member", title: t("ready.member"), text: (r) => r.author_label, show: (r) => <Name id={r.author} label={r.author_label} />, width: "8%" },
					{ key: "quantity", title: t("ready.quantity"), text: (r) => r.content.quantity ?? null, show: (r) => r.content.quantity ?? <span class="none">{t("ready.unknown")}</span>, width: "9%" },
					{ key: "notice", title: t("ready.notice"), text: (r) => r.notice_minutes, show: (r) => (r.notice_minutes === null ? <span class="none">{t("ready.unknown")}</span> : span(r.notice_minutes)), width: "11%" },
					{ key: "state", title: t("ready.report"), text: (r) => r.readiness?.state ?? "UNREPORTED", show: (r) => <><State state={r.readiness?.state ?? "UNREPORTED"} /> {r.readiness && <span class="age">{t("ready.age", { age: span(r.readiness.age_minutes) })}</span>}</>, width: "22%" },
				]} />
		</PageFrame>
	);
}
