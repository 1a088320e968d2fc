// Cyber security coordination in the browser: two people at two nodes; what one publishes comes to the other's open page.
import { join } from "node:path";

const SEEN_MS = 60_000;

export function scenes({ job, open, sign_in, go, axe, bad_things, fail }) {
	const c = job.coalition;
	const area = (path = "") => `work/cyber/${c}${path ? `/${path}` : ""}`;
	const field = (page, label) => page.locator("label", { hasText: label }).locator("input, select, textarea").first();
	const comes = (page, text, what) => page.waitForSelector(`main :text("${text}")`, { timeout: SEEN_MS }).catch(() => fail(`${what}: ${text} does not come`));

	async function look(page, name, seen, closely = false) {
		if (job.shots) await page.screenshot({ path: join(job.shots, `${name}.png`), fullPage: true });
		const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
		const bad = [...(await bad_things(page)), ...(closely ? await axe(page) : []), ...(wide > 1 ? [`scrolls sideways by ${wide}`] : [])];
		if (bad.length) seen.bad[name] = bad;
	}

	async function who(browser, n) {
		const page = await open(browser, { base: n.base, width: 1280, locale: "en-GB" });
		await sign_in(page, n.user, n.password);
		return page;
	}

	// A bundle by the dialog, at one; it comes to the other's open feed. The object with its label, its leaf, its graph.
	async function feed(here, there, seen) {
		await go(there, area());
		await go(here, area());
		await here.locator("button", { hasText: "Bring a bundle" }).first().click();
		await here.locator("dialog input[type=file]").setInputFiles(job.bundle);
		await here.locator("dialog .choices input[type=checkbox], dialog fieldset input[type=checkbox]").first().check();
		await here.locator("dialog button.main", { hasText: "Take it in" }).click();
		await here.waitForSelector("dialog [role=status]", { timeout: SEEN_MS });
		seen.result = await here.locator("dialog [role=status]").innerText();
		await here.locator("dialog button", { hasText: "Close" }).last().click();
		await comes(there, job.name, "the feed");
		await look(there, "feed", seen);
		await there.locator("li.feed-row", { has: there.locator(":text-is(\"indicator\")") }).locator("a").click();
		await there.waitForSelector("pre.raw");
		await comes(there, "Where it comes from", "the object");
		seen.label = await there.locator(".object-facts").innerText();
		await there.waitForSelector("main svg", { timeout: SEEN_MS }).catch(() => fail("the graph does not come"));
		await look(there, "object", seen, true);
	}

	// A case with the object, opened at one; covered by the other; the clock runs on the first's open page.
	async function cases(here, there, seen) {
		await go(here, `${area("cases/new")}?kind=case&object=${job.object}`);
		await field(here, "Title").fill("Beacons in the ministry");
		await field(here, "What is known").fill("Two mail gateways speak to it.");
		await here.locator(".form .choices input[type=checkbox], .form fieldset input[type=checkbox]").first().check();
		await here.locator(".form button.main").click();
		await here.waitForSelector(".clock");
		await go(there, area("cases"));
		await comes(there, "Beacons in the ministry", "the board");
		await look(there, "cases", seen);
		await there.locator("a", { hasText: "Beacons in the ministry" }).click();
		await there.locator("button", { hasText: "We are covered" }).click();
		await here.waitForSelector(".answers li", { timeout: SEEN_MS }).catch(() => fail("the answer does not come"));
		await look(here, "case", seen, true);
	}

	async function rest(there, seen) {
		await go(there, area("sightings"));
		await comes(there, job.name, "sightings");
		await look(there, "sightings", seen);
		await go(there, area("collections"));
		await there.waitForSelector("table code");
		seen.collections = await there.$$eval("tbody code.alias", (all) => all.map((x) => x.textContent));
		await look(there, "collections", seen);
		// In an exercise there is nothing of it, and the page says what it is.
		await there.selectOption(".mode-switch select", "exercise");
		await go(there, area());
		await comes(there, "EXERCISE", "the mark");
		seen.exercise = await there.locator("main").innerText();
	}

	return {
		async cyber(browser) {
			const seen = { bad: {} }, [here, there] = [await who(browser, job.nodes[0]), await who(browser, job.nodes[1])];
			await feed(here, there, seen);
			await cases(here, there, seen);
			await rest(there, seen);
			return seen;
		},

		// Pictures and faults of every page, as the caller filled the node.
		async cyber_pages(browser) {
			const seen = { bad: {} };
			for (const width of [1280, 390]) for (const theme of ["light", "dark"]) {
				const page = await open(browser, { base: job.base, width, theme, locale: "en-GB" });
				await sign_in(page);
				for (const [name, path] of Object.entries(job.pages)) {
					await go(page, area(path));
					await page.waitForTimeout(600);
					await look(page, `${job.name}-${name}-${width}-${theme}`, seen, true);
				}
				await page.context().close();
			}
			return seen;
		},
	};
}
