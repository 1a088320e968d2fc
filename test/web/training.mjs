// Joint training in a browser: pictures of every page, and the main story once.
import { join } from "node:path";

const SEEN_MS = 30_000;

export function scenes({ job, open, sign_in, go, bad_things, fail }) {
	const at = (...more) => `work/training/${[job.coalition, ...more].join("/")}`;

	async function play_mode(page) {
		const to = page.locator("main button.main", { hasText: "Switch to exercise" });
		if (await to.count()) await to.first().click();
		await page.waitForTimeout(200);
	}

	// An address for a calendar program, made, read with nothing but itself, and dropped.
	async function calendar(page) {
		await page.evaluate(() => sessionStorage.setItem("entente.mode", "real"));
		await page.reload();
		await go(page, at("programme"));
		await page.getByLabel("Name, like").fill("wall");
		await page.getByRole("button", { name: "Make an address" }).click();
		await page.waitForSelector(".tr-address input", { timeout: SEEN_MS }).catch(() => fail("no address is shown"));
		const url = await page.locator(".tr-address input").inputValue();
		const read = () => page.evaluate(async (u) => { const r = await fetch(new URL(u).pathname, { credentials: "omit" }); return [r.status, (await r.text()).slice(0, 15)]; }, url);
		const first = await read();
		if (job.shots) await page.screenshot({ path: join(job.shots, "story-calendar.png"), fullPage: true });
		await page.getByRole("button", { name: "Drop" }).click();
		await page.waitForFunction(() => !document.querySelector(".tr-address"), null, { timeout: SEEN_MS });
		return [first, (await read())[0]];
	}

	return {
		// Every page, wide and narrow: no sideways scrolling of the page, no violations, a heading; pictures if asked for.
		async training_pages(browser) {
			const seen = {};
			for (const [width, theme] of [[1440, "light"], [390, "light"], ...(job.shots ? [[1440, "dark"], [390, "dark"]] : [])]) {
				const page = await open(browser, { width, theme });
				await sign_in(page);
				for (const path of job.pages) {
					await go(page, at(...path.split("/").filter(Boolean)));
					if (!/programme|lessons|qualifications|^out/.test(path)) await play_mode(page);
					else {
						const to = page.locator("main button.main", { hasText: "Switch to real" });
						if (await to.count()) await to.first().click();
					}
					await page.waitForTimeout(400);
					const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
					if (job.shots) await page.screenshot({ path: join(job.shots, `${job.name}-${path.replace(/exercise.[^/]*/, "x").replaceAll("/", "-") || "front"}-${width}-${theme}.png`), fullPage: width > 500 });
					const bad = await bad_things(page);
					if (wide > 1) bad.push(`scrolls sideways by ${wide}`);
					if (bad.length) seen[`${path} ${width} ${theme}`] = bad;
				}
				await page.context().close();
			}
			return { bad: seen };
		},

		// One writes the script by keyboard, starts and watches; the other's inbox fills by itself and is answered; an evaluator loses the network and nothing is lost.
		async training_story(browser) {
			const host = await open(browser, { width: 1440, base: job.base });
			await sign_in(host);
			await go(host, at("exercise", job.exercise, "msel"));
			await play_mode(host);
			await host.waitForSelector(".tr-grid");
			await host.focus(".tr-grid");
			await host.keyboard.press("Control+Enter");
			for (const text of ["Power cut", "09:00", "A1", "The grid is down"]) {
				await host.keyboard.type(text);
				await host.keyboard.press("Tab");
			}
			await host.keyboard.press("ArrowUp");
			await host.keyboard.press("ArrowDown");
			await host.getByRole("button", { name: /^Save/ }).click({ timeout: 3000 }).catch(() => undefined);
			await host.waitForFunction(() => [...document.querySelectorAll(".tr-grid tbody tr:not(.tr-dirty)")].some((r) => r.innerText.includes("Power cut") && r.innerText.includes("draft")), null, { timeout: SEEN_MS }).catch(() => fail("the row was not saved"));
			// A table from Excel, with its headings: understood by the node, shown, written.
			await host.evaluate(() => {
				const data = new DataTransfer();
				data.setData("text/plain", "MSEL #\tInject DTG\tSubject\tSend To\tImplementer (Actual Narrative)\r\n2\t2026-01-01 09:20\tFlood\tStaff\tWater rises\r\n3\t2026-01-01 09:30\tPress\tStaff\tA call\r\n");
				document.querySelector(".tr-grid").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
			});
			await host.getByRole("button", { name: "Write 2 rows" }).click();
			await host.waitForFunction(() => document.querySelectorAll(".tr-grid tbody tr").length >= 3, null, { timeout: SEEN_MS }).catch(() => fail("the pasted rows did not come"));
			// By way of other workspaces: an alert is made of the text; a request is given in full, and asked of that workspace at once.
			const by_way = async (title, at, method) => {
				await host.focus(".tr-grid");
				await host.keyboard.press("Control+Enter");
				for (const text of [title, at, "A1", "Leave the valley"]) {
					await host.keyboard.type(text);
					await host.keyboard.press("Tab");
				}
				await host.keyboard.press("Enter");
				await host.locator("select.tr-edit").selectOption(method);
			};
			await by_way("Dam alarm", "09:40", "alert");
			await by_way("Pumps needed", "09:50", "request");
			if (job.shots) await host.screenshot({ path: join(job.shots, "story-script.png") });
			const pumps = host.locator(".tr-grid tbody tr", { hasText: "Pumps needed" });
			await pumps.getByRole("button", { name: "Add content" }).click();
			const good = await host.locator(".tr-native").inputValue();
			await host.locator(".tr-native").fill("{\"lines\": []}");
			await host.locator("dialog button.main").click();
			await host.waitForSelector("dialog .field-bad", { timeout: SEEN_MS }).catch(() => fail("a request without anything was taken"));
			const why = await host.locator("dialog .field-bad").innerText();
			await host.locator(".tr-native").fill(good);
			if (job.shots) await host.screenshot({ path: join(job.shots, "story-native.png") });
			await host.locator("dialog button.main").click();
			await host.waitForFunction(() => !document.querySelector("dialog") && ["Dam alarm", "Pumps needed"].every((x) => [...document.querySelectorAll(".tr-grid tbody tr:not(.tr-dirty)")].some((r) => r.innerText.includes(x) && r.innerText.includes("draft"))), null, { timeout: SEEN_MS }).catch(() => fail("the injects by way of other workspaces were not saved"));
			const numbers = await host.$$eval(".tr-grid tbody .tr-c0", (all) => all.map((x) => x.innerText.trim()));

			// Approved by the caller meanwhile; then the run.
			await host.evaluate(async (o) => {
				const csrf = (await (await fetch("/api/v1/session")).json()).csrf;
				const post = (path, body) => fetch(`/api/v1/coalitions/${o.coalition}/training/${path}`, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body) });
				const x = await (await fetch(`/api/v1/coalitions/${o.coalition}/training/exercises/${o.exercise}`)).json();
				for (const i of x.injects) for (const to of ["submitted", "approved"]) await post(`records/${i.object}/step`, { to });
				for (const to of ["specified", "planned", "ready"]) await post(`records/${o.exercise}/step`, { to });
			}, { coalition: job.coalition, exercise: job.exercise });
			await go(host, at("exercise", job.exercise, "excon"));
			await host.getByRole("button", { name: "STARTEX" }).click();
			await host.locator("dialog input").fill("60");
			await host.locator("dialog button.main").click();
			await host.waitForFunction(() => [...document.querySelectorAll(".tr-item-title")].some((x) => x.innerText.includes("Power cut")), null, { timeout: SEEN_MS }).catch(() => fail("Power cut is not on the desk"));

			const player = await open(browser, { width: 390, base: job.player.base });
			await sign_in(player, job.player.user, job.player.password);
			await go(player, at("inbox"));
			await play_mode(player);
			await host.locator(".tr-item", { hasText: "Power cut" }).getByRole("button", { name: "Release" }).click();
			// There may be others of other exercises.
			const message = player.locator(".tr-message", { hasText: "Power cut" });
			await message.waitFor({ timeout: SEEN_MS }).catch(() => fail("nothing came into the inbox"));
			const mark = await message.locator(".tr-mark").innerText();
			await message.getByRole("button", { name: "Acknowledge" }).click();
			await message.locator(".tr-respond input").fill("We have called the grid operator");
			await message.getByRole("button", { name: "Send" }).click();
			await host.waitForFunction(() => document.querySelector(".tr-light.responded") && document.body.innerText.includes("We have called the grid operator"), null, { timeout: SEEN_MS }).catch(() => fail("the answer is not on the desk"));

			// The alert is where a real one would be, in mode exercise; among what is real there is none.
			await host.locator(".tr-item", { hasText: "Dam alarm" }).getByRole("button", { name: "Release" }).click();
			for (const mode of ["exercise", "real"]) {
				await player.evaluate((m) => sessionStorage.setItem("entente.mode", m), mode);
				await player.reload();
				await go(player, `work/response/${job.coalition}/alerts`);
				if (mode === "exercise") await player.waitForFunction(() => document.body.innerText.includes("Dam alarm"), null, { timeout: SEEN_MS }).catch(() => fail("the alert is not among the alerts of the exercise"));
				else if (await player.evaluate(() => document.body.innerText.includes("Dam alarm"))) fail("the exercise's alert is among the real ones");
			}
			await player.evaluate(() => sessionStorage.setItem("entente.mode", "exercise"));
			await player.reload();
			await go(player, at("inbox"));

			// The network goes while the evaluator writes.
			const evaluator = await open(browser, { width: 390, base: job.player.base });
			await sign_in(evaluator, job.player.user, job.player.password);
			await go(evaluator, at("exercise", job.exercise, "evaluate"));
			await play_mode(evaluator);
			await evaluator.waitForSelector(".tr-evaluate textarea");
			await evaluator.context().setOffline(true);
			await evaluator.fill(".tr-evaluate textarea", "The duty officer acted at once");
			await evaluator.getByRole("radio", { name: "P", exact: true }).click();
			await evaluator.getByRole("button", { name: "Add" }).click();
			await evaluator.waitForFunction(() => document.body.innerText.includes("2 cards wait"), null, { timeout: SEEN_MS }).catch(() => fail("the cards do not wait"));
			await evaluator.context().setOffline(false);
			await evaluator.waitForFunction(() => document.body.innerText.includes("Everything is with the node") && document.body.innerText.includes("acted at once"), null, { timeout: SEEN_MS }).catch(() => fail("the cards were not sent"));

			// Two tabs without the network: neither takes the other's cards away.
			const second = await evaluator.context().newPage();
			await second.goto(`${job.player.base}/`);
			await second.waitForSelector("main h1[tabindex]");
			await go(second, at("exercise", job.exercise, "evaluate"));
			await play_mode(second);
			await second.waitForSelector(".tr-evaluate textarea");
			await evaluator.context().setOffline(true);
			for (const [tab, text] of [[evaluator, "seen from the first tab"], [second, "seen from the second tab"]]) {
				await tab.fill(".tr-evaluate textarea", text);
				await tab.getByRole("button", { name: "Add" }).click();
			}
			for (const tab of [evaluator, second]) await tab.waitForFunction(() => document.body.innerText.includes("2 cards wait"), null, { timeout: SEEN_MS }).catch(() => fail("a tab does not know of the other's card"));
			await evaluator.context().setOffline(false);
			await evaluator.waitForFunction(() => ["first", "second"].every((x) => document.body.innerText.includes(`seen from the ${x} tab`)) && document.body.innerText.includes("Everything is with the node"), null, { timeout: SEEN_MS }).catch(() => fail("a tab's card was lost"));
			await second.close();

			// Written, not sent, and somebody else signs in at the same browser: the card waits for its writer.
			await evaluator.context().route("**/training/records", (r) => (r.request().method() === "POST" ? r.abort() : r.continue()));
			await evaluator.fill(".tr-evaluate textarea", "only its writer sends it");
			await evaluator.getByRole("button", { name: "Add" }).click();
			await evaluator.waitForFunction(() => document.body.innerText.includes("1 card waits"), null, { timeout: SEEN_MS });
			const as = async (name) => {
				await evaluator.context().clearCookies();
				await evaluator.goto("about:blank");
				await sign_in(evaluator, name, job.player.password);
				await go(evaluator, at("exercise", job.exercise, "evaluate"));
				await play_mode(evaluator);
				await evaluator.waitForSelector(".tr-evaluate textarea");
			};
			await as(job.other);
			await evaluator.context().unroute("**/training/records");
			await evaluator.waitForFunction((x) => document.body.innerText.includes(`1 card of ${x}`), job.player.user, { timeout: SEEN_MS }).catch(() => fail("another's card is not told of"));
			await evaluator.evaluate(() => dispatchEvent(new Event("online")));
			await evaluator.waitForTimeout(1500);
			const taken = await evaluator.evaluate(() => document.body.innerText.includes("only its writer sends it"));
			if (taken) fail("a card was sent by somebody else");
			await as(job.player.user);
			await evaluator.waitForFunction(() => document.body.innerText.includes("only its writer sends it") && document.body.innerText.includes("Everything is with the node"), null, { timeout: SEEN_MS }).catch(() => fail("its writer's card was not sent"));

			await host.getByRole("button", { name: /NO DUFF/ }).click();
			await host.locator("dialog input").fill("a real fire");
			await host.locator("dialog button.main").click();
			await player.waitForSelector(".tr-noduff", { timeout: SEEN_MS }).catch(() => fail("the stop did not reach the player"));
			const shots = job.shots;
			if (shots) {
				await host.screenshot({ path: join(shots, "story-excon.png"), fullPage: true });
				await player.screenshot({ path: join(shots, "story-inbox.png") });
				await evaluator.screenshot({ path: join(shots, "story-evaluate.png") });
			}
			return { numbers, mark, why, address: await calendar(host), bad: [...(await bad_things(host)), ...(await bad_things(player))] };
		},
	};
}
