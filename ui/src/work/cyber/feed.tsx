// The feed: what has come, newest first; search by words, numbers of ATT&CK, CVEs and ids; bundles are dropped here.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem, query, upload } from "../../api.js";
import { Dialog } from "../../parts/dialog.js";
import { PageFrame } from "../../parts/page.js";
import { Busy, Empty, LabelBadge, Name, Theirs, Time, Trouble } from "../../parts/text.js";
import { may, mode } from "../../state.js";
import { Audience, Drill, LabelChoice, ObjectLink, Tlp, TypeBadge, useCyberList } from "./bits.js";
import { t, word } from "./msg.js";
import type { Ingest, Obj } from "./types.js";

const FILTERS: Record<string, string> = {
	all: "",
	watch: "indicator,sighting,observed-data",
	threat: "malware,tool,attack-pattern,intrusion-set,threat-actor,campaign,infrastructure",
	weak: "vulnerability,course-of-action",
	case: "incident,report,grouping,note,opinion",
	link: "relationship",
};

function Result({ r }: { r: Ingest }): VNode {
	return (
		<div role="status">
			<p><strong>{t("bundle.result", { n: r.objects })}</strong> {t("bundle.counts", { written: r.written, already: r.already, held: r.held, refused: r.refused })}</p>
			{r.told.length > 0 && (
				<ul class="told">
					{r.told.slice(0, 50).map((x) => <li><span class={`badge ${x.verdict === "refused" ? "bad" : "wait"}`}>{word("verdict", x.verdict)}</span> <code>{x.id ?? `#${x.index}`}</code> {x.where && <code>{x.where}</code>} <Theirs text={x.text} /></li>)}
				</ul>
			)}
		</div>
	);
}

function Bring({ c, close }: { c: string; close: () => void }): VNode {
	const [file, set_file] = useState<File | null>(null);
	const [to, set_to] = useState<string[]>([]);
	const [label, set_label] = useState("");
	const [format, set_format] = useState("stix");
	const [part, set_part] = useState<number | null>(null);
	const [result, set_result] = useState<Ingest>();
	const [problem, set] = useState<Problem>();
	const send = async (): Promise<void> => {
		if (!file) return;
		set(undefined);
		set_part(0);
		try {
			set_result(await upload<Ingest>(`/coalitions/${c}/cyber/bundle${query({ mode: mode.get(), to: to.join(","), label, format })}`, file, set_part));
		} catch (e) {
			set(e instanceof Problem ? e : new Problem("io", 0, String(e)));
		} finally {
			set_part(null);
		}
	};
	return (
		<Dialog title={t("bundle.title")} close={close} wide>
			<p class="remark">{t("bundle.remark")}</p>
			<label class="field">{t("bundle.file")} <input type="file" accept=".json,application/json" onChange={(e) => set_file(e.currentTarget.files?.[0] ?? null)} /></label>
			<label class="field">{t("bundle.format")} <select value={format} onChange={(e) => set_format(e.currentTarget.value)}><option value="stix">STIX 2.1</option><option value="misp">MISP</option></select></label>
			<Audience c={c} to={to} set={set_to} />
			<LabelChoice c={c} label={label} set={set_label} />
			{part !== null && <progress value={part} max={1} />}
			{problem && <Trouble problem={problem} />}
			{result && <Result r={result} />}
			<div class="buttons">
				<button type="button" class="main" disabled={!file || part !== null} onClick={() => void send()}>{t("bundle.send")}</button>
				<button type="button" onClick={close}>{t("close")}</button>
			</div>
		</Dialog>
	);
}

function Row({ c, o }: { c: string; o: Obj }): VNode {
	return (
		<li class="feed-row">
			<TypeBadge type={o.type} />
			<span class="feed-name"><ObjectLink c={c} o={o} />{o.revoked && <> <span class="badge bad">{t("revoked")}</span></>}</span>
			<span class="feed-facts"><Tlp tlp={o.tlp} label={o.label} /> <LabelBadge label={o.label} /> <Name id={o.author.id} label={o.author.label} /> <Time at={o.added} /></span>
		</li>
	);
}

export function Feed({ c }: { c: string }): VNode {
	const [filter, set_filter] = useState("all");
	const [typed, type] = useState("");
	const [text, set_text] = useState("");
	const [bringing, bring] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => set_text(typed.trim()), 250);
		return () => clearTimeout(timer);
	}, [typed]);
	const list = useCyberList<Obj>(c, "objects", { type: FILTERS[filter] || undefined, text: text || undefined }, (o) => `${o.id} ${o.author.id}`);
	const fresh = may("cyber", "contributor") && <button type="button" class="main" onClick={() => bring(true)}>{t("bundle.bring")}</button>;
	return (
		<PageFrame title={t("feed")} side={fresh}>
			<Drill />
			<div class="feed-tools">
				<label class="feed-search"><span class="hidden">{t("feed.search")}</span><input type="search" value={typed} placeholder={t("feed.search")} onInput={(e) => type(e.currentTarget.value)} /></label>
				<div class="chips" role="group" aria-label={t("feed.filter")}>
					{Object.keys(FILTERS).map((k) => <button type="button" aria-pressed={filter === k} onClick={() => set_filter(k)}>{word("filter", k)}</button>)}
				</div>
			</div>
			<Trouble problem={list.problem} reload={list.reload} />
			{list.busy && <Busy />}
			{!list.busy && !list.problem && list.items.length === 0 && (text ? <Empty title={t("feed.not_found")}><p>{t("feed.not_found_next")}</p></Empty> : <Empty title={t("feed.none")}><p>{t("feed.none_next")}</p>{fresh}</Empty>)}
			{list.items.length > 0 && <ol class="feed">{list.items.map((o) => <Row key={`${o.id} ${o.author.id}`} c={c} o={o} />)}</ol>}
			{list.more && <button type="button" onClick={list.more}>{t("more")}</button>}
			{bringing && <Bring c={c} close={() => { bring(false); list.reload(); }} />}
		</PageFrame>
	);
}
