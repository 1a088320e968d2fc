// Collections of TAXII and inboxes: where programs read, and where they write.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, post } from "../../api.js";
import { Dialog } from "../../parts/dialog.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Command, LabelBadge, Name, Names, Section, Theirs } from "../../parts/text.js";
import { link } from "../../route.js";
import { may, mode } from "../../state.js";
import { Audience, Do, Drill, LabelChoice, Tlp, useCyber } from "./bits.js";
import { t } from "./msg.js";
import type { Collection, Collections } from "./types.js";

function What({ x }: { x: Collection }): VNode {
	if (x.inbox) return <><span class="badge info">{t("coll.inbox")}</span> {x.audience === "all" ? t("for.all") : <Names list={x.audience} />} <LabelBadge label={x.label} /></>;
	return <>{x.author && <Name id={x.author.id} label={x.author.label} />} <Tlp tlp={x.tlp} /> {x.types.join(", ")}</>;
}

function Add({ c, close }: { c: string; close: () => void }): VNode {
	const [form, set] = useState({ alias: "", title: "", inbox: true, label: "", accounts: "" });
	const [to, set_to] = useState<string[]>([]);
	const send = async (): Promise<void> => {
		const { alias, title, inbox, label, accounts } = form;
		await post(`/coalitions/${c}/cyber/collections`, { mode: mode.get(), alias, title: title || alias, inbox, accounts, ...(inbox ? { label, audience: to } : {}) });
		close();
	};
	return (
		<Dialog title={t("coll.add")} close={close}>
			<label class="field">{t("coll.alias")} <input value={form.alias} onInput={(e) => set({ ...form, alias: e.currentTarget.value })} /></label>
			<label class="field">{t("coll.title")} <input value={form.title} onInput={(e) => set({ ...form, title: e.currentTarget.value })} /></label>
			<label class="check"><input type="checkbox" checked={form.inbox} onChange={(e) => set({ ...form, inbox: e.currentTarget.checked })} /> {t("coll.is_inbox")}</label>
			{form.inbox && <><Audience c={c} to={to} set={set_to} /><LabelChoice c={c} label={form.label} set={(label) => set({ ...form, label })} /></>}
			<label class="field">{t("coll.accounts")} <input value={form.accounts} placeholder={t("coll.accounts_all")} onInput={(e) => set({ ...form, accounts: e.currentTarget.value })} /></label>
			<div class="buttons"><Do main text={t("coll.add")} act={send} /> <button type="button" onClick={close}>{t("close")}</button></div>
		</Dialog>
	);
}

export function CollectionsPage({ c }: { c: string }): VNode {
	const all = useCyber<Collections>(c, "collections");
	const [adding, add] = useState(false);
	const admin = may("cyber", "administrator");
	const drop = async (x: Collection): Promise<void> => {
		await call("DELETE", `/coalitions/${c}/cyber/collections/${x.id}?mode=${mode.get()}`);
		all.reload();
	};
	return (
		<PageFrame title={t("collections")} side={admin && <button type="button" class="main" onClick={() => add(true)}>{t("coll.add")}</button>}>
			<Drill />
			<Loading of={all}>
				{(s) => (
					<>
						<Section title="TAXII 2.1" remark={t("coll.remark")}>
							<Command text={`curl -u NAME ${location.origin}${s.root}collections/`} />
							<p class="remark">{t("coll.keys")} <a href={link("me")}>{t("coll.keys_link")}</a></p>
						</Section>
						<table class="fold">
							<thead><tr><th scope="col">{t("coll.title")}</th><th scope="col">{t("coll.alias")}</th><th scope="col">{t("coll.what")}</th><th scope="col">{t("coll.accounts")}</th><th scope="col">id</th><th /></tr></thead>
							<tbody>
								{s.collections.map((x) => (
									<tr>
										<td data-label={t("coll.title")}><strong><Theirs text={x.title} /></strong> <small class="remark"><Theirs text={x.description} /></small></td>
										<td data-label={t("coll.alias")}><code class="alias">{x.alias}</code></td>
										<td data-label={t("coll.what")}><What x={x} /></td>
										<td data-label={t("coll.accounts")}>{x.accounts || "–"}</td>
										<td data-label="id"><code class="long">{x.id}</code></td>
										<td>{admin && !x.builtin && <Do danger text={t("coll.remove")} act={() => drop(x)} />}</td>
									</tr>
								))}
							</tbody>
						</table>
					</>
				)}
			</Loading>
			{adding && <Add c={c} close={() => { add(false); all.reload(); }} />}
		</PageFrame>
	);
}
