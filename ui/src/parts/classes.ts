// The classes that an account, a token or a webhook can be cleared for: those of the ladders of all coalitions here, instead of a word that is typed.
import { useEffect, useState } from "preact/hooks";
import { get } from "../api.js";
import { t, type Key } from "../i18n.js";
import type { Field } from "../schema.js";
import { useCoalitions } from "../shell/frame.js";
import type { Labels } from "../types.js";

export function useClasses(): string[] {
	const all = useCoalitions();
	const [classes, set] = useState<string[]>([]);
	useEffect(() => {
		let gone = false;
		const found = Promise.all((all ?? []).map((x) => get<Labels>(`/coalitions/${x.id}/labels`)));
		found.then((l) => gone || set([...new Set(l.flatMap((x) => x.ladder))]), () => undefined);
		return () => { gone = true; };
	}, [all]);
	return classes;
}

// A field for one of them; `none` is what an empty one means, if there may be none. Who is told of no ladder types the class.
export function class_field(f: Field, classes: readonly string[], now?: string | null, none?: Key): Field {
	if (classes.length === 0) return f;
	const values = new Set([...(none ? [""] : []), ...classes, ...(typeof now === "string" && now !== "*" ? [now] : []), "*"]);
	return { ...f, description: undefined, enum: [...values], names: (v) => (v === "" ? t(none ?? "role.none") : v === "*" ? t("user.all") : v) };
}
