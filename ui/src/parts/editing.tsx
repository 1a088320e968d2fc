// Who else has the same thing open to change it: said to the node while the form stands here, and shown above it.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { post } from "../api.js";
import { t, tx } from "../i18n.js";
import { Theirs, Time } from "./text.js";

const EVERY_MS = 8_000;

type Other = { name: string; display: string; since: string; self: boolean };

export function AlsoEditing({ path }: { path: string }): VNode | null {
	const [others, set] = useState<Other[]>([]);
	useEffect(() => {
		const editor = crypto.randomUUID().replaceAll("-", "");
		let open = true;
		const say = (): void => void post<{ others: Other[] }>(path, { editor }).then((a) => open && set(a.others), () => undefined);
		const timer = setInterval(() => document.visibilityState === "visible" && say(), EVERY_MS);
		const leave = (): void => void post(path, { editor, done: true }, { keepalive: true }).catch(() => undefined);
		say();
		addEventListener("pagehide", leave);
		return () => {
			open = false;
			clearInterval(timer);
			removeEventListener("pagehide", leave);
			leave();
		};
	}, [path]);
	if (others.length === 0) return null;
	return (
		<div class="notice editing" role="status">
			<strong>{t("editing.title")}</strong>
			<ul class="plain-list">
				{others.map((o) => (
					<li>{o.self ? t("editing.self") : tx("editing.other", { who: <Theirs text={o.display || o.name} /> })} <Time at={o.since} /></li>
				))}
			</ul>
			<p class="remark">{t("editing.about")}</p>
		</div>
	);
}
