// The table of all pages: sorts, filters, gives CSV, and draws only the rows in sight, so that 100,000 scroll as 100 do.
// Short tables stand in the page as they are; long ones have a window of their own with rows of one height.
//
//	<Table name="records" rows={rows} id={(r) => r.object} columns={[
//		{ key: "title", title: t("record.title"), text: (r) => r.title, show: (r) => <Theirs text={r.title} />, wide: true },
//	]} open={(r) => go(link("records", c, r.object))} more={list.more} />
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { save } from "../api.js";
import { csv_custom, csv_text } from "../csv.js";
import { language, t } from "../i18n.js";
import { rows_in_order, type Sorting } from "../order.js";

export type Column<T> = {
	key: string;
	title: string;
	text: (row: T) => string | number | null; // what is sorted, filtered and written as CSV
	show?: (row: T) => ComponentChildren;
	width?: string; // of the column where there is room, e.g. "9rem"
};

type Props<T> = {
	name: string; // of the CSV file, and of the table for those who do not see it
	rows: readonly T[];
	columns: readonly Column<T>[];
	id: (row: T) => string;
	open?: (row: T) => string | undefined; // the address of the row's page
	more?: (() => void) | null; // there are more at the node
	empty?: ComponentChildren;
	tools?: ComponentChildren;
	plain?: boolean; // no filter and no CSV
	mark?: (row: T) => string | undefined; // a class
};

const LONG = 120;
const AHEAD = 8;

function useNarrow(): boolean {
	const media = useMemo(() => matchMedia("(max-width: 46rem)"), []);
	const [narrow, set] = useState(media.matches);
	useEffect(() => {
		const turn = (): void => set(media.matches);
		media.addEventListener("change", turn);
		return () => media.removeEventListener("change", turn);
	}, [media]);
	return narrow;
}

export function Table<T>(p: Props<T>): VNode {
	const [sorting, sort] = useState<Sorting | null>(null);
	const [typed, type] = useState("");
	const [filter, set_filter] = useState("");
	useEffect(() => {
		const timer = setTimeout(() => set_filter(typed), p.rows.length > 5000 ? 150 : 0);
		return () => clearTimeout(timer);
	}, [typed]);
	const order = useMemo(
		() => rows_in_order(p.rows, p.columns, sorting, filter),
		[p.rows, sorting, filter, p.columns.map((c) => c.key).join()],
	);
	const csv = (): void => {
		const lines = [p.columns.map((c) => c.title), ...Array.from(order, (i) => p.columns.map((c) => c.text(p.rows[i]!)))];
		save(`${p.name}.csv`, csv_text(lines, csv_custom(language.get())), "text/csv;charset=utf-8");
	};
	if (p.rows.length === 0 && p.empty) return <>{p.tools && <div class="table-tools">{p.tools}</div>}{p.empty}</>;
	return (
		<div class="table-box">
			{(!p.plain || p.tools) && (
				<div class="table-tools">
					{p.tools}
					{!p.plain && (
						<>
							<input type="search" value={typed} aria-label={t("table.filter")} placeholder={t("table.filter")}
								onInput={(e) => type(e.currentTarget.value)} />
							<span class="count" role="status">
								{filter ? t("table.some", { n: order.length, all: p.rows.length }) : t("table.rows", { n: p.rows.length })}
								{p.more ? ` · ${t("table.more_there")}` : ""}
							</span>
							<button type="button" class="small" onClick={csv}>CSV</button>
						</>
					)}
				</div>
			)}
			<Rows {...p} order={order} sorting={sorting} sort={sort} />
			{order.length === 0 && p.rows.length > 0 && <p class="nothing">{t("table.none_fits")}</p>}
			{p.more && order.length <= LONG && <button type="button" onClick={p.more}>{t("table.load_more")}</button>}
		</div>
	);
}

type RowsProps<T> = Props<T> & { order: Uint32Array; sorting: Sorting | null; sort: (s: Sorting | null) => void };

