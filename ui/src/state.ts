// What the whole shell shares: who is signed in, which coalition and mode are shown, how it looks.
import { cell, kept } from "./cell.js";
import type { Hello, Mode, Role, Roles, Session } from "./types.js";

export const hello = cell<Hello | null>(null);
export const session = cell<Session | null>(null);
// The session has ended under an open page: the page stays, a dialog asks to sign in again.
export const lapsed = cell(false);

// What another session means for the page that is open: of the same person it is taken up, of another nothing may stay here (false).
export function session_take(s: Session): boolean {
	const before = session.get();
	if (before && before.user?.name !== s.user?.name) {
		location.reload();
		return false;
	}
	session.set(s);
	lapsed.set(false);
	return true;
}

export const areas = cell<ReadonlySet<string>>(new Set());

const is =
	<T extends string>(...all: T[]) =>
	(s: string): s is T =>
		(all as string[]).includes(s);

export const MODES: readonly Mode[] = ["real", "exercise", "test"];
// Kept per tab: a tab that is in an exercise stays in it, others are not drawn along.
export const mode = kept<Mode>("mode", is("real", "exercise", "test"), "real", "session");
export const theme = kept<"auto" | "light" | "dark">("theme", is("auto", "light", "dark"), "auto");
// Letters that do something by themselves: whoever speaks to the machine, or whose hand slips, turns them off (WCAG 2.1 SC 2.1.4).
export const letters = kept<"on" | "off">("letters", is("on", "off"), "on");
export const density = kept<"normal" | "dense">("density", is("normal", "dense"), "normal");
export const coalition = kept<string>("coalition", (s): s is string => /^[0-9a-f]{32}$/.test(s), "");

const RANK: readonly Role[] = ["reader", "contributor", "officer", "administrator"];

export function roles_of(s: Session | null): Roles {
	return s?.roles ?? s?.user?.roles ?? {};
}

// True if who is signed in has at least this role in the workspace.
export function may(workspace: string, role: Role): boolean {
	const own = roles_of(session.get())[workspace];
	return own !== undefined && RANK.indexOf(own) >= RANK.indexOf(role);
}
