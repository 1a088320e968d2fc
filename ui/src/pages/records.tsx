// Records: what members share, of the mode that is switched on; each with its label.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useCell } from "../cell.js";
import { t } from "../i18n.js";
import { useList, type Listed } from "../load.js";
import { PageFrame } from "../parts/page.js";
import { Table } from "../parts/table.js";
import { Busy, Empty, LabelBadge, ModeBadge, Name, Theirs, Time, Trouble } from "../parts/text.js";
import { link, place, go } from "../route.js";
import { may, mode } from "../state.js";
import type { RecordRow } from "../types.js";

export function useRecords(c: string, filter: { kind?: string; text?: string; owner?: string }): Listed<RecordRow> {
	const now = useCell(mode);
	return useList<RecordRow>(`/coalitions/${c}/records`, { mode: now, ...filter }, (r) => `${r.object} ${r.leaf}`, ["record"],
		(e) => e.data["coalition"] === c && e.data["mode"] === now);
}

export function audience_text(r: RecordRow): string {
	const others = r.audience.filter((a) => a.id !== r.author);
	return others.length ? others.map((a) => a.label).join(", ") : t("record.nobody");
}

export function RecordTable({ c, rows, plain, more, tools, empty }: { c: string; rows: readonly RecordRow[]; plain?: boolean; more?: (() => void) | null; tools?: preact.ComponentChildren; empty?: preact.ComponentChildren }): VNode {
	return (
		<Table name="records" rows={rows} plain={plain} more={more} tools={tools} empty={empty} id={(r) => `${r.object} ${r.leaf}`} open={(r) => link("records", c, r.object)}
			columns={[
				{ key: "title", title: t("record.title"), text: (r) => r.title, show: (r) => <>{r.title ? <Theirs text={r.title} /> : t("record.untitled")} <ModeBadge mode={r.mode} /></>, width: "32%" },
				{ key: "label", title: t("label"), text: (r) => r.label, show: (r) => <LabelBadge label={r.label} />, width: "17%" },
				{ key: "from", title: t("record.from"), text: (r) => r.author_label, show: (r) => <><Name id={r.author} label={r.author_label} />{r.frozen && <> <span class="badge bad">{t("record.frozen")}</span></>}</>, width: "9%" },
				{ key: "for", title: t("record.for"), text: (r) => audience_text(r), width: "14%" },
				{ key: "time", title: t("time"), text: (r) => r.time, show: (r) => <>{r.state !== "live" && <span class="badge wait">{t(`state.${r.state}`)}</span>} <Time at={r.time} /></>, width: "28%" },
			]} />
	);
}

export function Records({ c, area }: { c: string; area?: string }): VNode {
	const at = useCell(place);
	const text = at.query.get("text") ?? "";
	const kind = area ? `${area}/` : (at.query.get("kind") ?? "");
	const [typed, type] = useState(text);
	const list = useRecords(c, { text: text || undefined, kind: kind || undefined });
	useEffect(() => type(text), [text]);
	const base = area ? (["work", area, c] as const) : (["records", c] as const);
	const find = (e: Event): void => {
		e.preventDefault();
		go(link(...base, { text: typed.trim() || undefined, kind: area ? undefined : kind || undefined }));
	};
	const title = area ? t(`workspace.${area}` as "workspace.cyber") : t("nav.records");
	const fresh = may("records", "contributor") && <a class="main" href={link("records", c, "new")}>{t("record.new")}</a>;
	const empty = list.busy ? <Busy /> : list.problem ? undefined : text
		? <Empty title={t("record.none_found", { q: text })}><a href={link(...base)}>{t("record.all")}</a></Empty>
		: <Empty title={t("record.none")}><p>{may("records", "contributor") ? t("record.none_next") : t("record.none_reader")}</p>{fresh}</Empty>;
	return (
		<PageFrame title={title} side={fresh}>
			<Trouble problem={list.problem} reload={list.reload} />
			<RecordTable c={c} rows={list.items} more={list.more} empty={empty}
				tools={
					<form class="find" role="search" onSubmit={find}>
						<input type="search" value={typed} aria-label={t("record.find")} placeholder={t("record.find")} onInput={(e) => type(e.currentTarget.value)} />
						<button type="submit" class="small">{t("search")}</button>
					</form>
				} />
		</PageFrame>
	);
}
