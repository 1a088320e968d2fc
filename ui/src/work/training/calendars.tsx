// Secret addresses of the programme for a calendar program: shown once when they are made, and dropped here.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, post, Problem } from "../../api.js";
import { Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { mode } from "../../state.js";
import { base, useTraining } from "./bits.js";
import { t } from "./msg.js";
import type { Calendar } from "./types.js";

export function Calendars({ c }: { c: string }): VNode {
	const all = useTraining<{ items: Calendar[] }>(c, "/calendars");
	const [name, set_name] = useState("");
	const [busy, set_busy] = useState(false);
	const [made, show] = useState<Calendar>();
	const [problem, fail] = useState<Problem>();
	const done = (): void => (fail(undefined), all.reload());
	const make = (e: Event): void => {
		e.preventDefault();
		if (!name.trim()) return;
		post<Calendar>(`${base(c)}/calendars`, { name: name.trim(), busy, mode: mode.get() === "test" ? "test" : "real" }).then((x) => { show(x); set_name(""); done(); }, (x: unknown) => fail(x as Problem));
	};
	const drop = (x: Calendar): void => void call("DELETE", `${base(c)}/calendars/${x.id}`).then(() => { if (made?.id === x.id) show(undefined); done(); }, (e: unknown) => fail(e as Problem));
	const address = made?.address ? new URL(made.address, location.origin).href : "";
	return (
		<Section title={t("calendars")} remark={t("calendar.remark")}>
			<Trouble problem={problem} />
			{address && (
				<div class="notice good tr-address" role="status">
					<p>{t("calendar.once")}</p>
					<p><input readOnly value={address} aria-label={t("calendar.address")} onFocus={(e) => e.currentTarget.select()} /> <button type="button" class="small" onClick={() => void navigator.clipboard?.writeText(address)}>{t("calendar.copy")}</button></p>
				</div>
			)}
			<ul class="plain-list">{all.data?.items.map((x) => <li key={x.id}><strong><Theirs text={x.name} /></strong> <span class="badge none">{x.busy ? t("calendar.busy") : t("calendar.all")}</span> <span class="remark"><Time at={x.made} /></span> <button type="button" class="small" onClick={() => drop(x)}>{t("calendar.drop")}</button></li>)}</ul>
			<form class="tr-respond" onSubmit={make}>
				<input value={name} maxLength={64} placeholder={t("calendar.name")} aria-label={t("calendar.name")} onInput={(e) => set_name(e.currentTarget.value)} />
				<label class="tr-inline"><input type="checkbox" checked={busy} onChange={(e) => set_busy(e.currentTarget.checked)} /> {t("calendar.busy_only")}</label>
				<button type="submit" disabled={!name.trim()}>{t("calendar.make")}</button>
			</form>
		</Section>
	);
}
