// What an evaluator has written and the node has not: kept in this browser until it is taken. Each card has an id of its own, so that a sending that is repeated
// after a lost answer is one observation.
import { post, Problem } from "../../api.js";
import { cell } from "../../cell.js";
import { base } from "./bits.js";

export type Card = { id: string; c: string; exercise: string; mode: string; kind: "observation" | "rating"; content: Record<string, unknown>; refused?: string };
const KEY = "entente.training.cards";

function read(): Card[] {
	try {
		const all: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
		return Array.isArray(all) ? (all as Card[]).filter((x) => typeof x.id === "string" && typeof x.c === "string") : [];
	} catch {
		return [];
	}
}

export const cards = cell<Card[]>(typeof localStorage === "undefined" ? [] : read());
cards.watch((all) => {
	try {
		localStorage.setItem(KEY, JSON.stringify(all));
	} catch {
		// No room, or none allowed: the cards live as long as the page.
	}
});

let sending = false;
// Sends what waits, in order; stops at the first that finds no network.
export async function cards_send(): Promise<void> {
	if (sending) return;
	sending = true;
	try {
		for (const card of cards.get().filter((x) => !x.refused)) {
			try {
				await post(`${base(card.c)}/records`, { kind: card.kind, mode: card.mode, content: card.content }, { key: card.id });
				cards.set(cards.get().filter((x) => x.id !== card.id));
			} catch (e) {
				const p = e instanceof Problem ? e : new Problem("io", 0, String(e));
				if (p.status === 0 || p.status === 401 || p.status === 429 || p.status >= 500) return;
				cards.set(cards.get().map((x) => (x.id === card.id ? { ...x, refused: p.detail } : x)));
			}
		}
	} finally {
		sending = false;
	}
}

export function card_add(card: Omit<Card, "id">): void {
	const id = crypto.randomUUID().replaceAll("-", "");
	const content = card.kind === "observation" ? { ...card.content, card: id } : card.content;
	cards.set([...cards.get(), { ...card, content, id }]);
	void cards_send();
}

export function cards_start(): () => void {
	const go = (): void => void cards_send();
	const timer = setInterval(go, 15_000);
	addEventListener("online", go);
	go();
	return () => {
		clearInterval(timer);
		removeEventListener("online", go);
	};
}
