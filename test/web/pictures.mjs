// The pictures of README.md and docs/, from real nodes: each a page, how wide, how light, and how much of it.
import { join } from "node:path";

export function scenes({ job, open, sign_in, go }) {
	const c = job.coalition;
	const work = (area, ...more) => `work/${area}/${[c, ...more].join("/")}`;
	const PICTURES = {
		pact: { at: `pact/${c}`, width: 1280, height: 1090 },
		home: { at: "", width: 390, height: 844, theme: "dark" },
		accession: { at: `pact/${c}/accession/${job.applicant}`, width: 1100, height: 760 },
		cyber: { at: work("cyber", "matrix"), width: 1200, height: 700 },
		training: { at: work("training", "exercise", job.exercise, "excon"), width: 1200, height: 900, mode: "exercise" },
		response: { at: work("response"), width: 1200, height: 640 },
		procurement: { at: work("procurement", "process", job.process, "tender"), width: 1200, height: 800 },
	};

	return {
		async pictures(browser) {
			const made = ["public"];
			for (const [name, p] of Object.entries(PICTURES)) {
				if (job.only.length && !job.only.includes(name)) continue;
				const page = await open(browser, { width: p.width, theme: p.theme ?? "light", locale: "en-GB" });
				await page.setViewportSize({ width: p.width, height: p.height });
				await sign_in(page);
				if (p.mode) await page.locator(".mode-switch select").selectOption(p.mode);
				await go(page, p.at);
				await page.waitForTimeout(1500);
				await page.screenshot({ path: join(job.out, `${name}.png`), animations: "disabled", caret: "hide" });
				made.push(name);
				await page.context().close();
			}
			const context = await browser.newContext({ viewport: { width: 960, height: 860 }, javaScriptEnabled: false, locale: "en-GB" });
			const page = await context.newPage();
			await page.goto(`${job.base}/public/en/${c}`);
			await page.screenshot({ path: join(job.out, "public.png") });
			return { made };
		},
	};
}
