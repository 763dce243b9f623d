"use strict";
// drive.js FOLDER [CHECK...]: looks at FOLDER/many.html, few.html, hostile.html, empty.html and bare.html as a reader
// would, and writes a line for each check: "ok NAME", or "not ok NAME: why". Notes begin with #.

const assert = require("assert");
const fs = require("fs");
const path = require("path");
const {start, watched, open, go, painted, scheme, violations, overflow} = require("./browser.js");

const folder = path.resolve(process.argv[2]);
const many = path.join(folder, "many.html");
const few = path.join(folder, "few.html");
const hostile = path.join(folder, "hostile.html");
const people = fs.readFileSync(path.join(folder, "many/characters.ndjson"), "utf8").trim().split("\n").map(line => JSON.parse(line));
const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/ł/g, "l").toLowerCase();

// note: something measured.
function note(text) {
	console.log(`# ${text}`);
}

// silent: the page had nothing to complain of, and asked nobody.
function silent(page) {
	assert.deepStrictEqual(page.said, []);
	assert.deepStrictEqual(page.asked, []);
}

function text(page, selector) {
	return page.$eval(selector, element => element.textContent);
}

function shownCards(page) {
	return page.$$eval(".card", cards => cards.filter(card => !card.hidden).map(card => card.id.slice(5)));
}

// focused: a word for what has the focus.
function focused(page) {
	return page.evaluate(() => {
		const at = document.activeElement;
		return at.id || at.getAttribute("href") || at.dataset.id || at.className || at.tagName;
	});
}

// timed: milliseconds from an input event to the end of the next frame.
function timed(page, word) {
	return page.evaluate(value => new Promise(done => {
		const search = document.getElementById("search");
		const ended = new MessageChannel();
		const began = performance.now();
		ended.port1.onmessage = () => done(performance.now() - began);
		search.value = value;
		search.dispatchEvent(new InputEvent("input", {bubbles: true}));
		requestAnimationFrame(() => ended.port2.postMessage(0));
	}), word);
}

