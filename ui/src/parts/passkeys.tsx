// One's own passkeys: made, named, removed.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, post, Problem } from "../api.js";
import { t } from "../i18n.js";
import { useList } from "../load.js";
import { passkey_make, passkeys_here } from "../passkey.js";
import type { Schema } from "../schema.js";
import { session } from "../state.js";
import type { Passkey, Session } from "../types.js";
import { Dialog } from "./dialog.js";
import { Form } from "./form.js";
import { Table } from "./table.js";
import { Empty, Section, Theirs, Time, Trouble } from "./text.js";

const NAME: Schema = {
	type: "object",
	properties: { name: { type: "string", title: "passkey.name", description: "passkey.name_help", maxLength: 100 } },
	required: ["name"],
};

export function PasskeyState({ k }: { k: Passkey }): VNode {
	return (
		<>
			{k.copied && <span class="badge bad">{t("passkey.copied")}</span>} {k.backed_up && <span class="badge none">{t("passkey.backed_up")}</span>}
		</>
	);
}

export function Passkeys(): VNode {
	const list = useList<Passkey>("/session/passkeys", {}, (k) => k.id);
	const [dialog, open] = useState<"" | "new" | Passkey>("");
	const [problem, set] = useState<Problem>();
	const make = async (name: string): Promise<void> => {
		await post("/session/passkeys", { ...(await passkey_make()), name });
		open("");
		list.reload();
	};
	const rename = async (k: Passkey, name: string): Promise<void> => {
		await call("PUT", `/session/passkeys/${k.id}`, { name });
		open("");
		list.reload();
	};
	const remove = (k: Passkey): void => {
		set(undefined);
		void call<Session>("DELETE", `/session/passkeys/${k.id}`).then((a) => { session.set(a.data); list.reload(); }, set);
	};
	const here = passkeys_here();
	return (
		<Section title={t("passkey.title")} side={here && <button type="button" onClick={() => open("new")}>{t("passkey.new")}</button>}>
			<p>{t("passkey.about")}</p>
			{!here && <p class="notice">{t("passkey.by_name")}</p>}
			<Trouble problem={list.problem ?? problem} reload={list.reload} />
			<Table name="passkeys" plain rows={list.items} id={(k) => k.id} empty={list.busy ? undefined : <Empty title={t("passkey.none")}>{here && t("passkey.none_next")}</Empty>} columns={[
				{ key: "name", title: t("passkey.name"), text: (k) => k.name, show: (k) => <><Theirs text={k.name} /> <PasskeyState k={k} /></> },
				{ key: "site", title: t("passkey.site"), text: (k) => k.site },
				{ key: "made", title: t("me.since"), text: (k) => k.made, show: (k) => <Time at={k.made} /> },
				{ key: "used", title: t("token.used"), text: (k) => k.used ?? "", show: (k) => <Time at={k.used} /> },
				{ key: "end", title: "", text: () => "", show: (k) => (
					<>
						<button type="button" class="small" onClick={() => open(k)}>{t("passkey.rename")}</button>{" "}
						<button type="button" class="small" onClick={() => remove(k)}>{t("remove")}</button>
					</>
				) },
			]} />
			{dialog === "new" && <Dialog title={t("passkey.new")} close={() => open("")}><Form schema={NAME} submit={t("passkey.make")} send={(v) => make(String(v["name"]))} cancel={() => open("")} focus /></Dialog>}
			{dialog !== "" && dialog !== "new" && <Dialog title={t("passkey.rename")} close={() => open("")}><Form schema={NAME} value={{ name: dialog.name }} submit={t("save")} send={(v) => rename(dialog, String(v["name"]))} cancel={() => open("")} focus /></Dialog>}
		</Section>
	);
}
