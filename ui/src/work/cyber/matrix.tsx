// ATT&CK with what the coalition has seen: sightings and indicators by technique. Sub-techniques fold into theirs.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Theirs } from "../../parts/text.js";
import { Cut, Drill, object_link, useCyber } from "./bits.js";
import { t } from "./msg.js";
import type { Matrix, Technique } from "./types.js";

type Cell = Technique & { under: Technique[]; seen: number; known: number };

function cells(techniques: readonly Technique[]): Cell[] {
	const roots = techniques.filter((x) => !x.number?.includes("."));
	return roots.map((r) => {
		const under = techniques.filter((x) => r.number !== null && x.number?.startsWith(`${r.number}.`));
		const all = [r, ...under];
		return { ...r, under, seen: all.reduce((n, x) => n + x.sightings, 0), known: all.reduce((n, x) => n + x.indicators, 0) };
	}).sort((a, b) => b.seen - a.seen || b.known - a.known || a.name.localeCompare(b.name));
}

const heat = (c: Cell): string => (c.seen >= 10 ? "h3" : c.seen > 0 ? "h2" : c.known > 0 ? "h1" : "");

function Counts({ c }: { c: { seen: number; known: number } }): VNode | null {
	if (!c.seen && !c.known) return null;
	return <span class="counts">{c.seen > 0 && <b title={t("matrix.sightings")}>◉ {c.seen}</b>} {c.known > 0 && <span title={t("matrix.indicators")}>◇ {c.known}</span>}</span>;
}

function Table({ c, m, whole }: { c: string; m: Matrix; whole: boolean }): VNode {
	return (
		<div class="matrix" role="list" aria-label={m.name}>
			{m.tactics.map((x) => {
				const all = cells(x.techniques), shown = whole ? all : all.filter((k) => k.seen || k.known);
				return (
					<section class="tactic" role="listitem">
						<h3><a href={object_link(c, x.id)}><Theirs text={x.name} /></a> <small>{all.filter((k) => k.seen).length}/{all.length}</small></h3>
						<ul>
							{shown.map((k) => (
								<li class={heat(k)}>
									<a href={object_link(c, k.id)}><span class="code">{k.number}</span> <Theirs text={k.name} /></a> <Counts c={k} />
									{k.under.some((u) => u.sightings || u.indicators) && <ul>{k.under.filter((u) => u.sightings || u.indicators).map((u) => <li><a href={object_link(c, u.id)}><Theirs text={u.name} /></a> <Counts c={{ seen: u.sightings, known: u.indicators }} /></li>)}</ul>}
								</li>
							))}
							{shown.length === 0 && <li class="nothing">{t("matrix.nothing")}</li>}
						</ul>
					</section>
				);
			})}
		</div>
	);
}

export function MatrixPage({ c }: { c: string }): VNode {
	const all = useCyber<{ matrices: Matrix[]; cut: boolean }>(c, "matrix");
	const [at, set] = useState(0);
	const [whole, set_whole] = useState(true);
	return (
		<PageFrame title={t("matrix")}>
			<Drill />
			<Loading of={all}>
				{({ matrices, cut }) => {
					const m = matrices[Math.min(at, matrices.length - 1)];
					if (!m) return <Empty title={t("matrix.none")}><p>{t("matrix.none_next")}</p></Empty>;
					return (
						<>
							<div class="feed-tools">
								<div class="chips" role="group" aria-label={t("matrix")}>{matrices.map((x, i) => <button type="button" aria-pressed={i === at} onClick={() => set(i)}><Theirs text={x.name} /></button>)}</div>
								<label class="check"><input type="checkbox" checked={!whole} onChange={(e) => set_whole(!e.currentTarget.checked)} /> {t("matrix.only")}</label>
							</div>
							<p class="legend"><span class="swatch h3">10+</span> <span class="swatch h2">1+</span> ◉ {t("matrix.sightings")} <span class="swatch h1" /> ◇ {t("matrix.indicators")}</p>
							<Cut cut={cut} />
							<Table c={c} m={m} whole={whole} />
						</>
					);
				}}
			</Loading>
		</PageFrame>
	);
}
