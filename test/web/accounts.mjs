// Scenes of test_accounts.py: passkeys with Chromium's virtual authenticator.
import { existsSync } from "node:fs";
import { join } from "node:path";

export function scenes({ open, go, api, axe, bad_things, sign_in, fail, job }) {
	// An authenticator inside of the browser, which verifies its user or does not.
	async function authenticator(page, verifies = true) {
		const client = await page.context().newCDPSession(page);
		await client.send("WebAuthn.enable", { enableUI: false });
		const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", {
			options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: verifies, automaticPresenceSimulation: true },
		});
		const list = async () => (await client.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
		return { client, authenticatorId, list };
	}

	async function add_passkey(page, name) {
		await go(page, "me");
		await page.click("text=Add a passkey");
		await page.fill("dialog input[type=text]", name);
		await page.locator("dialog button.main").click();
	}

	async function shot(page, name) {
		if (job.shots) await page.screenshot({ path: join(job.shots, `${name}.png`), fullPage: true });
	}

	return {
		// An administrator makes a person on the page, gives two roles and a class, and then takes one role away again.
		async people(browser) {
			const page = await open(browser);
			await sign_in(page);
			await go(page, "people");
			await page.click("text=New user");
			await page.getByLabel("Name", { exact: false }).first().fill("nora");
			const field = (title) => page.locator("dialog .field-row", { hasText: title });
			const classes = await field("Clearance").locator("option").allTextContents();
			await field("Clearance").locator("select").selectOption("RESTRICTED");
			await page.locator("dialog .roles label", { hasText: "Records" }).locator("select").selectOption("officer");
			await page.locator("dialog .roles label", { hasText: "Cyber security" }).locator("select").selectOption("reader");
			await shot(page, "people-new");
			const bad = [...(await axe(page)), ...(await bad_things(page))];
			await page.locator("dialog button.main").click();
			await page.waitForSelector("td:has-text('nora')");
			const made = await api(page, "/users/nora");
			await go(page, "people/user/nora");
			await page.locator(".roles label", { hasText: "Cyber security" }).locator("select").selectOption("");
			await page.click("text=Save");
			await page.waitForSelector("text=Saved");
			await shot(page, "people-changed");
			const changed = await api(page, "/users/nora");
			return { classes, made: [made.roles, made.clearance], changed: [changed.roles, changed.clearance], bad };
		},
		async passkey(browser) {
			const page = await open(browser, { width: job.width ?? 1280 });
			const { client, authenticatorId, list } = await authenticator(page);
			await sign_in(page);
			await go(page, "me");
			await page.waitForSelector("text=No passkey yet");
			await shot(page, "me-none");
			await add_passkey(page, "Phone of the duty officer");
			await page.waitForSelector("td:has-text('Phone of the duty officer')");
			await shot(page, "me-one");
			const bad = [...(await axe(page)), ...(await bad_things(page))];
			// The same authenticator holds one already.
			await add_passkey(page, "Again");
			await page.waitForSelector("dialog .trouble");
			const twice = await page.locator("dialog .trouble").innerText();
			await page.keyboard.press("Escape");
			await page.locator("tr:has-text('Phone') >> text=Rename").click();
			await page.fill("dialog input[type=text]", "Key in the safe");
			await page.locator("dialog button.main").click();
			await page.waitForSelector("td:has-text('Key in the safe')");
			const held = await list();

			// Out, and in again without a password.
			await page.evaluate(async () => {
				const s = await (await fetch("/api/v1/session")).json();
				await fetch("/api/v1/session", { method: "DELETE", headers: { "X-CSRF-Token": s.csrf } });
			});
			await page.goto(`${job.base}/`);
			await page.waitForSelector("input[autocomplete=username]");
			await shot(page, "sign-in");
			bad.push(...(await axe(page)));
			await page.click("text=Sign in with a passkey");
			await page.waitForSelector("main h1[tabindex]");
			const method = (await api(page, "/session")).method;

			// Before an act, too: the page asks, the passkey answers, the act goes on.
			console.log(JSON.stringify({ ready: true }));
			await page.waitForFunction(async () => !(await (await fetch("/api/v1/session")).json()).confirmed_until, null, { polling: 200 });
			await go(page, "me");
			await page.click("text=Set up a second factor");
			await page.waitForSelector("dialog[open] >> text=Is it you?");
			await shot(page, "confirm");
			bad.push(...(await axe(page)));
			await page.click("dialog >> text=Use a passkey");
			await page.waitForSelector("strong.words");

			// Nobody verified: the node takes nothing of it.
			await client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
			await page.evaluate(async () => {
				const s = await (await fetch("/api/v1/session")).json();
				await fetch("/api/v1/session", { method: "DELETE", headers: { "X-CSRF-Token": s.csrf } });
			});
			await page.goto(`${job.base}/`);
			await page.waitForSelector("input[autocomplete=username]");
			await page.click("text=Sign in with a passkey");
			await page.waitForSelector(".ways .trouble");
			const unverified = await page.locator(".ways .trouble").innerText();
			await shot(page, "refused");
			await client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
			await page.click("text=Sign in with a passkey");
			await page.waitForSelector("main h1[tabindex]");

			// Removed: it opens nothing any more, and this page goes on.
			await go(page, "me");
			await page.locator("tr:has-text('Key in the safe') >> text=Remove").click();
			await page.waitForSelector("text=No passkey yet");
			bad.push(...(await bad_things(page)));
			return { twice, method, unverified, counter: held[0].signCount, resident: held[0].isResidentCredential, held: held.length, bad };
		},

		// Signed in with a provider of identities; refused in words; and the same in a tab beside a page with something typed on it.
		async provider(browser) {
			const page = await open(browser, { width: job.width ?? 1280 });
			await page.goto(`${job.base}/#/settings`);
			await page.waitForSelector("input[autocomplete=username]");
			await shot(page, "provider-sign-in");
			const bad = [...(await axe(page))];
			await page.click("text=Sign in with Ministry");
			await page.waitForSelector("main h1[tabindex]");
			const first = { method: (await api(page, "/session")).method, address: page.url().slice(job.base.length), title: await page.locator("main h1").innerText() };
			// The session has become stale: the act asks, and the provider answers in a tab of its own.
			console.log(JSON.stringify({ ready: "stale" }));
			await page.waitForFunction(async () => !(await (await fetch("/api/v1/session")).json()).confirmed_until, null, { polling: 200 });
			await go(page, "me");
			await page.click("text=Set up a second factor");
			await page.waitForSelector("dialog[open] >> text=Is it you?");
			await shot(page, "provider-confirm");
			const [tab] = await Promise.all([page.context().waitForEvent("page"), page.click("dialog >> text=Ask Ministry again")]);
			await tab.waitForSelector(".notice.good");
			await shot(tab, "provider-tab");
			await page.waitForSelector("strong.words");
			await tab.close();
			// Ended elsewhere, with something typed.
			await go(page, `pact/${job.coalition}/say`);
			await page.fill(".form textarea", "half a sentence");
			console.log(JSON.stringify({ ready: "end" }));
			await page.waitForSelector("dialog[open] >> text=Your session has ended", { timeout: 60_000 });
			const [again] = await Promise.all([page.context().waitForEvent("page"), page.click("dialog >> text=Sign in with Ministry")]);
			await again.waitForSelector(".notice.good");
			await page.waitForSelector("dialog[open]", { state: "detached" });
			await again.close();
			const typed = await page.inputValue(".form textarea");
			const elsewhere = page.troubles.filter((x) => !x.startsWith("a window opened") && !x.startsWith(`asked elsewhere: ${job.issuer}`));
			return { first, typed, bad: [...bad, ...elsewhere] };
		},

		// Two tabs whose session has ended: signed in again in one, both go on, with all that was written meanwhile, with events, and able to write. Then another person.
		async again(browser) {
			const one = await open(browser);
			await sign_in(one);
			const two = await one.context().newPage();
			two.setDefaultTimeout(15_000);
			const both = [one, two];
			await two.goto(`${job.base}/`);
			for (const page of both) {
				await go(page, `records/${job.coalition}`);
				await page.waitForSelector(".live.open");
			}
			console.log(JSON.stringify({ ready: true }));
			for (const page of both) await page.waitForSelector("dialog[open] >> text=Your session has ended", { timeout: 60_000 });
			const live = [];
			for (const page of both) live.push(await page.locator(".live").getAttribute("class"));
			console.log(JSON.stringify({ ended: true }));
			for (let i = 0; !existsSync(job.happened); i++) await (i < 300 ? one.waitForTimeout(100) : fail("nothing was written"));
			const stale = await one.locator("main").innerText();

			await two.fill("dialog input[type=password]", job.password);
			await two.keyboard.press("Enter");
			for (const page of both) {
				await page.waitForSelector("dialog[open]", { state: "detached" });
				await page.waitForSelector(`main >> text=${job.meanwhile}`, { timeout: 30_000 });
				await page.waitForSelector(".live.open");
			}
			console.log(JSON.stringify({ again: true }));
			for (const page of both) await page.waitForSelector(`main >> text=${job.after}`, { timeout: 30_000 });

			const write = async (page, title) => {
				await go(page, `records/${job.coalition}/new`);
				await page.locator(".form input[type=text]").first().fill(title);
				await page.locator(".choices input[type=checkbox]").first().check();
				await page.locator(".form button[type=submit]").click();
			};
			const sign_in_unsaid = (page, name) => page.evaluate(async ([n, password]) => {
				const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: n, password }) };
				return (await fetch("/api/v1/session", sent)).status;
			}, [name, job.password]);
			await write(one, "From the tab where nobody signed in");
			await one.waitForFunction(() => document.querySelector("main h1")?.textContent === "From the tab where nobody signed in");
			// The same person has another session, and no tab has been told: what is sent is sent once more with what belongs to it.
			const status = [await sign_in_unsaid(one, job.user)];
			await write(one, "With a session that nobody told of");
			await one.waitForFunction(() => document.querySelector("main h1")?.textContent === "With a session that nobody told of");

			// Another person: nothing of the first one's pages stays, in no tab.
			const who = (page, name) => page.waitForSelector(`main h1 small >> text=${name}`, { timeout: 30_000 });
			for (const page of both) {
				await go(page, "");
				await who(page, job.user);
			}
			await go(one, `records/${job.coalition}/new`);
			await one.locator(".form input[type=text]").first().fill("Must not be written");
			await one.locator(".choices input[type=checkbox]").first().check();
			status.push(await sign_in_unsaid(one, job.other));
			await one.locator(".form button[type=submit]").click();
			await one.waitForFunction(() => document.querySelector(".form input[type=text]")?.value === "", undefined, { timeout: 30_000 });
			await who(two, job.other);
			await go(one, "");
			await who(one, job.other);
			// And so at the dialog.
			console.log(JSON.stringify({ ready: "end" }));
			for (const page of both) await page.waitForSelector("dialog[open] >> text=Your session has ended", { timeout: 60_000 });
			await one.route("**/api/v1/session", (r) => (r.request().method() === "POST" ? r.continue({ postData: JSON.stringify({ name: job.user, password: job.password }) }) : r.continue()));
			await one.fill("dialog input[type=password]", job.password);
			await one.keyboard.press("Enter");
			for (const page of both) await who(page, job.user);
			const titles = (await api(one, `/coalitions/${job.coalition}/records?limit=200`)).items.map((r) => r.title);
			return { live, stale, status, titles, bad: await bad_things(one) };
		},

		// A page that nobody has touched for a minute says so in what it asks by itself; a movement ends that.
		async unattended(browser) {
			const page = await open(browser);
			await page.clock.install();
			await sign_in(page);
			await page.waitForSelector(".live.open");
			const said = async (place) => {
				const [r] = await Promise.all([page.waitForRequest((x) => x.url().includes("/api/v1/coalitions")), page.evaluate((h) => (location.hash = h), `#/${place}`)]);
				return (await r.allHeaders())["x-entente-unattended"] ?? null;
			};
			const there = await said(`records/${job.coalition}`);
			await page.clock.setSystemTime(Date.now() + 61_000);
			const away = await said(`pact/${job.coalition}`);
			await page.mouse.move(200, 200);
			const back = await said(`log/${job.coalition}`);
			return { there, away, back, bad: await bad_things(page) };
		},

		async provider_refused(browser) {
			const page = await open(browser);
			await page.goto(`${job.base}/`);
			await page.click("text=Sign in with Ministry");
			await page.waitForSelector(".ways .trouble");
			await shot(page, "provider-refused");
			return { said: await page.locator(".ways .trouble").innerText(), address: page.url().slice(job.base.length), bad: [...(await axe(page)), ...page.troubles.filter((x) => !x.startsWith(`asked elsewhere: ${job.issuer}`))] };
		},

		// Two people with the same record open see each other, and both keep what they have typed.
		async editing(browser) {
			const edit = async (name, width) => {
				const page = await open(browser, { width });
				await sign_in(page, name);
				await go(page, `records/${job.coalition}/${job.object}/edit`);
				await page.waitForSelector(".form textarea");
				return page;
			};
			const one = await edit(job.user, 1280);
			await one.fill(".form textarea", "what the first has typed");
			const two = await edit(job.other, 390);
			await two.waitForSelector(".editing");
			const told_two = await two.locator(".editing").innerText();
			await one.waitForSelector(".editing", { timeout: 30_000 });
			const told_one = await one.locator(".editing").innerText();
			await shot(one, "editing-1280");
			await shot(two, "editing-390");
			const bad = [...(await axe(one)), ...(await axe(two))];
			// The second saves: the first is shown what has changed, and its own text is still there.
			await two.fill(".form textarea", "what the second has written");
			await two.locator(".form button[type=submit]").click();
			await two.waitForFunction(() => /#\/records\/[0-9a-f]{32}\/[^/]+$/.test(location.hash));
			await one.waitForSelector(".notice[role=alert] >> text=what the second has written", { timeout: 30_000 });
			const kept = await one.inputValue(".form textarea");
			await shot(one, "editing-both");
			// The refusal of a save keeps the text too.
			await one.locator(".form button[type=submit]").click();
			await one.waitForSelector(".form .trouble");
			const refused = await one.inputValue(".form textarea");
			// What replaces theirs replaces what was shown: not a third version that could not be fetched, of which the page says so.
			const path = `**/api/v1/coalitions/${job.coalition}/records/${job.object}`;
			await one.route(path, (r) => (r.request().method() === "GET" ? r.fulfill({ status: 500, json: { title: "io", status: 500, detail: "the disk" } }) : r.continue()));
			await go(two, `records/${job.coalition}/${job.object}/edit`);
			await two.fill(".form textarea", "a third version");
			await two.locator(".form button[type=submit]").click();
			await two.waitForFunction(() => /#\/records\/[0-9a-f]{32}\/[^/]+$/.test(location.hash));
			await one.waitForSelector(".trouble >> text=the disk", { timeout: 30_000 });
			await one.unroute(path);
			await one.click("text=Go on with mine");
			await one.locator(".form button[type=submit]").click();
			await one.waitForSelector(".notice[role=alert] >> text=a third version");
			const mine = await one.inputValue(".form textarea");
			await one.click("text=Go on with mine");
			await one.waitForSelector(".notice[role=alert]", { state: "detached" });
			// And nobody is shown who has gone.
			await one.waitForSelector(".editing", { state: "detached", timeout: 30_000 });
			return { told_one, told_two, kept, refused, mine, bad: [...bad, ...(await bad_things(one)), ...(await bad_things(two))] };
		},

		// An act that needs two officers: prepared by one person, signed off the node, handed in; a second person fetches it, has it signed by another key, hands it in.
		async two_officers(browser) {
			const signed = async (page, file, name) => {
				await file.saveAs(name);
				console.log(JSON.stringify({ ready: name }));
				for (let i = 0; !existsSync(`${name}.signed`); i++) await (i < 300 ? page.waitForTimeout(100) : fail("nobody signed"));
				await page.locator(".drop input[type=file]").setInputFiles(`${name}.signed`);
				await page.locator("button.main", { hasText: "Write it to the log" }).click();
			};
			const one = await open(browser);
			await sign_in(one);
			await go(one, `pact/${job.coalition}/prepare?kind=withdraw`);
			await one.fill(".form textarea", "We leave.");
			const [file] = await Promise.all([one.waitForEvent("download"), one.locator(".form button[type=submit]").click()]);
			const two_needed = await one.locator(".step .notice").innerText();
			await signed(one, file, job.first);
			await one.waitForSelector(".notice.good");
			const waits = await one.locator(".notice.good").innerText();
			await go(one, `pact/${job.coalition}/pending`);
			await shot(one, "pending");
			const bad = await axe(one);
			const two = await open(browser);
			await sign_in(two, job.other);
			await go(two, `pact/${job.coalition}/pending`);
			await two.waitForSelector("text=We leave.");
			const [again] = await Promise.all([two.waitForEvent("download"), two.locator("section.card button", { hasText: "Download" }).first().click()]);
			await signed(two, again, job.second);
			await two.waitForSelector(".notice.good");
			const written = await two.locator(".notice.good").innerText();
			return { two_needed, waits, written, bad: [...bad, ...(await bad_things(one)), ...(await bad_things(two))] };
		},

		// By an address there are none, and the page says why.
		async passkey_address(browser) {
			const page = await open(browser);
			await sign_in(page);
			await go(page, "me");
			await page.waitForSelector("text=Passkeys need this page to be opened by a name");
			return { buttons: await page.locator("text=Add a passkey").count(), bad: await bad_things(page) };
		},
	};
}
