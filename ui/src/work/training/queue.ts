// What an evaluator has written and the node has not: kept in this browser until it is taken. Each card has an id of its own, so that a sending that is repeated
// after a lost answer is one observation; an entry of its own in the store, so that two tabs take nothing from each other; and its writer, for whom alone it is sent.
import { get, post, Problem } from "../../api.js";
import { cell } from "../../cell.js";
import { session } from "../../state.js";
import type { Session } from "../../types.js";
import { base } from "./bits.js";

export type Card = {
	id: string; user: string; made: number; c: string; exercise: string; mode: string; kind: "observation" | "rating"; content: Record<string, unknown>; refused?: string;
};
const PREFIX = "entente.training.card.";
// Where nothing can be stored the cards live as long as the page.
const unkept = new Map<string, Card>();

function parse(text: string | null): Card | null {
	try {
		const x = JSON.parse(text ?? "null") as Card | null;
		return x && typeof x.id === "string" && typeof x.c === "string" && typeof x.user === "string" ? x : null;
	} catch {
		return null;
	}
}

function read(): Card[] {
	const found = [...unkept.values()];
	try {
		for (let i = 0; i < localStorage.length; i++) {
			const key = localStorage.key(i);
			const card = key?.startsWith(PREFIX) ? parse(localStorage.getItem(key)) : null;
			if (card) found.push(card);
		}
	} catch {
		// None allowed.
	}
	return found.sort((a, b) => a.made - b.made || (a.id < b.id ? -1 : 1));
}

export const cards = cell<Card[]>(read());
const again = (): void => cards.set(read());

function keep(card: Card): void {
	try {
		localStorage.setItem(PREFIX + card.id, JSON.stringify(card));
	} catch {
		unkept.set(card.id, card);
	}
	again();
}

export function card_drop(id: string): void {
	unkept.delete(id);
	try {
		localStorage.removeItem(PREFIX + id);
	} catch {
		// None allowed.
	}
	again();
}

export function card_user(): string {
	return session.get()?.user?.name ?? "";
}

// The cookie is every tab's: who is signed in now may be another than this page thinks.
async function still(user: string): Promise<boolean> {
	return (await get<Session>("/session")).user?.name === user;
}

async function send_all(): Promise<void> {
	const user = card_user();
	const mine = read().filter((x) => x.user === user && !x.refused);
	if (!mine.length || !user) return;
	try {
		if (!(await still(user))) return;
	} catch {
		return;
	}
	for (const card of mine) {
		try {
			await post(`${base(card.c)}/records`, { kind: card.kind, mode: card.mode, content: card.content }, { key: card.id });
			card_drop(card.id);
		} catch (e) {
			const p = e instanceof Problem ? e : new Problem("io", 0, String(e));
			if (p.status === 0 || p.status === 401 || p.status === 429 || p.status >= 500) return;
			keep({ ...card, refused: p.detail });
		}
	}
}

let sending = false;
// Sends what waits, in order, from one tab; stops at the first that finds no network.
export async function cards_send(): Promise<void> {
	if (sending) return;
	sending = true;
	try {
		if (navigator.locks) await navigator.locks.request("entente-cards", { ifAvailable: true }, (lock) => (lock ? send_all() : undefined));
		else await send_all();
	} finally {
		sending = false;
	}
}

export function card_add(card: Omit<Card, "id" | "user" | "made">): void {
	const id = crypto.randomUUID().replaceAll("-", "");
	const content = card.kind === "observation" ? { ...card.content, card: id } : card.content;
	keep({ ...card, content, id, user: card_user(), made: Date.now() });
	void cards_send();
}

export function cards_start(): () => void {
	const go = (): void => void cards_send();
	const heard = (e: StorageEvent): void => {
		if (!e.key || e.key.startsWith(PREFIX)) again();
	};
	const timer = setInterval(go, 15_000);
	addEventListener("online", go);
	addEventListener("storage", heard);
	again();
	go();
	return () => {
		clearInterval(timer);
		removeEventListener("online", go);
		removeEventListener("storage", heard);
	};
}
