// What a person is told, and what not: the browser's own notifications with an area muted; root keys that have signed twice; that it is not known what needs somebody.
export function scenes({ job, open, sign_in, go, axe, bad_things }) {
	const say = (what) => console.log(JSON.stringify(what));

	// The page is behind others and may notify; what it would have shown is kept.
	const behind = () => {
		window.popped = [];
		window.Notification = class {
			static permission = "granted";
			static requestPermission = async () => "granted";
			constructor(title, options) {
				window.popped.push(options.tag);
			}
		};
		Object.defineProperty(document, "hidden", { get: () => window.is_behind === true });
	};

	return {
		// A record pops up; with records muted the next one does not, though the page has heard of it, and acts still do.
		async muted(browser) {
			const page = await open(browser);
			await page.context().addInitScript(behind);
			await sign_in(page);
			await page.waitForSelector(".live.open");
			const popped = () => page.evaluate(() => window.popped);
			const until = (tag) => page.waitForFunction((x) => window.popped.some((p) => p.includes(x)), tag, { timeout: 30_000 });
			await page.evaluate(() => (window.is_behind = true));
			say({ ready: true });
			await until(`records/${job.coalition}`);
			const before = await popped();

			await go(page, "settings");
			await page.getByLabel("Records: Browser").uncheck();
			await page.locator(".form.wide button[type=submit]").click();
			await page.waitForSelector(".notice.good");
			await page.evaluate(() => (window.popped.length = 0));
			say({ muted: true });
			await until(`pact/${job.coalition}/acts`);
			const after = await popped();

			// And so after the page was loaded again: the rule is the node's.
			await page.reload();
			await page.waitForSelector(".live.open");
			await page.evaluate(() => (window.is_behind = true));
			say({ again: true });
			await until(`pact/${job.coalition}/acts`);
			const reloaded = await popped();
			await page.locator(".tray-button").click();
			const tray = await page.locator(".menu-list.tray").innerText();
			return { before, after, reloaded, tray, bad: await bad_things(page) };
		},

		// Two documents of one version: the open page says so by itself; Home has an alarm; the party's page says what to do.
		async twice(browser) {
			const page = await open(browser, { width: job.width });
			await sign_in(page);
			await go(page, `pact/${job.coalition}`);
			await page.waitForSelector(".live.open");
			say({ ready: true });
			await page.waitForSelector("table.standing .badge.bad", { timeout: 60_000 });
			const row = await page.locator("table.standing tr", { has: page.locator(".badge.bad") }).innerText();
			const bad = await axe(page);
			await go(page, "");
			await page.waitForSelector(".concerns.alarm li.alarm");
			const home = await page.locator(".concerns.alarm").innerText();
			bad.push(...(await axe(page)));
			await page.locator(".concerns.alarm li.alarm a").click();
			await page.waitForFunction((id) => location.hash.endsWith(`/party/${id}`), job.party);
			await page.waitForSelector("main .badge.bad");
			const party = await page.locator("main").innerText();
			bad.push(...(await axe(page)), ...(await bad_things(page)));
			return { row, home, party, bad };
		},

		// What needs somebody cannot be asked: Home and the tray say so, and never that it is nothing. What was there before stays, and is called old.
		async unknown(browser) {
			const page = await open(browser);
			let fails = true;
			await page.route("**/api/v1/needs", (r) => (fails ? r.fulfill({ status: 500, json: { title: "io", status: 500, detail: "the disk" } }) : r.continue()));
			await page.route("**/api/v1/needs/*/ack", (r) => r.fulfill({ status: 500, json: { title: "io", status: 500, detail: "not written down" } }));
			await sign_in(page);
			await page.waitForSelector("main .cards .card");
			await page.waitForSelector("main .trouble");
			const home = await page.locator("main").innerText();
			const label = await page.locator(".tray-button").getAttribute("aria-label");
			await page.locator(".tray-button").click();
			const tray = await page.locator(".menu-list.tray").innerText();
			const bad = await axe(page);
			await page.keyboard.press("Escape");

			fails = false;
			await page.locator("main .trouble button").click();
			await page.waitForSelector("main .concerns li");
			await page.locator("main .concerns li button").first().click();
			await page.waitForSelector("main .concerns .trouble");
			const refused = await page.locator("main .concerns .trouble").innerText();

			fails = true;
			say({ again: true });
			await page.waitForSelector("main .concerns .remark >> text=from before", { timeout: 45_000 });
			const left = await page.locator("main .concerns li").count();
			bad.push(...(await axe(page)), ...(await bad_things(page)));
			return { home, label, tray, refused, left, bad };
		},
	};
}
