// Confidentiality labels as text: "Declaration-on-cooperation RESTRICTED REL=HRV,KOS TLP=AMBER".

export type Label = { policy: string; class: string; tlp: string | null; tags: { tag: string; values: string }[] };

export function label_parse(text: string): Label | null {
	const words = text.trim().split(/\s+/);
	const at = words.findIndex((w) => w.includes("="));
	const plain = at < 0 ? words : words.slice(0, at);
	if (plain.length < 1 || plain.length > 2 || !plain[0]) return null;
	const tags = (at < 0 ? [] : words.slice(at)).map((w) => ({ tag: w.slice(0, w.indexOf("=")), values: w.slice(w.indexOf("=") + 1) }));
	if (tags.some((g) => !g.tag || !g.values)) return null;
	return {
		policy: plain.length === 2 ? plain[0] : "", class: plain[plain.length - 1]!,
		tlp: tags.find((g) => g.tag === "TLP")?.values ?? null, tags: tags.filter((g) => g.tag !== "TLP"),
	};
}

// Where the class stands; without a ladder, by its name.
export function label_level(name: string, ladder?: readonly string[]): "low" | "mid" | "high" {
	const at = ladder ? ladder.indexOf(name) : -1;
	if (at >= 0) return at === 0 ? "low" : at === 1 ? "mid" : "high";
	if (/^(UNCLASSIFIED|PUBLIC|OPEN)$/i.test(name)) return "low";
	return /^(RESTRICTED|INTERNAL|OFFICIAL)$/i.test(name) ? "mid" : "high";
}
