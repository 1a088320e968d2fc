// Writing an alert: what CAP asks for, and an area drawn on the map. Saved as a draft; somebody else issues it.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { language } from "../../i18n.js";
import { useLoad } from "../../load.js";
import { Lazy } from "../../parts/lazy.js";
import { PageFrame } from "../../parts/page.js";
import { Busy, Empty, Theirs, Trouble } from "../../parts/text.js";
import { go, link } from "../../route.js";
import { mode } from "../../state.js";
import type { Status } from "../../types.js";
import { Drill, in_hours, useResponseList } from "./bits.js";
import { polygon_of, polygon_text, type Point } from "./geo.js";
import { t } from "./msg.js";
import type { Alert } from "./types.js";

const geo_map = () => import("./geo-map.js");

const CATEGORY = ["Met", "Geo", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"];
const URGENCY = ["Immediate", "Expected", "Future", "Past", "Unknown"];
const SEVERITY = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"];
const CERTAINTY = ["Observed", "Likely", "Possible", "Unlikely", "Unknown"];

// An alert of one's own with other words; its readers stay unless others are chosen.
export function AlertUpdate({ c, id }: { c: string; id: string }): VNode {
	const list = useResponseList<Alert>(c, "alerts");
	const of = list.items.find((a) => a.object === id && a.own);
	if (of) return <AlertEdit c={c} of={of} />;
	return <PageFrame title={t("edit.update")} up={[link("work", "response", c, "alerts"), t("alerts")]}>{list.busy ? <Busy /> : <Empty title={t("alert.none")}><p>{t("edit.gone")}</p></Empty>}<Trouble problem={list.problem} reload={list.reload} /></PageFrame>;
}

export function AlertEdit({ c, of }: { c: string; of?: Alert }): VNode {
	const old = of?.info[0];
	const status = useLoad<Status>(`/coalitions/${c}`);
	const [form, set] = useState({ event: old?.event ?? "", headline: old?.headline ?? "", description: old?.description ?? "", instruction: old?.instruction ?? "", category: old?.category[0] ?? "Met", urgency: old?.urgency ?? "Immediate", severity: old?.severity ?? "Severe", certainty: old?.certainty ?? "Observed", hours: "12", area: old?.area[0]?.areaDesc ?? "" });
	const [points, set_points] = useState<Point[]>(polygon_of(old?.area[0]?.polygon[0] ?? "").slice(0, -1));
	const [to, set_to] = useState<Set<string> | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const [busy, set_busy] = useState(false);
	const put = (k: keyof typeof form) => (e: { currentTarget: { value: string } }): void => set({ ...form, [k]: e.currentTarget.value });
	const send = async (e: Event): Promise<void> => {
		e.preventDefault();
		set_busy(true);
		set_problem(undefined);
		const { hours, area, ...rest } = form;
		const given = Object.fromEntries(Object.entries(rest).filter(([k, v]) => v !== "" && k !== "category"));
		const areas = area ? { area: [{ areaDesc: area, ...(points.length > 2 ? { polygon: [polygon_text(points)] } : {}) }] } : {};
		const info = [{ ...given, category: [form.category], language: language.get(), expires: in_hours(Number(hours)), ...areas }];
		try {
			await post(`/coalitions/${c}/response/alert-drafts`, { mode: mode.get(), ...(to || !of ? { audience: to ? [...to] : "all" } : {}), form: { ...(of ? { update: of.object } : {}), info } });
			go(link("work", "response", c, "alerts"));
		} catch (err) {
			set_problem(err instanceof Problem ? err : new Problem("io", 0, String(err)));
			set_busy(false);
		}
	};
	const pick = (k: "category" | "urgency" | "severity" | "certainty", words: string[]): VNode => (
		<label>{t(`edit.${k}`)} <select value={form[k]} onChange={put(k)}>{words.map((w) => <option value={w}>{w}</option>)}</select></label>
	);
	const members = status.data?.parties.filter((p) => p.status === "member" || p.status === "signed") ?? [];
	return (
		<PageFrame title={of ? t("edit.update") : t("edit.title")} up={[link("work", "response", c, "alerts"), t("alerts")]}>
			<Drill />
			<form class="sheet" onSubmit={send}>
				<div class="columns">
					<label>{t("edit.event")} <input required value={form.event} onInput={put("event")} /></label>
					{pick("category", CATEGORY)}{pick("urgency", URGENCY)}{pick("severity", SEVERITY)}{pick("certainty", CERTAINTY)}
					<label>{t("edit.hours")} <input type="number" min="1" max="740" required value={form.hours} onInput={put("hours")} /></label>
				</div>
				<label>{t("edit.headline")} <input maxLength={160} value={form.headline} onInput={put("headline")} /></label>
				<label>{t("edit.description")} <textarea rows={3} value={form.description} onInput={put("description")} /></label>
				<label>{t("edit.instruction")} <textarea rows={2} value={form.instruction} onInput={put("instruction")} /></label>
				<label>{t("edit.area")} <input required={points.length > 0} value={form.area} onInput={put("area")} /></label>
				<p class="remark">{t("edit.draw")}</p>
				<Lazy from={geo_map} marks={[]} draw={{ points, add: (p) => set_points([...points, p]) }} />
				<div class="buttons">
					<button type="button" class="small" disabled={!points.length} onClick={() => set_points(points.slice(0, -1))}>{t("edit.undo")}</button>
					<button type="button" class="small" disabled={!points.length} onClick={() => set_points([])}>{t("edit.clear")}</button>
				</div>
				<label>{t("edit.points")} <textarea rows={2} class="code" value={polygon_text(points)} onChange={(e) => set_points(polygon_of(e.currentTarget.value).slice(0, -1))} /></label>
				<fieldset>
					<legend>{t("edit.to")}</legend>
					<label class="check"><input type="radio" name="to" checked={to === null} onChange={() => set_to(null)} /> {of ? t("edit.same") : t("edit.all")}</label>
					{members.map((p) => (
						<label class="check"><input type="checkbox" checked={to?.has(p.id) ?? false} onChange={(e) => { const next = new Set(to ?? []); if (e.currentTarget.checked) next.add(p.id); else next.delete(p.id); set_to(next.size ? next : null); }} /> <Theirs text={p.label} /></label>
					))}
				</fieldset>
				<Trouble problem={problem} />
				<div class="buttons"><button type="submit" class="main" disabled={busy}>{t("edit.save")}</button></div>
			</form>
		</PageFrame>
	);
}
