// The story on four nodes: one browser, four people, four pages. Acts are prepared on a page, signed by the caller (test_story.py) away from it, and handed in;
// everybody's page shows each step by itself.
import { existsSync } from "node:fs";
import { join } from "node:path";

const SIGN_MS = 40_000;
const SEEN_MS = 30_000;

export function scenes({ job, open, sign_in, go, bad_things, fail }) {
	const say = (what) => console.log(JSON.stringify(what));

	// Waits for the caller to do what was said.
	async function until_file(page, path) {
		const end = Date.now() + SIGN_MS;
		while (!existsSync(path)) {
			if (Date.now() > end) fail(`nobody made ${path}`);
			await page.waitForTimeout(100);
		}
	}

	async function people(browser) {
		const all = {};
		for (const n of job.nodes) {
			const page = await open(browser, { base: n.base, width: n.width ?? 1280, locale: "en-GB" });
			await sign_in(page, n.user, n.password);
			await go(page, `pact/${job.coalition}`);
			await page.waitForSelector(".live.open");
			await page.evaluate(() => (window.never_reloaded = true));
			all[n.label] = page;
		}
		return all;
	}

	// The row of a party on the Pact page of everybody, without anybody touching the page.
	async function everywhere(all, party, words) {
		for (const [label, page] of Object.entries(all)) {
			await page.waitForFunction(
				([p, w]) => [...document.querySelectorAll("table.standing tbody tr")].some((r) => r.cells[0].innerText.includes(p) && w.every((x) => r.innerText.includes(x))),
				[party, words], { timeout: SEEN_MS },
			).catch(() => fail(`${label} does not show ${party} as ${words}`));
		}
		return Object.keys(all).length;
	}

	// Prepares in the browser, has it signed, hands it in; back to the Pact page.
	async function sign_and_hand_in(all, label, name, begin) {
		const page = all[label];
		const [file] = await Promise.all([page.waitForEvent("download"), begin(page)]);
		const prepared = join(job.dir, `${name}.prepared`);
		await file.saveAs(prepared);
		say({ sign: prepared, node: label, signed: join(job.dir, `${name}.signed`) });
		await until_file(page, join(job.dir, `${name}.signed`));
		await page.locator(".drop input[type=file]").setInputFiles(join(job.dir, `${name}.signed`));
		await page.locator(".step button.main", { hasText: "Write it to the log" }).click();
		await page.waitForSelector(".notice.good");
		await go(page, `pact/${job.coalition}`);
	}

	async function act(all, label, kind, name, fill) {
		await go(all[label], `pact/${job.coalition}/prepare?kind=${kind}`);
		await sign_and_hand_in(all, label, name, async (page) => {
			await page.waitForSelector(".form button[type=submit]");
			if (fill) await fill(page);
			await page.locator(".form button[type=submit]").click();
		});
	}

	async function accession(all, seen) {
		seen.mentioned = await everywhere(all, "BGR", ["not a member"]);
		await act(all, "BGR", "accede", "accede");
		seen.applied = await everywhere(all, "BGR", ["applied, not a member", "0"]);
		let n = 0;
		for (const label of ["ALB", "HRV", "KOS"]) {
			await act(all, label, "ratify", `ratify-${label}`, (page) => page.locator(".form select").first().selectOption({ index: 1 }));
			n++;
			seen[`ratified_${n}`] = await everywhere(all, "BGR", n < 3 ? ["applied, not a member", `ratified ${n} of 3`] : ["member"]);
		}
	}

	// The page of the accession has each ratification with its time and its place in a log.
	async function proofs(all, seen) {
		const page = all.ALB;
		const { parties } = await page.evaluate(async (p) => (await fetch(p)).json(), `/api/v1/coalitions/${job.coalition}`);
		await go(page, `pact/${job.coalition}/accession/${parties.find((p) => p.label === "BGR").id}`);
		await page.waitForFunction(() => document.querySelectorAll(".steps .plain-list li .proof").length >= 3, null, { timeout: SEEN_MS }).catch(() => undefined);
		seen.proofs = await page.locator(".steps .plain-list li .proof").count();
	}

	// Recorded on one page, it appears on all; then it is released, from the button beside it.
	async function statement(all, seen) {
		for (const page of Object.values(all)) await go(page, `pact/${job.coalition}/statements`);
		const page = all[job.says];
		await go(page, `pact/${job.coalition}/say`);
		const form = page.locator(".form");
		await form.getByLabel("About").fill("BGR");
		await form.locator("select").first().selectOption("member");
		await form.getByLabel("Who said it").fill("Ministry of Foreign Affairs");
		await form.locator("input[type=date]").fill("2025-03-31");
		await form.getByLabel("Where").fill("Sofia");
		await form.locator("textarea").fill(job.quote);
		await form.locator("button[type=submit]").click();
		for (const p of Object.values(all)) await p.waitForFunction((q) => document.querySelector("main").innerText.includes(q), job.quote, { timeout: SEEN_MS });
		seen.said = Object.keys(all).length;
		await page.locator(".said", { hasText: job.quote }).locator("a", { hasText: "Publish…" }).click();
		await page.waitForSelector(".form input[type=text]");
		await sign_and_hand_in(all, job.says, "publish", (p) => p.locator(".form button[type=submit]").click());
		await go(page, `pact/${job.coalition}/statements`);
		await page.waitForSelector(".said .badge.good");
		seen.published = await page.locator(".said", { hasText: job.quote }).locator(".badge.good").innerText();
	}

	// Anybody, without a sign-in and without a script.
	async function stranger(browser, seen) {
		const context = await browser.newContext({ javaScriptEnabled: false, locale: "bg-BG", acceptDownloads: true });
		const page = await context.newPage();
		const base = job.nodes.find((n) => n.label === job.shows).base;
		await page.goto(`${base}/public/`);
		await page.locator("h2 a").first().click();
		const text = await page.locator("main").innerText();
		seen.public = { lang: await page.locator("html").getAttribute("lang"), quote: text.includes(job.quote), title: await page.title() };
		const [file] = await Promise.all([page.waitForEvent("download"), page.locator(`a[href$=".public"]`).click()]);
		await file.saveAs(job.out);
		await context.close();
	}

	return {
		async story(browser) {
			const seen = {};
			const all = await people(browser);
			await accession(all, seen);
			await proofs(all, seen);
			await statement(all, seen);
			say({ wait: join(job.dir, "agreed") });
			await until_file(Object.values(all)[0], join(job.dir, "agreed"));
			await stranger(browser, seen);
			seen.bad = {};
			for (const [label, page] of Object.entries(all)) {
				const bad = await bad_things(page);
				if (!(await page.evaluate(() => window.never_reloaded === true))) bad.push("was loaded again");
				if (bad.length) seen.bad[label] = bad;
			}
			return seen;
		},
	};
}
