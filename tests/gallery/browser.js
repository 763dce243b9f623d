"use strict";
// One Chromium, without a network, and what the checks ask of a page in it.

const fs = require("fs");
const path = require("path");

const modules = path.join(__dirname, "../../build/npm/node_modules");
const puppeteer = require(path.join(modules, "puppeteer-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core/axe.min.js"), "utf8");

// start: a browser whose profile is in a folder; it speaks through a pipe, and no name resolves.
function start(folder) {
	return puppeteer.launch({
		executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		pipe: true,
		userDataDir: path.join(folder, "profile"),
		env: {...process.env, HOME: folder},
		args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"],
		protocolTimeout: 120000,
	});
}

// watched: a page that notes what it says, and what it asks for besides its own file.
async function watched(browser) {
	const page = await browser.newPage();
	page.said = [];
	page.asked = [];
	page.on("console", message => page.said.push(`${message.type()}: ${message.text()}`));
	page.on("pageerror", error => page.said.push(`error: ${error.message}`));
	page.on("dialog", dialog => {
		page.said.push(`dialog: ${dialog.message()}`);
		return dialog.dismiss();
	});
	page.on("request", request => {
		if (request.url().split("#")[0] !== page.file)
			page.asked.push(request.url());
	});
	return page;
}

// open: a file in the page, at an address within it.
async function open(page, file, hash = "") {
	page.file = `file://${file}`;
	await page.goto("about:blank");
	await page.goto(page.file + hash);
	await painted(page);
}

// go: to another address within the page.
async function go(page, hash) {
	await page.evaluate(to => { location.hash = to; }, hash);
	await painted(page);
}

// painted: when the page has drawn what it was told before.
function painted(page) {
	return page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
}

// scheme: light or dark.
function scheme(page, value) {
	return page.emulateMediaFeatures([{name: "prefers-color-scheme", value}]);
}

// violations: what axe finds in the page as it is now.
async function violations(page) {
	await page.evaluate(`${axe}; undefined`);
	return page.evaluate(async () => {
		const result = await axe.run(document, {resultTypes: ["violations"]});
		return result.violations.map(one => `${one.id} (${one.nodes.length}): ${one.nodes[0].target} ${one.nodes[0].failureSummary}`);
	});
}

// overflow: by how many pixels the page, or what lies above it, is wider than the screen.
function overflow(page) {
	return page.evaluate(() => {
		const wide = element => element ? element.scrollWidth - element.clientWidth : 0;
		return Math.max(document.documentElement.scrollWidth - window.innerWidth, wide(document.querySelector("dialog[open]")));
	});
}

module.exports = {start, watched, open, go, painted, scheme, violations, overflow};
