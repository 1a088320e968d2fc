// Signing in, signing in again under an open page, and the password before an act.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, confirming, get, Problem } from "../api.js";
import { useCell } from "../cell.js";
import { t } from "../i18n.js";
import { load_forget } from "../load.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Command, Trouble } from "../parts/text.js";
import { provider_done, provider_problem } from "../provider.js";
import type { Schema, Value } from "../schema.js";
import { hello, lapsed, session, session_take } from "../state.js";
import type { Session } from "../types.js";
import { Ways } from "./ways.js";

function schema_of(name: boolean, code: boolean): Schema {
	return {
		type: "object",
		properties: {
			...(name ? { name: { type: "string", title: "sign.name", complete: "username" } as const } : {}),
			password: { type: "string", title: "sign.password", format: "password", complete: "current-password" },
			...(code ? { code: { type: "string", title: "sign.code", description: "sign.code_about", complete: "one-time-code" } as const } : {}),
		},
		required: [...(name ? ["name"] : []), "password", ...(code ? ["code"] : [])],
	};
}

export async function sign_out(): Promise<void> {
	await call("DELETE", "/session").catch(() => undefined);
	load_forget();
	session.set(null);
	location.reload();
}

// Asks for the code only of those who have one: the node says so after the password held.
function Credentials({ path, name, done, cancel }: { path: string; name?: string; done: (s: Session) => void; cancel?: () => void }): VNode {
	const [code, ask_code] = useState(false);
	const [typed, keep] = useState<Value>({});
	const fixed = name !== undefined && name !== "";
	const send = async (v: Value): Promise<void> => {
		try {
			const body = path === "/session" && fixed ? { ...v, name } : v;
			done((await call<Session>("POST", path, body)).data);
		} catch (e) {
			if (!(e instanceof Problem) || e.title !== "code" || code) throw e;
			keep(v);
			ask_code(true);
		}
	};
	return <Form key={String(code)} schema={schema_of(path === "/session" && !fixed, code)} value={typed} submit={path === "/session" ? t("sign.in") : t("sign.confirm")} send={send} cancel={cancel} focus />;
}

export function SignIn(): VNode {
	const h = useCell(hello);
	return (
		<main class="sign-in" id="main">
			<div class="card">
				<h1><span class="brand" aria-hidden="true" /> {h?.label ? `${h.label} · entente` : "entente"}</h1>
				{h?.first_run ? <FirstRun /> : (
					<>
						<p class="remark">{t("sign.about")}</p>
						<Credentials path="/session" done={session_take} />
						<Ways done={session_take} />
					</>
				)}
			</div>
		</main>
	);
}

export function FirstRun(): VNode {
	return (
		<div class="first-run">
			<h2>{t("first.title")}</h2>
			<p>{t("first.about")}</p>
			<p><Command text="entente user add NAME --role administrator" /></p>
			<p class="remark">{t("first.after")}</p>
		</div>
	);
}

// Both dialogs that can come over any page.
export function Again(): VNode | null {
	const answer = useCell(confirming);
	const ended = useCell(lapsed);
	const s = useCell(session);
	if (ended) {
		return (
			<Dialog title={t("sign.lapsed")}>
				<p>{t("sign.lapsed_about")}</p>
				<Credentials path="/session" name={s?.user?.name} done={session_take} cancel={() => void sign_out()} />
				<Ways open done={session_take} />
			</Dialog>
		);
	}
	if (!answer) return null;
	const confirmed = async (got: Session): Promise<void> => {
		session.set(got ?? (await get<Session>("/session")));
		answer(true);
	};
	return (
		<Dialog title={t("sign.confirm_title")} close={() => answer(false)}>
			<p>{t("sign.confirm_about")}</p>
			<Credentials path="/session/confirm" done={(got) => void confirmed(got)} cancel={() => answer(false)} />
			<Ways confirm open done={(got) => void confirmed(got)} />
		</Dialog>
	);
}

// The tab that was only for the provider has done its work.
export function ProviderDone(): VNode {
	const good = useCell(provider_done);
	const problem = useCell(provider_problem);
	return (
		<main class="sign-in" id="main">
			<div class="card">
				<h1><span class="brand" aria-hidden="true" /> entente</h1>
				{good ? <p class="notice good" role="status">{t("sign.apart_done")}</p> : <Trouble problem={problem} />}
				<p><button type="button" onClick={() => window.close()}>{t("close")}</button></p>
			</div>
		</main>
	);
}
