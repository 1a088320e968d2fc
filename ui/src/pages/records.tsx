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
import { areas, may, mode } from "../state.js";
import type { RecordRow } from "../types.js";
import { AREAS, type Area } from "../work/areas.js";

// What people write to each other. Everything else belongs to a work area, whose own pages show it better.
export const NOTE = "note/1";

export function area_of(kind: string): Area | undefined {
	return AREAS.find((a) => kind.startsWith(`${a}/`));
}

// Kinds that have a page of their own in their workspace, by the record's own id.
const OWN: Record<string, string> = {
	"cyber/case/1": "cases", "training/exercise/1": "exercise", "response/request/1": "request", "procurement/pool/1": "pool", "procurement/agreement/1": "process",
};

// Where a record is best looked at: on its own page of the workspace, for who may open that; else as a record.
export function own_href(c: string, r: { kind: string; object: string }): string | undefined {
	const area = area_of(r.kind), page = OWN[r.kind];
	return area && page && areas.get().has(area) && may(area, "reader") ? link("work", area, c, page, r.object) : undefined;
}

// The records of work areas have no title of their own: the node names their kind.
export function record_name(r: { title: string; kind: string }): string {
	const area = area_of(r.kind);
	if (area && r.title === r.kind) return `${t(`workspace.${area}`)}: ${r.kind.split("/")[1]}`;
	return r.title || t("record.untitled");
}

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
				{ key: "title", title: t("record.title"), text: record_name, show: (r) => <><Theirs text={record_name(r)} /> <ModeBadge mode={r.mode} /></>, width: "32%" },
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
	const here = useCell(areas);
	const asked = at.query.get("kind") ?? NOTE;
	const kind = area ? `${area}/` : asked === "all" ? "" : asked;
	const [typed, type] = useState(text);
	const list = useRecords(c, { text: text || undefined, kind: kind || undefined });
	useEffect(() => type(text), [text]);
	const base = area ? (["work", area, c] as const) : (["records", c] as const);
	const look = (next: { text?: string; kind?: string }): void => {
		const q = { text: typed.trim(), kind: asked, ...next };
		go(link(...base, { text: q.text || undefined, kind: area || q.kind === NOTE ? undefined : q.kind }));
	};
	const find = (e: Event): void => {
		e.preventDefault();
		look({});
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
						{!area && here.size > 0 && (
							<select value={asked} aria-label={t("record.kind")} onChange={(e) => look({ kind: e.currentTarget.value })}>
								<option value={NOTE}>{t("record.notes")}</option>
								{AREAS.filter((a) => here.has(a)).map((a) => <option value={`${a}/`}>{t(`workspace.${a}`)}</option>)}
								<option value="all">{t("record.every")}</option>
							</select>
						)}
					</form>
				} />
		</PageFrame>
	);
}
