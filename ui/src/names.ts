// Names that others chose. Invisible characters are made visible; a name that could pass for another is marked,
// and whoever shows it puts the member's id beside.

export type Piece = { text: string; odd: boolean };

// Controls, direction marks, zero-width and other invisible characters. Line breaks are text in prose, not in names.
const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{e0000}-\u{e0fff}]/u;
const ODD_ALL = new RegExp(ODD.source, "gu");

export function pieces(text: string, prose = false): Piece[] {
	const out: Piece[] = [];
	let from = 0;
	for (const m of text.matchAll(ODD_ALL)) {
		if (prose && (m[0] === "\r" || m[0] === "\t")) continue;
		if (m.index > from) out.push({ text: text.slice(from, m.index), odd: false });
		out.push({ text: `U+${m[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`, odd: true });
		from = m.index + m[0].length;
	}
	if (from < text.length) out.push({ text: text.slice(from), odd: false });
	return out;
}

const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u];

export function mixed(text: string): boolean {
	return SCRIPTS.filter((s) => s.test(text)).length > 1;
}

// Combining marks piled up can cover a neighbour's name.
const PILED = /\p{M}{3,}/u;

export function suspicious(text: string): boolean {
	return ODD.test(text) || mixed(text) || PILED.test(text);
}

// Letters that look the same; enough to tell ALB in Cyrillic from ALB.
const LIKE: Record<string, string> = {
	а: "a", в: "b", с: "c", ԁ: "d", е: "e", ҽ: "e", һ: "h", н: "h", і: "i", ї: "i", ј: "j", к: "k", ӏ: "l", м: "m", о: "o", р: "p",
	ѕ: "s", т: "t", у: "y", ү: "y", х: "x", α: "a", β: "b", ε: "e", η: "h", ι: "i", κ: "k", μ: "m", ν: "v", ο: "o", ρ: "p",
	τ: "t", υ: "y", χ: "x", ζ: "z", "0": "o", "1": "l", "|": "l", "5": "s",
};

export function skeleton(text: string): string {
	const plain = text.normalize("NFKD").replace(ODD_ALL, "").replace(/\p{M}/gu, "").toLowerCase();
	const like = [...plain].map((c) => LIKE[c] ?? c).join("").replaceAll("i", "l").replaceAll("rn", "m");
	return like.replace(/[\s._-]+/g, "");
}

// Those names of a list that could be taken for another of it.
export function lookalikes(names: readonly { id: string; label: string }[]): Set<string> {
	const seen = new Map<string, string>();
	const out = new Set<string>();
	for (const { id, label } of names) {
		const s = skeleton(label);
		const other = seen.get(s);
		if (other !== undefined && other !== id) {
			out.add(id);
			out.add(other);
		}
		seen.set(s, id);
	}
	return out;
}
