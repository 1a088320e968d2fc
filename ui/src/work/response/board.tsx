// The board: every request with its lines, how far each is covered, and what is late.
import type { VNode } from "preact";
import { PageFrame } from "../../parts/page.js";
import { Busy, Empty, LabelBadge, ModeBadge, Name, Theirs, Time, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { may } from "../../state.js";
import { Bar, Drill, State, useResponseList } from "./bits.js";
import { t } from "./msg.js";
import type { Alert, Line, Row } from "./types.js";

// What people must be qualified for, and who has such people then: as far as this node may know, by joint training.
function Certificates({ line }: { line: Line }): VNode | null {
	if (!line.certificates?.length) return null;
	return (
		<ul class="plain-list certificates">
			{line.certificates.map((k) => (
				<li>
					<span class={k.holders.length ? "badge good" : "badge wait"}><Theirs text={k.code} /></span>{" "}
					{!k.holders.length && <small class="remark">{t("line.nobody_holds")}</small>}
					{k.holders.map((h, i) => <small class="remark" title={h.until ? t("line.holds_until", { day: h.until.slice(0, 10) }) : ""}>{i ? ", " : ""}<Name id={h.member} label={h.label} /> {t("line.persons", { n: h.persons })}</small>)}
				</li>
			))}
		</ul>
	);
}

export function Lines({ lines }: { lines: readonly Line[] }): VNode {
	return (
		<table class="fold lines">
			<thead>
				<tr>
					<th scope="col">{t("line.line")}</th><th scope="col">{t("line.type")}</th><th scope="col" class="cover">{t("line.committed")}</th><th scope="col">{t("line.offered")}</th>
					<th scope="col">{t("line.moving")}</th><th scope="col">{t("line.there")}</th><th scope="col">{t("line.needed")}</th><th scope="col">{t("line.missing")}</th>
				</tr>
			</thead>
			<tbody>
				{lines.map((l) => (
					<tr class={l.missing > 0 && l.state === "OPEN" ? "bad-row" : undefined}>
						<td data-label={t("line.line")}>{l.line}</td>
						<td data-label={t("line.type")}><strong>{l.type.split(".").pop()}</strong> <small class="remark">{l.type_name}</small><Certificates line={l} /></td>
						<td data-label={t("line.committed")} class="cover"><Bar line={l} /> <span class="count">{l.committed}/{l.quantity}</span> <State state={l.state} /></td>
						<td data-label={t("line.offered")}>{l.offered + l.provisional || "–"}</td>
						<td data-label={t("line.moving")}>{l.in_transit || "–"}</td>
						<td data-label={t("line.there")}>{l.on_site || "–"}</td>
						<td data-label={t("line.needed")}><Time at={l.needed_by} />{l.late && <> <span class="badge bad">{t("line.late")}</span></>}</td>
						<td data-label={t("line.missing")}>{l.missing > 0 ? <strong class="missing">{l.missing}</strong> : "–"}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Card({ c, r }: { c: string; r: Row }): VNode {
	return (
		<section class="request-card">
			<header>
				<h2><a href={link("work", "response", c, "request", r.object)}><span class="code">{r.content.code}</span> <Theirs text={r.content.title} /></a></h2>
				<p class="request-facts">
					<State state={r.state} /> <ModeBadge mode={r.mode} /> <span>{t("request.coverage", { n: r.coverage_percent })}</span>
					<span>{t("request.asked_by")} <Name id={r.author} label={r.author_label} /></span>
					<span>{t("request.offers_due")} <Time at={r.content.offers_due} /></span>
					<LabelBadge label={r.label} />
				</p>
			</header>
			<Lines lines={r.lines} />
		</section>
	);
}

export function Board({ c }: { c: string }): VNode {
	const list = useResponseList<Row>(c, "requests");
	const alerts = useResponseList<Alert>(c, "alerts");
	const fresh = may("response", "contributor") && <a class="main" href={link("work", "response", c, "request", "new")}>{t("board.new")}</a>;
	const mine = alerts.items.filter((a) => !a.own);
	return (
		<PageFrame title={t("board")} side={fresh}>
			<Drill />
			<Trouble problem={list.problem} reload={list.reload} />
			{alerts.items.length > 0 && (
				<p class={`alert-strip ${mine.length ? "loud" : ""}`}><a href={link("work", "response", c, "alerts")}>{t("board.open_alerts", { n: alerts.items.length })}</a>: <Theirs text={alerts.items.slice(0, 3).map((a) => a.info[0]?.headline || a.info[0]?.event || a.identifier).join(" · ")} /></p>
			)}
			{list.busy && <Busy />}
			{!list.busy && !list.problem && list.items.length === 0 && <Empty title={t("board.none")}><p>{t("board.none_next")}</p>{fresh}</Empty>}
			{list.items.map((r) => <Card key={r.object} c={c} r={r} />)}
			{list.more && <button type="button" onClick={list.more}>…</button>}
		</PageFrame>
	);
}