const checks = {
	async opens(page) {
		await open(page, many);
		assert.strictEqual((await shownCards(page)).length, 500);
		const when = await page.evaluate(() => [performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
			performance.getEntriesByType("navigation")[0].domComplete].map(Math.round));
		note(`500 characters: first painted after ${when[0]} ms, complete after ${when[1]} ms`);
		silent(page);
	},

	async emblems(page) {
		const drawn = await page.$$eval(".card .emblem", all => all.map(one => one.innerHTML));
		assert.strictEqual(new Set(drawn).size, 500);
		// Without colours too they are seldom alike.
		const shapes = drawn.map(one => one.replace(/fill="#[0-9a-f]+"/g, ""));
		assert.ok(new Set(shapes).size > 300, `${new Set(shapes).size} shapes`);
		await open(page, many);
		assert.deepStrictEqual(await page.$$eval(".card .emblem", all => all.map(one => one.innerHTML)), drawn);
	},

	async search(page) {
		const marked = people.find(person => plain(person.name) !== person.name.toLowerCase());
		await page.type("#search", plain(marked.name).toUpperCase());
		assert.ok((await shownCards(page)).includes(marked.id));
		assert.match(await text(page, "#count"), /^\d+ of 500 people$/);
		await page.click("#clear");
		assert.strictEqual((await shownCards(page)).length, 500);
		await page.type("#search", "no such person anywhere");
		assert.strictEqual((await shownCards(page)).length, 0);
		assert.strictEqual(await text(page, "#none"), "Nobody suits that.");
		await page.click("#clear");
		const words = ["a", "an", "and", "", "mi", "beer", "", "zzz", ""];
		const times = [];
		for (const word of words)
			times.push(await timed(page, word));
		note(`filtering 500: ${times.map(time => time.toFixed(0)).join(", ")} ms`);
	},

	async secrets(page) {
		const [word] = people[7].secrets[0].split(",");
		await timed(page, word);
		assert.ok(!(await shownCards(page)).includes(people[7].id), "secrets can be searched");
		await timed(page, "");
		await go(page, people[7].id);
		const seen = () => page.$eval(".secrets li", item => item.checkVisibility());
		assert.strictEqual(await seen(), false);
		await page.click(".secrets summary");
		assert.strictEqual(await seen(), true);
		await go(page, "/");
	},

	async filters(page) {
		await page.click("#facets summary");
		const choose = async (name, wanted) => {
			const value = await page.$$eval(`#facet-${name} option`, (all, start) => all.find(one => one.textContent.startsWith(`${start} (`)).value, wanted);
			await page.select(`#facet-${name}`, value);
		};
		const {home, occupation, traits: [trait]} = people[3];
		for (const [wanted, suits] of [
			[{home}, person => person.home === home],
			[{traits: trait}, person => person.traits.includes(trait)],
			[{occupation}, person => person.occupation === occupation],
			[{home, traits: trait}, person => person.home === home && person.traits.includes(trait)]]) {
			for (const [name, value] of Object.entries(wanted))
				await choose(name, value);
			assert.deepStrictEqual(await shownCards(page), people.filter(suits).map(person => person.id));
			await page.click("#clear");
		}
		await page.click("#facets summary");
	},

	async person(page) {
		const person = people.find(one => one.ties.length > 1);
		await go(page, person.id);
		const all = await text(page, "#person");
		for (const words of [person.name, person.appearance.hair, person.background.motivation, person.personality, person.skills[0],
			person.greeting, person.flaw, person.culture, person.ties[0].kind])
			assert.ok(all.includes(words), words);
		for (const tie of person.ties)
			assert.ok(await page.$(`#person .tie a[href="#${tie.to}"]`), tie.to);
		for (const part of ["Conversation", "Task", "Says", "Ties"])
			assert.ok((await page.$$eval("#person .part > h3", heads => heads.map(head => head.textContent))).includes(part), part);
		await go(page, "/");
	},

	async addresses(page) {
		await open(page, few, "#npc-0003");
		assert.strictEqual(await text(page, "#person-name"), people[2].name);
		assert.ok((await page.title()).startsWith(people[2].name));
		await page.click("#person .tie a, #person .person-bar a[rel=next]");
		await painted(page);
		assert.notStrictEqual(await text(page, "#person-name"), people[2].name);
		await page.goBack();
		await page.waitForFunction(name => document.getElementById("person-name")?.textContent === name, {}, people[2].name);
		await go(page, "/web/npc-0003");
		assert.strictEqual(await page.$("#person-name"), null);
		assert.ok(await page.$(".node.chosen"));
		for (const odd of ["no-such-id", "/nowhere/at/all", "%E0%A4%A", "__proto__", "/web/constructor"]) {
			await go(page, odd);
			assert.ok(await page.$("#main > section"), odd);
		}
		silent(page);
	},

	async keyboard(page) {
		await open(page, few);
		await page.keyboard.press("Tab");
		await page.keyboard.press("/");
		assert.strictEqual(await focused(page), "search");
		await page.keyboard.type(people[4].name);
		const order = [];
		for (let i = 0; i < 6 && !order.includes(`#${people[4].id}`); i++) {
			await page.keyboard.press("Tab");
			order.push(await focused(page));
		}
		assert.ok(order.includes(`#${people[4].id}`), order.join());
		await page.keyboard.press("Enter");
		await page.waitForSelector("#person[open]");
		await painted(page);
		assert.strictEqual(await focused(page), "person-name");
		await page.keyboard.press("Escape");
		await page.waitForSelector("#person:not([open])");
		assert.strictEqual(await focused(page), `#${people[4].id}`);
		await timed(page, "");
		await page.focus(`#card-${people[0].id} a`);
		await page.keyboard.press("ArrowRight");
		assert.strictEqual(await focused(page), `#${people[1].id}`);
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("ArrowUp");
		await page.keyboard.press("ArrowLeft");
		assert.strictEqual(await focused(page), `#${people[0].id}`);
		await page.keyboard.press("End");
		assert.strictEqual(await focused(page), `#${people[14].id}`);
		await open(page, many);
	},

	async dialogue(page) {
		await go(page, people[0].id);
		await page.focus(".replies button");
		const first = await text(page, ".log");
		const node = people[0].dialogue.nodes.find(one => one.id === people[0].dialogue.start);
		assert.ok(first.includes(node.text));
		await page.keyboard.press("1");
		await painted(page);
		assert.ok((await text(page, ".log")).includes(node.replies[0].text));
		await page.keyboard.press("Backspace");
		assert.strictEqual(await text(page, ".log"), first);
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("ArrowUp");
		// Whoever always takes the last reply comes to an end.
		for (let i = 0; i < 40 && !await page.$(".ending:not([hidden])"); i++) {
			await page.$eval(".replies li:last-child button", last => last.focus());
			await page.keyboard.press("Enter");
			await painted(page);
		}
		assert.strictEqual(await text(page, ".ending"), "The conversation is over.");
		await page.focus(".restart");
		await page.keyboard.press("Enter");
		assert.strictEqual(await text(page, ".log"), first);
		await go(page, "/");
	},

	async web(page) {
		await go(page, "/web");
		assert.strictEqual(await page.$$eval(".node", nodes => nodes.length), 500);
		await page.$eval(".node[tabindex='0']", node => node.focus());
		const from = await focused(page);
		await page.keyboard.press("ArrowRight");
		const to = await focused(page);
		assert.notStrictEqual(to, from);
		assert.ok(await page.$(".lit .node.on"));
		assert.match(await text(page, ".web-status"), /, \d+ ties?$/);
		const whole = await page.$eval("#drawing", svg => svg.getAttribute("viewBox"));
		await page.keyboard.press("+");
		assert.notStrictEqual(await page.$eval("#drawing", svg => svg.getAttribute("viewBox")), whole);
		await page.keyboard.press("0");
		assert.strictEqual(await page.$eval("#drawing", svg => svg.getAttribute("viewBox")), whole);
		await page.keyboard.press("Enter");
		await page.waitForSelector(".node.chosen");
		await painted(page);
		const id = await page.$eval(".node.chosen", node => node.dataset.id);
		const tied = new Set(people.flatMap(person => person.ties.filter(tie => tie.to === id).map(() => person.id)));
		people.find(person => person.id === id).ties.forEach(tie => tied.add(tie.to));
		const drawn = await page.$$eval(".node", nodes => nodes.map(node => node.dataset.id));
		for (const other of tied)
			assert.ok(drawn.includes(other), other);
		await page.click("#sort-cold");
		assert.strictEqual(await page.$$eval("#drawing .edge.cold", lines => lines.filter(line => line.checkVisibility()).length), 0);
		await go(page, "/");
	},

	async phone(page) {
		await page.setViewport({width: 375, height: 700, isMobile: true, hasTouch: true});
		for (const hash of ["#/", "#npc-0003", "#/web", "#/web/npc-0003"]) {
			await open(page, many, hash);
			assert.strictEqual(await overflow(page), 0, hash);
			assert.strictEqual(await page.evaluate(() => window.innerWidth), 375, hash);
		}
		await open(page, hostile);
		for (const hash of ["/", "npc-0001", "npc-0002", "/web", "/web/npc-0001", "/more"]) {
			await go(page, hash);
			assert.strictEqual(await overflow(page), 0, `hostile ${hash}`);
		}
		await page.setViewport({width: 1280, height: 900});
	},

	async axe(page) {
		await look(page, few);
	},

	// Takes a minute, so it is only done where it is asked for.
	async "axe-many"(page) {
		await look(page, many);
	},

	async markup(page) {
		const ran = () => page.evaluate(() => window.ran ?? null);
		const quoted = fs.readFileSync(path.join(folder, "hostile/markup"), "utf8").trim().split("\n").map(line => JSON.parse(line));
		await open(page, hostile);
		for (const hash of ["/", "npc-0001", "/web", "/web/npc-0001", "/more"]) {
			await go(page, hash);
			assert.strictEqual(await ran(), null, hash);
			assert.deepStrictEqual(await page.evaluate(() => [document.scripts.length, document.querySelectorAll("img, iframe, object, embed, base, form:not(.filter), a[href^=javascript]").length]), [2, 0], hash);
		}
		await go(page, "npc-0001");
		const all = await text(page, "#person");
		for (const words of quoted)
			assert.ok(all.includes(words), words);
		for (let i = 0; i < 3; i++) {
			await page.$$eval("#person .reply, #person summary", all => all.forEach(one => one.click()));
			await painted(page);
		}
		assert.strictEqual(await ran(), null);
		assert.match(await text(page, "h1"), /<script>/);
		silent(page);
	},

	async odd(page) {
		await open(page, hostile, "#npc-0002");
		const shown = () => page.$eval("#person", dialog => dialog.textContent.length);
		assert.ok(await shown() < 200000);
		await page.$$eval("#person .more", all => all.forEach(one => one.click()));
		assert.ok(await shown() > 1000000);
		for (const id of ["npc-0004", "npc-0005", "__proto__", "constructor", "npc-0003"]) {
			await go(page, id);
			assert.strictEqual(await page.$eval("#person-name", head => head.textContent.length > 0), true, id);
		}
		assert.match(await text(page, "#person"), /Favourite colour/);
		await go(page, "/");
		await timed(page, "needle in the haystack");
		assert.deepStrictEqual(await shownCards(page), ["npc-0002"]);
		await go(page, "/more");
		assert.match(await text(page, "#main"), /What the mole keeps/);
		for (const [file, words] of [["empty.html", "Nobody is here yet."], ["bare.html", "1 person"]]) {
			await open(page, path.join(folder, file));
			assert.ok((await text(page, "#main")).includes(words), file);
			await go(page, "/web");
			await go(page, "only");
		}
		silent(page);
	},

	async print(page) {
		await open(page, many, "#npc-0003");
		await page.emulateMediaType("print");
		await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
		assert.deepStrictEqual(await page.evaluate(() => [getComputedStyle(document.getElementById("person")).position,
			document.getElementById("main").checkVisibility(), document.querySelector(".person-bar").checkVisibility()]), ["static", false, false]);
		await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
		assert.ok(await page.$("#person:modal"));
		await go(page, "/");
		assert.deepStrictEqual(await page.evaluate(() => [document.getElementById("main").checkVisibility(), document.querySelector(".filter").checkVisibility()]), [true, false]);
		await page.emulateMediaType(null);
	},
};

