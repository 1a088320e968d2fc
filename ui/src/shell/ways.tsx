// Ways to sign in, and to say that it is still you, beside the password: a passkey, the provider of identities, the browser's certificate.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call, get, post, Problem } from "../api.js";
import { useCell } from "../cell.js";
import { t, tx } from "../i18n.js";
import { passkey_answer, passkeys_here } from "../passkey.js";
import { Theirs, Trouble } from "../parts/text.js";
import { provider_apart, provider_go, provider_problem, refused } from "../provider.js";
import { hello, session } from "../state.js";
import type { Session } from "../types.js";

// `open`: there is a page beneath with what somebody has typed, so it is not left.
type Props = { confirm?: boolean; open?: boolean; done: (s: Session) => void };

export function Ways({ confirm, open, done }: Props): VNode | null {
	const h = useCell(hello);
	const s = useCell(session);
	const [problem, set] = useState<Problem>();
	const [busy, set_busy] = useState(false);
	const [apart, set_apart] = useState(false);
	const before = useCell(provider_problem);
	const stop = useRef<(() => void) | undefined>(undefined);
	useEffect(() => () => stop.current?.(), []);
	const run = (what: () => Promise<Session>): void => {
		set(undefined);
		set_busy(true);
		void what().then(done, (e: unknown) => set(e instanceof Problem ? refused(e) : new Problem("io", 0, String(e)))).finally(() => set_busy(false));
	};
	const by_passkey = async (): Promise<Session> =>
		confirm ? post<Session>("/session/confirm", { passkey: await passkey_answer("/session/confirm/passkey") })
			: (await call<Session>("POST", "/session/passkey", await passkey_answer("/session/passkey/begin"))).data;
	const by_certificate = (): Promise<Session> => post<Session>(confirm ? "/session/confirm" : "/session", { certificate: true });
	const by_provider = async (): Promise<Session> => {
		provider_problem.set(undefined);
		if (!open) {
			await provider_go();
			return new Promise(() => undefined); // the page is being left
		}
		const tab = provider_apart(Boolean(confirm));
		stop.current = tab.stop;
		set_apart(true);
		try {
			await tab.done;
		} finally {
			set_apart(false);
		}
		return get<Session>("/session");
	};
	const certificate = h?.certificate && (!confirm || s?.method === "certificate");
	if (!passkeys_here() && !certificate && !h?.provider) return null;
	return (
		<div class="ways">
			<p class="ways-or" aria-hidden="true">{t("sign.or")}</p>
			{passkeys_here() && <button type="button" disabled={busy} onClick={() => run(by_passkey)}>{t(confirm ? "sign.passkey_confirm" : "sign.passkey")}</button>}
			{certificate && <button type="button" disabled={busy} onClick={() => run(by_certificate)}>{t(confirm ? "sign.certificate_confirm" : "sign.certificate")}</button>}
			{h?.provider && <button type="button" disabled={busy && !apart} onClick={() => run(by_provider)}><span>{tx(confirm ? "sign.provider_confirm" : "sign.provider", { name: <Theirs text={h.provider} /> })}</span></button>}
			{apart && <p class="remark" role="status">{t("sign.apart")}</p>}
			<Trouble problem={problem ?? before} />
		</div>
	);
}
