// Where it begins: who is there, in which language, then the pages.
import { render, type VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { App } from "./app.js";
import { attend, get, Problem } from "./api.js";
import { language, language_load, t } from "./i18n.js";
import { live_begin } from "./live.js";
import { Trouble } from "./parts/text.js";
import { provider_return } from "./provider.js";
import { route_start } from "./route.js";
import { ProviderDone } from "./shell/confirm.js";
import { keys_start } from "./shell/help.js";
import { tray_start } from "./shell/tray.js";
import { density, hello, session, theme } from "./state.js";
import type { Hello, Session } from "./types.js";
import { areas_load } from "./work/areas.js";
import { works_language } from "./work/work.js";
import "./style.css";

const root = document.documentElement;
const dress = (): void => {
	root.dataset["theme"] = theme.get();
	root.dataset["density"] = density.get();
	root.lang = language.get();
};

function Root() {
	const [, turn] = useState(0);
	useEffect(() => language.watch((code) => {
		void Promise.all([language_load(code), works_language(code)]).then(() => {
			dress();
			turn((n) => n + 1);
		});
	}), []);
	return <App />;
}

// Both at once: who the node is, and whether somebody is signed in here already.
async function begin(): Promise<VNode> {
	if (await provider_return()) {
		await language_load(language.get());
		return <ProviderDone />;
	}
	const [h, s] = await Promise.all([
		get<Hello>("/hello"),
		get<Session>("/session").catch((e: unknown) => {
			if (e instanceof Problem && (e.status === 401 || e.status === 403)) return null;
			throw e;
		}),
		language_load(language.get()),
	]);
	hello.set(h);
	session.set(s);
	session.watch((now) => now && void areas_load());
	if (s) void areas_load();
	return <Root />;
}

const app = document.getElementById("app")!;
dress();
theme.watch(dress);
density.watch(dress);
route_start();
keys_start();
tray_start();
live_begin();
attend();

function start(): void {
	begin().then(
		(page) => render(page, app),
		(e: unknown) => {
			const problem = e instanceof Problem ? e : new Problem("io", 0, String(e));
			render(<main class="sign-in"><Trouble problem={problem} reload={start} /><p><a href="/status">{t("status_page")}</a></p></main>, app);
		},
	);
}
start();
