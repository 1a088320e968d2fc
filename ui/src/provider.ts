// Signing in with a provider of identities: there, and back to /oidc with a code that the node changes into a session.
import { call, post, Problem } from "./api.js";
import { cell } from "./cell.js";
import type { Session } from "./types.js";

// What was begun: in this tab, or in another one beside an open page, which then waits for it.
type Begun = { state: string; apart: boolean; after: string };
const KEPT = "entente.oidc";
const CHANNEL = "entente.oidc";

// Why it did not come to a session: shown where one signs in.
export const provider_problem = cell<Problem | undefined>(undefined);
// This tab was only for the provider.
export const provider_done = cell(false);

function keep(begun: Begun): void {
	localStorage.setItem(KEPT, JSON.stringify(begun));
}

function begun_as(state: string): Begun | null {
	try {
		const b = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Begun | null;
		return b?.state === state ? b : null;
	} catch {
		return null;
	}
}

// Leaves this page: nothing is typed on it yet.
export async function provider_go(): Promise<void> {
	const { url, state } = await post<{ url: string; state: string }>("/session/oidc/begin");
	keep({ state, apart: false, after: location.hash });
	location.assign(url);
}

// In a tab of its own, because this page holds what somebody has typed. Resolves when that tab has come back; `stop` gives it up.
export function provider_apart(confirm: boolean): { done: Promise<void>; stop: () => void } {
	// Opened at once: a browser lets only the click itself open a tab.
	const tab = window.open("about:blank", "_blank");
	const channel = new BroadcastChannel(CHANNEL);
	const stop = (): void => channel.close();
	const done = new Promise<void>((good, bad) => {
		channel.onmessage = (e: MessageEvent<{ problem?: string }>) => {
			stop();
			if (e.data.problem) bad(new Problem("auth", 401, e.data.problem));
			else good();
		};
		post<{ url: string; state: string }>("/session/oidc/begin", confirm ? { confirm } : {}).then(({ url, state }) => {
			keep({ state, apart: true, after: "" });
			if (tab) tab.location.href = url;
			else bad(new Problem("denied", 0, "the browser opens no tab"));
		}).catch((e: unknown) => {
			tab?.close();
			stop();
			bad(e instanceof Error ? e : new Error(String(e)));
		});
	});
	return { done, stop };
}

// A 401 is here about no password.
export function refused(p: Problem): Problem {
	return p.title === "auth" ? new Problem("refused", p.status, p.detail, p.pointer, p.retry_s) : p;
}

// Is this page the one that the provider sends back to? Then its address is used up, whatever comes of it. True if this tab has nothing else to do.
export async function provider_return(): Promise<boolean> {
	if (location.pathname !== "/oidc") return false;
	const q = new URLSearchParams(location.search);
	const state = q.get("state") ?? "";
	const begun = begun_as(state);
	const said: Record<string, string> = { state };
	for (const [key, member] of [["code", "code"], ["iss", "iss"], ["error", "error"], ["error_description", "description"]] as const) {
		const v = q.get(key);
		if (v) said[member] = v;
	}
	localStorage.removeItem(KEPT);
	history.replaceState(null, "", "/");
	// Told to the shell as any change of the address is.
	if (begun?.after.startsWith("#")) location.replace(begun.after);
	let problem: Problem | undefined;
	try {
		await call<Session>("POST", "/session/oidc", said);
	} catch (e) {
		problem = e instanceof Problem ? refused(e) : new Problem("io", 0, String(e));
	}
	provider_problem.set(problem);
	if (!begun?.apart) return false;
	const channel = new BroadcastChannel(CHANNEL);
	channel.postMessage(problem ? { problem: problem.detail } : {});
	channel.close();
	provider_done.set(!problem);
	return true;
}
