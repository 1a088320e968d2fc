// Files: dropped, pasted or chosen, sent one after the other with progress; what has arrived is told to the page.
import type { VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Problem, query, upload } from "../api.js";
import { language, t, word } from "../i18n.js";
import { bytes_text } from "../time.js";
import { Theirs } from "./text.js";

export type Sent = { sha256: string; size: number; name: string };
type Item = { n: number; name: string; size: number; part: number; problem?: Problem; stop: AbortController };

export function Drop({ sent, add, remove }: { sent: readonly Sent[]; add: (f: Sent) => void; remove: (f: Sent) => void }): VNode {
	const [items, set] = useState<Item[]>([]);
	const [over, set_over] = useState(false);
	const queue = useRef(Promise.resolve());
	const count = useRef(0);
	const id = useId();
	const latest = useRef(add);
	latest.current = add;
	const running = useRef<Item[]>([]);
	running.current = items;
	useEffect(() => () => running.current.forEach((i) => i.stop.abort()), []);
	const take = (files: FileList | null | undefined): void => {
		for (const file of files ?? []) {
			const item: Item = { n: count.current++, name: file.name, size: file.size, part: 0, stop: new AbortController() };
			set((old) => [...old, item]);
			const update = (change: Partial<Item> | null): void =>
				set((old) => (change ? old.map((i) => (i.n === item.n ? { ...i, ...change } : i)) : old.filter((i) => i.n !== item.n)));
			queue.current = queue.current.then(async () => {
				if (item.stop.signal.aborted) return update(null);
				try {
					const got = await upload<Sent>(`/files${query({ name: file.name })}`, file, (part) => update({ part }), item.stop.signal);
					latest.current(got);
					update(null);
				} catch (e) {
					if (e instanceof Problem) update({ problem: e });
					else update(null);
				}
			});
		}
	};
	return (
		<div class={`drop${over ? " over" : ""}`}
			onDragOver={(e) => { e.preventDefault(); set_over(true); }}
			onDragLeave={() => set_over(false)}
			onDrop={(e) => { e.preventDefault(); set_over(false); take(e.dataTransfer?.files); }}>
			<label for={id}>{t("drop.here")}</label>
			<input id={id} type="file" multiple onChange={(e) => { take(e.currentTarget.files); e.currentTarget.value = ""; }} />
			<ul class="files">
				{sent.map((f) => (
					<li>
						<Theirs text={f.name} /> <span class="remark">{bytes_text(f.size, language.get())}</span>{" "}
						<button type="button" class="small" aria-label={`${t("remove")}: ${f.name}`} onClick={() => remove(f)}>{t("remove")}</button>
					</li>
				))}
				{items.map((i) => (
					<li>
						<Theirs text={i.name} />{" "}
						{i.problem
							? <span class="field-bad" role="alert">{word("problem", i.problem.title)}: {i.problem.detail}</span>
							: <progress max={1} value={i.part} aria-label={i.name} />}{" "}
						<button type="button" class="small" onClick={() => { i.stop.abort(); set((old) => old.filter((x) => x.n !== i.n)); }}>
							{i.problem ? t("remove") : t("cancel")}
						</button>
					</li>
				))}
			</ul>
		</div>
	);
}

// One file that was made elsewhere (a signed act): read here, not uploaded yet.
export function TextDrop({ title, take, max }: { title: string; take: (text: string, name: string) => void; max: number }): VNode {
	const [bad, set_bad] = useState("");
	const id = useId();
	const read = async (file: File | undefined): Promise<void> => {
		if (!file) return;
		if (file.size > max) return set_bad(t("drop.too_large", { max: bytes_text(max, language.get()) }));
		set_bad("");
		take(await file.text(), file.name);
	};
	return (
		<div class="drop" onDragOver={(e) => e.preventDefault()} onDrop={(e) => { e.preventDefault(); void read(e.dataTransfer?.files[0]); }}>
			<label for={id}>{title}</label>
			<input id={id} type="file" onChange={(e) => void read(e.currentTarget.files?.[0])} />
			{bad && <p class="field-bad" role="alert">{bad}</p>}
		</div>
	);
}