// The part of the rows that is in sight, and how tall a row is. Unmeasured it is 0 and a first screenful is drawn.
function useWindow(box: { current: HTMLElement | null }, n: number, long: boolean, shape: unknown): { from: number; to: number; height: number } {
	const [view, set] = useState({ from: 0, to: 40, height: 0 });
	useLayoutEffect(() => {
		const el = box.current;
		if (!el || !long) return;
		let frame = 0;
		const look = (): void => {
			frame = 0;
			const row = el.querySelector<HTMLElement>("tbody tr[data-row]");
			const height = row?.offsetHeight || 40;
			// Steps of AHEAD rows: most frames of a scroll change nothing.
			const first = Math.floor(el.scrollTop / height / AHEAD) * AHEAD;
			const from = Math.max(0, first - AHEAD);
			const to = Math.min(n, first + Math.ceil(el.clientHeight / height) + 2 * AHEAD);
			set((old) => (old.from === from && old.to === to && old.height === height ? old : { from, to, height }));
		};
		const soon = (): void => {
			frame ||= requestAnimationFrame(look);
		};
		look();
		el.addEventListener("scroll", soon, { passive: true });
		const size = new ResizeObserver(soon);
		size.observe(el);
		return () => {
			cancelAnimationFrame(frame);
			el.removeEventListener("scroll", soon);
			size.disconnect();
		};
	}, [n, long, shape]);
	return view;
}

function Rows<T>(p: RowsProps<T>): VNode {
	const box = useRef<HTMLDivElement>(null);
	const long = p.order.length > LONG;
	const narrow = useNarrow();
	const view = useWindow(box, p.order.length, long, narrow);
	const from = long ? Math.min(view.from, p.order.length) : 0;
	const to = long ? Math.min(Math.max(view.to, from), p.order.length) : p.order.length;
	useEffect(() => {
		if (long && p.more && to >= p.order.length - 20) p.more();
	}, [to, p.order.length, p.more]);
	// What stays in sight while one scrolls is the very same node, so that nothing of it is worked out again; with other rows or columns all begin anew.
	const drawn = useRef<{ of: RowsProps<T>; rows: Map<number, VNode> }>({ of: p, rows: new Map() });
	const before = drawn.current.of === p ? drawn.current.rows : new Map<number, VNode>();
	const now = new Map<number, VNode>();
	for (let k = from; k < to; k++) now.set(k, before.get(k) ?? <Row key={p.id(p.rows[p.order[k]!]!)} p={p} row={p.rows[p.order[k]!]!} at={k} />);
	drawn.current = { of: p, rows: now };
	return (
		<div ref={box} class={long ? "table-window" : "table-flow"} tabIndex={long ? 0 : undefined} role={long ? "region" : undefined}
			aria-label={long ? p.name : undefined}>
			<table class="fold" aria-rowcount={long ? p.order.length + 1 : undefined}>
				<thead>
					<tr>{p.columns.map((c) => <Head column={c} sorting={p.sorting} sort={p.sort} />)}</tr>
				</thead>
				<tbody>
					{from > 0 && <tr class="spacer" aria-hidden="true"><td colSpan={p.columns.length} style={{ height: `${from * view.height}px` }} /></tr>}
					{[...now.values()]}
					{to < p.order.length && <tr class="spacer" aria-hidden="true"><td colSpan={p.columns.length} style={{ height: `${(p.order.length - to) * view.height}px` }} /></tr>}
				</tbody>
			</table>
		</div>
	);
}

function Head<T>({ column: c, sorting, sort }: { column: Column<T>; sorting: Sorting | null; sort: (s: Sorting | null) => void }): VNode {
	const mine = sorting?.key === c.key ? sorting : null;
	if (!c.title) return <td style={c.width ? { width: c.width } : undefined} />;
	const next = !mine ? { key: c.key, down: false } : mine.down ? null : { key: c.key, down: true };
	return (
		<th scope="col" aria-sort={mine ? (mine.down ? "descending" : "ascending") : "none"} style={c.width ? { width: c.width } : undefined}>
			<button type="button" class="sort" onClick={() => sort(next)}>
				{c.title}<span aria-hidden="true">{mine ? (mine.down ? " ▾" : " ▴") : ""}</span>
			</button>
		</th>
	);
}

function step(e: KeyboardEvent): void {
	const row = (e.currentTarget as HTMLElement).closest("tr");
	let to = e.key === "ArrowDown" ? row?.nextElementSibling : e.key === "ArrowUp" ? row?.previousElementSibling : null;
	if (!to) return;
	while (to && !to.querySelector("a")) to = null;
	to?.querySelector("a")?.focus();
	if (to) e.preventDefault();
}

function Row<T>({ p, row, at }: { p: RowsProps<T>; row: T; at: number }): VNode {
	const href = p.open?.(row);
	return (
		<tr data-row={at} aria-rowindex={p.order.length > LONG ? at + 2 : undefined} class={p.mark?.(row)}>
			{p.columns.map((c, i) => {
				const shown = c.show ? c.show(row) : c.text(row);
				return (
					<td data-label={c.title}>
						{href && i === 0 ? <a class="row-link" href={href} onKeyDown={step}>{shown}</a> : shown}
					</td>
				);
			})}
		</tr>
	);
}