// look: axe at every view, in light and in dark.
async function look(page, cast) {
	const stages = [["cards", cast, "#/"], ["person", cast, "#npc-0003"], ["web", cast, "#/web"], ["around", cast, "#/web/npc-0003"],
		["hostile", hostile, "#npc-0001"], ["more", hostile, "#/more"]];
	for (const [name, file, hash] of stages) {
		await open(page, file, hash);
		if (name === "cards")
			await page.$eval("#facets", facets => { facets.open = true; });
		if (name === "person") {
			await page.click(".reply");
			await page.$$eval("#person details", all => all.forEach(one => { one.open = true; }));
		}
		for (const value of ["dark", "light"]) {
			await scheme(page, value);
			assert.deepStrictEqual(await violations(page), [], `${value} ${name}`);
		}
	}
}

// run: every check, or those that are named.
async function run(wanted) {
	const browser = await start(folder);
	const page = await watched(browser);
	await page.setViewport({width: 1280, height: 900});
	await open(page, many);
	for (const [name, check] of Object.entries(checks)) {
		if (wanted.length > 0 ? !wanted.includes(name) : name === "axe-many")
			continue;
		page.said.length = page.asked.length = 0;
		const began = Date.now();
		try {
			await check(page);
			console.log(`ok ${name}`);
		} catch (error) {
			console.log(`not ok ${name}: ${error.stack}`);
			await page.setViewport({width: 1280, height: 900});
			await open(page, many);
		}
		note(`${name} took ${Date.now() - began} ms`);
	}
	await browser.close();
}

run(process.argv.slice(3)).catch(error => {
	console.log(`not ok browser: ${error.stack}`);
	process.exitCode = 1;
});
