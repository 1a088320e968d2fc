// One object: what it says, where it comes from, what hangs together with it, and its very bytes.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { BASE, post, save } from "../../api.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Facts, LabelBadge, Name, Names, Proof, Section, Theirs, Time } from "../../parts/text.js";
import { link } from "../../route.js";
import { may, mode } from "../../state.js";
import { Do, Drill, object_link, Tlp, TypeBadge, useCyber } from "./bits.js";
import { GraphView } from "./graph.js";
import { t } from "./msg.js";
import type { Graph, Whole } from "./types.js";

type Stix = Record<string, unknown>;
const HIDDEN = new Set(["type", "id", "spec_version", "name", "created_by_ref", "object_marking_refs", "external_references", "granular_markings", "extensions", "kill_chain_phases"]);

function said(v: unknown): string {
	if (Array.isArray(v)) return v.map(said).join(", ");
	return typeof v === "object" && v !== null ? JSON.stringify(v) : String(v);
}

function Says({ o }: { o: Stix }): VNode {
	const rows = Object.entries(o).filter(([k]) => !HIDDEN.has(k));
	return (
		<dl class="says">
			{rows.map(([k, v]) => (
				<>
					<dt>{k.replaceAll("_", " ")}</dt>
					<dd class={k === "pattern" ? "pattern" : undefined}><Theirs text={said(v)} prose={typeof v === "string" && v.length > 80} /></dd>
				</>
			))}
		</dl>
	);
}

function Refs({ o }: { o: Stix }): VNode | null {
	const list = (Array.isArray(o["external_references"]) ? o["external_references"] : []) as Record<string, string>[];
	if (!list.length) return null;
	return (
		<Section title={t("object.references")}>
			<ul>{list.map((r) => <li><Theirs text={[r["source_name"], r["external_id"]].filter(Boolean).join(" ")} />{r["url"] && <> <code><Theirs text={r["url"]} /></code></>}{r["description"] && <> <Theirs text={r["description"]} /></>}</li>)}</ul>
		</Section>
	);
}

function pretty(raw: string): string {
	try {
		return JSON.stringify(JSON.parse(raw), null, 2);
	} catch {
		return raw;
	}
}

function Raw({ o }: { o: Whole }): VNode {
	const [exact, set] = useState(false);
	return (
		<Section title={t("object.raw")} remark={t("object.raw_remark")} side={<button type="button" onClick={() => save(`${o.id}.json`, o.raw, "application/json")}>{t("object.save")}</button>}>
			<label class="check"><input type="checkbox" checked={exact} onChange={(e) => set(e.currentTarget.checked)} /> {t("object.exact")}</label>
			<pre class="raw" tabIndex={0}>{exact ? o.raw : pretty(o.raw)}</pre>
		</Section>
	);
}

function Around({ c, id }: { c: string; id: string }): VNode {
	const [depth, set] = useState(1);
	const graph = useCyber<Graph>(c, `objects/${id}/graph`, `&depth=${depth}`);
	return (
		<Section title={t("graph")} side={<label class="field">{t("graph.depth")} <select value={depth} onChange={(e) => set(Number(e.currentTarget.value))}>{[1, 2, 3].map((n) => <option value={n}>{n}</option>)}</select></label>}>
			<Loading of={graph}>{(g) => <GraphView c={c} graph={g} />}</Loading>
		</Section>
	);
}

// By its marking, or because whoever brought it named nobody: an own object that nobody else has.
const kept_back = (o: Whole): boolean => o.own && o.audience.every((m) => m.id === o.author.id);

export function ObjectPage({ c, id, author }: { c: string; id: string; author?: string | undefined }): VNode {
	const whole = useCyber<Whole>(c, `objects/${id}`, author ? `&author=${author}` : "");
	const title = whole.data ? `${whole.data.number ?? ""} ${whole.data.name}`.trim() : id;
	return (
		<PageFrame title={title} shown={<><Theirs text={title} /></>} up={[link("work", "cyber", c), t("feed")]}>
			<Drill />
			<Loading of={whole}>
				{(o) => {
					let stix: Stix = {};
					try {
						stix = JSON.parse(o.raw) as Stix;
					} catch { /* shown as text below */ }
					return (
						<>
							<p class="object-facts"><TypeBadge type={o.type} /> <Tlp tlp={o.tlp} label={o.label} /> <LabelBadge label={o.label} />{o.revoked && <span class="badge bad">{t("revoked")}</span>}</p>
							<div class="two">
								<Section title={t("object.says")}><Says o={stix} /></Section>
								<Section title={t("object.origin")} remark={t("object.origin_remark")}>
									<Facts rows={[
										[t("object.author"), <Name id={o.author.id} label={o.author.label} full />],
										...(o.authors.length > 1 ? [[t("object.others"), <ul class="plain">{o.authors.filter((a) => a.id !== o.author.id).map((a) => <li><a href={object_link(c, o.id, a.id)}><Name id={a.id} label={a.label} /></a></li>)}</ul>] as [string, VNode]] : []),
										[t("for"), kept_back(o) ? <span class="badge wait">{t("object.kept")}</span> : <Names list={o.audience} />],
										[t("object.added"), <Time at={o.added} />],
										["id", <code class="long">{o.id}</code>],
										[t("object.leaf"), <Proof leaf={o.origin.leaf} seq={o.origin.seq} href={link("log", c, o.origin.log, o.origin.seq)} />],
										[t("object.versions"), <ul class="plain">{o.versions.map((v) => <li><code>{v.version}</code> {v.revoked && <span class="badge bad">{t("revoked")}</span>}</li>)}</ul>],
									]} />
									{(o.type === "report" || o.type === "grouping") && <p><a href={`${BASE}/coalitions/${c}/cyber/objects/${id}/misp?mode=${mode.get()}`} download="event.json">{t("object.misp")}</a></p>}
									{o.own && may("cyber", "contributor") && <Do danger text={t("object.withdraw")} act={async () => { await post(`/coalitions/${c}/cyber/objects/${id}/withdraw`, { mode: mode.get() }); location.hash = link("work", "cyber", c); }} />}
								</Section>
							</div>
							<Around c={c} id={id} />
							<Refs o={stix} />
							<Raw o={o} />
						</>
					);
				}}
			</Loading>
		</PageFrame>
	);
}
