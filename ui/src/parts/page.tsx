// The frame of one page: its title for people, for the tab and for screen readers; then what it holds, or why not.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useCell } from "../cell.js";
import { t } from "../i18n.js";
import type { Loaded } from "../load.js";
import { may, mode, session } from "../state.js";
import type { Role } from "../types.js";
import { Busy, Empty, Trouble } from "./text.js";

type Props = { title: string; shown?: ComponentChildren; up?: [string, string]; side?: ComponentChildren; children?: ComponentChildren };

export function PageFrame({ title, shown, up, side, children }: Props): VNode {
	const head = useRef<HTMLHeadingElement>(null);
	const now = useCell(mode);
	useEffect(() => {
		const play = now === "real" ? "" : `${t(`mode.${now}`).toUpperCase()} · `;
		document.title = `${play}${title} · ${session.get()?.member.label ?? "entente"}`;
	}, [title, now]);
	useEffect(() => {
		// A new page begins at its heading, for keyboard and screen reader as for the eye.
		scrollTo(0, 0);
		if (document.activeElement === document.body || document.activeElement?.closest("nav, main")) head.current?.focus({ preventScroll: true });
	}, []);
	return (
		<article>
			<div class="page-head">
				<div>
					{up && <a class="up" href={up[0]}>← {up[1]}</a>}
					<h1 ref={head} tabIndex={-1}>{shown ?? title}</h1>
				</div>
				{side && <div class="side">{side}</div>}
			</div>
			{children}
		</article>
	);
}

// What is only for a role says so in a sentence to everybody else, and asks the node for nothing.
export function Only({ workspace, role, title, children }: { workspace: "pact" | "node"; role: Role; title: string; children: ComponentChildren }): VNode {
	if (may(workspace, role)) return <>{children}</>;
	return <PageFrame title={title}><Empty title={t("role.page", { role: t(`role.${role}`), workspace: t(`workspace.${workspace}`) })} /></PageFrame>;
}

// The same of the rest of a page.
export function Rest({ workspace, role }: { workspace: "pact" | "node"; role: Role }): VNode | null {
	return may(workspace, role) ? null : <p class="remark">{t("role.rest", { role: t(`role.${role}`), workspace: t(`workspace.${workspace}`) })}</p>;
}

export function Loading<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }): VNode {
	return (
		<>
			{of.problem && <Trouble problem={of.problem} reload={of.reload} />}
			{of.busy && <Busy />}
			{of.data !== undefined && children(of.data)}
		</>
	);
}
