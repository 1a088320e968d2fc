// A window over the page: the browser's own, which keeps the focus in and gives it back.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n.js";

type Props = { title: string; close?: () => void; children: ComponentChildren; wide?: boolean; class?: string; bare?: boolean };

export function Dialog({ title, close, children, wide, bare, class: name }: Props): VNode {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => {
		const dialog = ref.current!;
		const before = document.activeElement as HTMLElement | null;
		dialog.showModal();
		return () => {
			dialog.close();
			before?.focus?.();
		};
	}, []);
	return (
		<dialog
			ref={ref}
			class={`${wide ? "wide" : ""} ${name ?? ""}`}
			aria-labelledby={id}
			onCancel={(e) => {
				e.preventDefault();
				close?.();
			}}
			onClick={(e) => e.target === ref.current && close?.()}
		>
			<div class="dialog-body">
				<div class={bare ? "dialog-head off-screen" : "dialog-head"}>
					<h2 id={id}>{title}</h2>
					{close && !bare && <button type="button" class="plain" aria-label={t("close")} onClick={close}>✕</button>}
				</div>
				{children}
			</div>
		</dialog>
	);
}
