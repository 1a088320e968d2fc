// A part that is fetched when it is first shown.
import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { Busy } from "./text.js";

export function Lazy<P extends object>({ from, ...rest }: { from: () => Promise<{ default: ComponentType<P> }> } & P): VNode {
	const [part, set] = useState<{ is: ComponentType<P> } | "failed" | null>(null);
	useEffect(() => {
		from().then((m) => set({ is: m.default }), () => set("failed"));
	}, []);
	if (part === "failed") return <p class="trouble" role="alert">{t("problem.offline")}</p>;
	if (!part) return <Busy />;
	const Part = part.is;
	return <Part {...(rest as unknown as P)} />;
}
