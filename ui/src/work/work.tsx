// The work areas as modules: ui/src/work/AREA/index.tsx exports `work`. Each is a chunk of its own, fetched when it is first opened.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useCell } from "../cell.js";
import { language, t, type Language } from "../i18n.js";
import { Records } from "../pages/records.js";
import { Busy } from "../parts/text.js";
import { link, page_of, type Here, type Pages } from "../route.js";
import type { Area } from "./areas.js";

export type Tab = { path: string; title: string; shown?: boolean };
export type Work = {
	// At #/work/AREA/COALITION/address…
	pages: Pages;
	// The area's own navigation: the first is its front page, with path "".
	tabs: () => Tab[];
	load: (code: Language) => Promise<void>;
};

const modules = import.meta.glob<{ work: Work }>("./*/index.tsx");
const loaded = new Map<string, Work>();

async function work_load(area: string): Promise<Work | null> {
	const from = modules[`./${area}/index.tsx`];
	if (!from) return null;
	const { work } = await from();
	await work.load(language.get());
	loaded.set(area, work);
	return work;
}

// main.tsx, before everything is drawn again in another language.
export async function works_language(code: Language): Promise<void> {
	await Promise.all([...loaded.values()].map((w) => w.load(code)));
}

// Pages of areas that have been opened, for the palette.
export function works_tabs(c: string): { title: string; href: string }[] {
	return [...loaded].flatMap(([area, w]) => w.tabs().filter((x) => x.shown !== false).map((x) => ({ title: `${t(`workspace.${area as Area}`)}: ${x.title}`, href: tab_href(area, c, x.path) })));
}

const tab_href = (area: string, c: string, path: string): string => link("work", area, c, ...path.split("/").filter(Boolean));

function Tabs({ area, c, work, here }: { area: string; c: string; work: Work; here: string }): VNode | null {
	const all = work.tabs().filter((x) => x.shown !== false);
	const strip = useRef<HTMLElement>(null);
	// On a phone the strip is longer than the screen: the tab one is on stands in its middle, with a piece of its neighbours, so that one sees that there are more.
	useEffect(() => {
		const nav = strip.current, tab = nav?.querySelector<HTMLElement>("[aria-current]");
		if (nav && tab) nav.scrollLeft = tab.offsetLeft - nav.offsetLeft - (nav.clientWidth - tab.offsetWidth) / 2;
	}, [here, area]);
	if (all.length < 2) return null;
	return (
		<nav class="work-tabs" ref={strip} aria-label={t(`workspace.${area as Area}`)}>
			{all.map((x) => <a href={tab_href(area, c, x.path)} aria-current={x.path === here ? "page" : undefined}>{x.title}</a>)}
		</nav>
	);
}

// The longest tab that the path begins with.
function tab_of(work: Work, path: readonly string[]): string {
	const text = path.join("/");
	return work.tabs().map((x) => x.path).filter((p) => p === "" || text === p || text.startsWith(`${p}/`)).sort((a, b) => b.length - a.length)[0] ?? "";
}

export function WorkPage({ area, here, path, lost }: { area: string; here: Here; path: string[]; lost: VNode }): VNode {
	const [work, set] = useState<Work | null | "failed" | undefined>(loaded.get(area));
	useCell(language);
	useEffect(() => {
		if (!work) work_load(area).then(set, () => set("failed"));
	}, [area]);
	if (work === "failed") return <p class="trouble" role="alert">{t("problem.offline")}</p>;
	if (work === undefined) return <Busy />;
	// An area without pages of its own shows its records.
	if (work === null) return path.length ? lost : <Records c={here.c} area={area} />;
	return (
		<div class={`area-${area}`}>
			<Tabs area={area} c={here.c} work={work} here={tab_of(work, path)} />
			{page_of(work.pages, path, here) ?? lost}
		</div>
	);
}
