// Whether what is shown is live.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useCell } from "../cell.js";
import { t } from "../i18n.js";
import { line } from "../live.js";
import { Time } from "./text.js";

export function LiveBadge(): VNode {
	const { state } = useCell(line);
	return (
		<span class={`live ${state}`} role="status" title={t(`live.${state}_long`)}>
			<span class="dot" aria-hidden="true" /><span class="live-word">{t(`live.${state}`)}</span>
		</span>
	);
}

// Says so once the connection is lost for more than a moment; goes away by itself.
export function LiveBanner(): VNode | null {
	const now = useCell(line);
	const [late, set] = useState(false);
	useEffect(() => {
		set(false);
		if (now.state !== "lost") return;
		const timer = setTimeout(() => set(true), 1500);
		return () => clearTimeout(timer);
	}, [now.state]);
	if (now.state !== "lost" || !late) return null;
	return (
		<p class="lost" role="alert">
			{t("live.banner")} <Time at={new Date(now.since).toISOString()} bare />
		</p>
	);
}
