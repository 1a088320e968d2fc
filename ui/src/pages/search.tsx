// What a search found: of what this person may see, and of the mode that is switched on.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { query } from "../api.js";
import { useCell } from "../cell.js";
import { titles_first } from "../fuzzy.js";
import { t } from "../i18n.js";
import { useLoad } from "../load.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Empty, LabelBadge, ModeBadge, Theirs, Time } from "../parts/text.js";
import { go, link, place } from "../route.js";
import { hit_href, hit_name } from "../shell/palette.js";
import { mode } from "../state.js";
import type { SearchHit } from "../types.js";

export function Search(): VNode {
	const q = useCell(place).query.get("q") ?? "";
	const now = useCell(mode);
	const [typed, type] = useState(q);
	useEffect(() => type(q), [q]);
	const found = useLoad<{ items: SearchHit[] }>(q ? `/search${query({ q, mode: now, limit: 50 })}` : null);
	return (
		<PageFrame title={t("search")}>
			<form class="find" role="search" onSubmit={(e) => { e.preventDefault(); go(link("search", { q: typed.trim() })); }}>
				<input type="search" value={typed} aria-label={t("search")} onInput={(e) => type(e.currentTarget.value)} />
				<button type="submit" class="main">{t("search")}</button>
			</form>
			{!q ? <Empty title={t("search.type")} /> : (
				<Loading of={found}>
					{(a) => a.items.length === 0 ? <Empty title={t("search.none")}>{t("search.none_next")}</Empty> : (
						<ul class="plain-list big">
							{titles_first(a.items, hit_name, q).map((h) => (
								<li>
									<a href={hit_href(h)}><Theirs text={hit_name(h)} /></a> <LabelBadge label={h.label} /> <ModeBadge mode={h.mode} /><br />
									<span class="remark">{t(`search.${h.type}`)} · <Theirs text={h.coalition_name} /> {h.time && <>· <Time at={h.time} /></>}</span>
								</li>
							))}
						</ul>
					)}
				</Loading>
			)}
		</PageFrame>
	);
}
