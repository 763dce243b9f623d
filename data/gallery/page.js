// The page: what the part of the address after # shows. "#/" is the cast, "#/web" and "#/web/ID" the
// ties, "#/more" what is about nobody, and "#ID" one person above whichever was there.

const cast = readCast();
const views = new Map();
let behind = null;
let opener = null;

// moreView: rows that are about nobody of the cast.
function moreView() {
	return make("section", {class: "others", "aria-labelledby": "more-title"}, make("h2", {id: "more-title"}, "What else there is"),
		cast.others.map(row => make("article", {class: "other"}, make("h3", null, brief(row.name ?? row.id)),
			definitions(others(row, ["name"])))));
}

// makeView: the view of an address.
function makeView(path) {
	const [, name, id] = path.split("/");
	return name === "web" ? webView(cast, id) : name === "more" ? moreView() : castView(cast);
}

// viewOf: an address's view. The cards and the whole drawing stay as they were while others are shown.
function viewOf(path) {
	if (path !== "/" && path !== "/web")
		return makeView(path);
	if (!views.has(path))
		views.set(path, makeView(path));
	return views.get(path);
}

// show: one view.
function show(path) {
	if (path === behind)
		return;
	byId("main").replaceChildren(viewOf(path));
	behind = path;
	for (const link of byId("views").children) {
		const here = link.getAttribute("href") === `#/${path.split("/")[1]}`;
		if (here)
			link.setAttribute("aria-current", "page");
		else
			link.removeAttribute("aria-current");
	}
}

// close: back to what is behind the person.
function close() {
	location.hash = `#${behind}`;
}

// open: shows one person.
function open(person) {
	const dialog = byId("person");
	if (!dialog.open)
		opener = document.activeElement;
	dialog.replaceChildren(personBar(person, cast, close), make("div", {class: "person-body", id: "person-body"}, personBody(person, cast)));
	document.documentElement.classList.add("covered");
	if (!dialog.open)
		dialog.showModal();
	dialog.scrollTop = 0;
	byId("person-name").focus({preventScroll: true});
}

// uncover: takes the person away, and gives the focus back.
function uncover() {
	const dialog = byId("person");
	if (!dialog.open)
		return;
	dialog.close();
	dialog.replaceChildren();
	document.documentElement.classList.remove("covered");
	if (opener?.isConnected)
		opener.focus({preventScroll: true});
}

// uncovered: while it is printed, the person is no layer above the page, so that it goes on over pages.
function uncovered(printing) {
	const dialog = byId("person");
	if (!dialog.open)
		return;
	dialog.close();
	if (printing)
		dialog.show();
	else
		dialog.showModal();
}

// address: what stands behind the #; one that is written badly stands for itself.
function address() {
	const text = location.hash.slice(1);
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

// route: shows what the address says.
function route() {
	const path = address();
	const person = cast.people.get(path);
	if (person) {
		if (behind === null)
			show("/");
		open(person);
	} else {
		uncover();
		show(path.startsWith("/") ? path : "/");
	}
	document.title = person ? `${nameOf(cast, person.id)} – ${brief(cast.title)}` : brief(cast.title);
}

// viewLinks: the views that there is something in.
function viewLinks() {
	const links = [["#/", "The cast", true], ["#/web", "Ties", cast.ties.length > 0], ["#/more", "More", cast.others.length > 0]];
	return links.filter(([, , wanted]) => wanted).map(([href, words]) => make("a", {href}, words));
}

// shortcut: keys that work everywhere.
function shortcut(event) {
	const typing = event.target.closest?.("input, select, textarea");
	if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || byId("person").open)
		return;
	event.preventDefault();
	location.hash = "#/";
	show("/");
	byId("search").focus();
}

// masthead: the words above it all.
function masthead() {
	const world = cast.world;
	byId("eyebrow").textContent = brief(world.time_period ?? world.era ?? "", 160);
	byId("title").textContent = brief(cast.title, 200);
	byId("standfirst").textContent = brief(world.description ?? "", 400);
	byId("views").append(...viewLinks());
}

document.body.prepend(outlines());
masthead();
byId("person").addEventListener("cancel", event => {
	event.preventDefault();
	close();
});
byId("person").addEventListener("click", event => event.target === byId("person") && close());
byId("skip").addEventListener("click", event => {
	event.preventDefault();
	byId("main").focus();
});
document.addEventListener("keydown", shortcut);
window.addEventListener("hashchange", route);
window.addEventListener("beforeprint", () => uncovered(true));
window.addEventListener("afterprint", () => uncovered(false));
route();
