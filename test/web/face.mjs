// Scenes of test_face.py: what the shell shows to whom, and where it leads.
import { join } from "node:path";

export function scenes({ open, go, axe, bad_things, sign_in, job }) {
	// As the page is: heading, text, what axe and the policy find; and a picture.
	async function look(page, name) {
		if (job.shots) await page.screenshot({ path: join(job.shots, `${name}-${job.width ?? 1280}-${job.theme ?? "light"}.png`), fullPage: true });
		return { at: new URL(page.url()).hash, title: await page.locator("main h1").innerText(), text: await page.locator("main").innerText(), bad: [...(await bad_things(page)), ...(await axe(page))] };
	}

	async function begin(browser) {
		const page = await open(browser, { width: job.width ?? 1280, theme: job.theme });
		await sign_in(page);
		return page;
	}

	return {
		// Where the palette and the page of hits lead for what is typed; what the palette lists, in its order; and the same record as a bare record.
		async found(browser) {
			const page = await begin(browser), out = {};
			await page.keyboard.press("Control+k");
			await page.waitForSelector("dialog[open] [role=combobox]");
			await page.keyboard.type(job.find);
			await page.waitForSelector(`[role=option]:has(.badge):has-text("${job.title}")`);
			if (job.shots) await page.screenshot({ path: join(job.shots, `palette-${job.width ?? 1280}-${job.theme ?? "light"}.png`) });
			out.listed = await page.locator("[role=option]:has(.badge) .cmd-text").allInnerTexts();
			await page.locator(`[role=option]:has(.badge):has-text("${job.title}")`).first().click();
			await page.waitForFunction(() => location.hash.length > 2);
			await page.waitForFunction((t) => document.querySelector("main h1")?.textContent.includes(t), job.title);
			out.palette = await look(page, "own-page");
			await go(page, `search?q=${encodeURIComponent(job.find)}`);
			await page.waitForSelector(`main li a:has-text("${job.title}")`);
			out.search = await look(page, "search");
			out.href = await page.locator(`main li a:has-text("${job.title}")`).first().getAttribute("href");
			await go(page, `records/${job.coalition}/${job.object}`);
			await page.waitForSelector("main dl, main .facts");
			out.record = await look(page, "record");
			out.edits = await page.locator(`a[href$="/edit"]`).count();
			await go(page, `records/${job.coalition}/${job.object}/edit`);
			await page.waitForSelector("main .empty, main form");
			out.edit = await look(page, "edit");
			out.forms = await page.locator("main form").count();
			return out;
		},

		// A new password that is not the same twice, and then is; and for another person.
		async twice(browser) {
			const page = await begin(browser), out = {};
			await go(page, "me");
			const own = page.locator("main form:has(input[autocomplete=new-password])").first();
			const type = async (form, first, second) => {
				const both = form.locator("input[autocomplete=new-password]");
				await both.nth(0).fill(first);
				await both.nth(1).fill(second);
				await form.locator("button[type=submit]").click();
			};
			await type(own, job.next, `${job.next}x`);
			await page.waitForSelector(".field-bad");
			out.differs = await page.locator(".field-bad").allInnerTexts();
			out.focused = await page.evaluate(() => document.activeElement?.getAttribute("aria-invalid"));
			out.me = await look(page, "password");
			await type(own, job.next, job.next);
			await page.waitForSelector("main .notice.good");
			out.left = await own.locator("input").evaluateAll((all) => all.map((x) => x.value));
			await go(page, "people");
			await page.locator("main section button.main").first().click();
			await page.waitForSelector("dialog[open] form");
			await page.fill("dialog input[type=text]", job.made);
			await type(page.locator("dialog form"), job.next, "something else entirely");
			await page.waitForSelector("dialog .field-bad");
			out.new_differs = await page.locator("dialog .field-bad").allInnerTexts();
			if (job.shots) await page.screenshot({ path: join(job.shots, `user-${job.width ?? 1280}-${job.theme ?? "light"}.png`) });
			await type(page.locator("dialog form"), job.next, job.next);
			await page.waitForSelector("dialog[open]", { state: "detached" });
			out.bad = await bad_things(page);
			return out;
		},

		// Pages as this person sees them.
		async seen(browser) {
			const page = await begin(browser), out = {};
			for (const at of job.pages) {
				await go(page, at);
				out[at] = await look(page, at.replace(/[^\w]+/g, "_"));
				out[at].troubles = await page.locator("main .trouble").count();
			}
			return out;
		},
	};
}
