// A new request: where, until when, and its lines.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { useLoad } from "../../load.js";
import { PageFrame } from "../../parts/page.js";
import { Theirs, Trouble } from "../../parts/text.js";
import { go, link } from "../../route.js";
import { mode } from "../../state.js";
import type { Status } from "../../types.js";
import { Drill, in_hours, useResponse } from "./bits.js";
import { t } from "./msg.js";
import type { Rec, TypeCode } from "./types.js";

type LineForm = { type: string; quantity: string; hours: string };
const LINE: LineForm = { type: "FLOOD.HCP", quantity: "1", hours: "24" };

export function RequestNew({ c }: { c: string }): VNode {
	const types = useResponse<{ types: TypeCode[] }>(c, "types");
	const status = useLoad<Status>(`/coalitions/${c}`);
	const [form, set] = useState({ code: String(1000 + Math.floor(Math.random() * 9000)), title: "", situation: "", place: "", lat: "", lon: "", due: "4" });
	const [four, set_four] = useState(false);
	const [lines, set_lines] = useState<LineForm[]>([LINE]);
	const [to, set_to] = useState<Set<string> | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const [busy, set_busy] = useState(false);
	const put = (k: keyof typeof form) => (e: { currentTarget: { value: string } }): void => set({ ...form, [k]: e.currentTarget.value });
	const change = (i: number, k: keyof LineForm) => (e: { currentTarget: { value: string } }): void => set_lines(lines.map((l, n) => (n === i ? { ...l, [k]: e.currentTarget.value } : l)));
	const send = async (e: Event): Promise<void> => {
		e.preventDefault();
		set_busy(true);
		set_problem(undefined);
		const where = { name: form.place, ...(form.lat && form.lon ? { lat: Number(form.lat), lon: Number(form.lon) } : {}) };
		const content = {
			code: form.code, title: form.title, situation: form.situation, location: where, offers_due: in_hours(Number(form.due)), ...(four ? { four_eyes: true } : {}),
			lines: lines.map((l, i) => ({ line: i + 1, type: l.type, quantity: Number(l.quantity), needed_by: in_hours(Number(l.hours)) })),
		};
		try {
			const made = await post<Rec>(`/coalitions/${c}/response/records/requests`, { mode: mode.get(), audience: to ? [...to] : "all", content });
			go(link("work", "response", c, "request", made.object));
		} catch (err) {
			set_problem(err instanceof Problem ? err : new Problem("io", 0, String(err)));
			set_busy(false);
		}
	};
	const members = status.data?.parties.filter((p) => p.status === "member" || p.status === "signed") ?? [];
	return (
		<PageFrame title={t("new.title")} up={[link("work", "response", c), t("board")]}>
			<Drill />
			<form class="sheet" onSubmit={send}>
				<div class="columns">
					<label>{t("new.name")} <input required maxLength={200} value={form.title} onInput={put("title")} /></label>
					<label>{t("new.code")} <input required pattern="[0-9]{1,8}" inputMode="numeric" value={form.code} onInput={put("code")} /></label>
					<label>{t("new.place")} <input required value={form.place} onInput={put("place")} /></label>
					<label>{t("new.lat")} <input type="number" step="any" min="-90" max="90" value={form.lat} onInput={put("lat")} /></label>
					<label>{t("new.lon")} <input type="number" step="any" min="-180" max="180" value={form.lon} onInput={put("lon")} /></label>
					<label>{t("new.due")} <input type="number" min="1" max="720" required value={form.due} onInput={put("due")} /></label>
				</div>
				<label>{t("new.situation")} <textarea rows={3} required value={form.situation} onInput={put("situation")} /></label>
				<label class="check"><input type="checkbox" checked={four} onChange={(e) => set_four(e.currentTarget.checked)} /> {t("new.four")}</label>
				<fieldset>
					<legend>{t("new.lines")}</legend>
					{lines.map((l, i) => (
						<div class="columns line-form">
							<label>{i + 1}: {t("line.type")} <select value={l.type} onChange={change(i, "type")}>{(types.data?.types ?? []).map((x) => <option value={x.code}>{x.code.split(".").pop()} · {x.name}</option>)}</select></label>
							<label>{t("new.quantity")} <input type="number" min="1" required value={l.quantity} onInput={change(i, "quantity")} /></label>
							<label>{t("new.hours")} <input type="number" min="1" max="2000" required value={l.hours} onInput={change(i, "hours")} /></label>
							<button type="button" class="small" disabled={lines.length === 1} onClick={() => set_lines(lines.filter((_, n) => n !== i))}>{t("new.remove")}</button>
						</div>
					))}
					<button type="button" class="small" onClick={() => set_lines([...lines, LINE])}>{t("new.add")}</button>
				</fieldset>
				<fieldset>
					<legend>{t("edit.to")}</legend>
					<label class="check"><input type="radio" name="to" checked={to === null} onChange={() => set_to(null)} /> {t("edit.all")}</label>
					{members.map((p) => (
						<label class="check"><input type="checkbox" checked={to?.has(p.id) ?? false} onChange={(e) => { const next = new Set(to ?? []); if (e.currentTarget.checked) next.add(p.id); else next.delete(p.id); set_to(next.size ? next : null); }} /> <Theirs text={p.label} /></label>
					))}
				</fieldset>
				<Trouble problem={problem} />
				<div class="buttons"><button type="submit" class="main" disabled={busy}>{t("new.send")}</button></div>
			</form>
		</PageFrame>
	);
}
