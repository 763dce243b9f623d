// The ties drawn: everybody at once, or whoever is chosen with those around.

const SORTS = [["kin", "kin"], ["warm", "warm"], ["even", "neither"], ["cold", "cold"]];
const FAR = 60;
const MOST_TIED = 12;
// A screen that has no room for those further off, in pixels.
const NARROW = 640;
// The height of a line of a name, and the width of a letter, in pixels.
const LINE = 15;
const LETTER = 7.4;

// drawnTies: those of which both ends are among the places, and differ.
function drawnTies(list, places) {
	return list.filter(tie => tie.from !== tie.to && places.has(tie.from) && places.has(tie.to));
}

// byTies: ids, those with most ties first.
function byTies(cast) {
	return [...cast.people.values()].sort((a, b) => b.links.length - a.links.length).map(person => person.id);
}

// everybody: places for all.
function everybody(cast) {
	const ids = byTies(cast);
	const few = ids.length <= 80;
	const gap = few ? 64 : 34;
	const all = new Map(ids.map(id => [id, true]));
	const places = spread(ids, drawnTies(cast.ties, all).map(tie => [tie.from, tie.to]), gap);
	for (const [id, place] of places)
		place.size = (few ? 22 : 12) + (few ? 4 : 3) * Math.sqrt(cast.people.get(id).links.length);
	return {places, ties: drawnTies(cast.ties, places)};
}

// nearby: places for one and those around; of those further off not more than can be told apart.
function nearby(cast, id) {
	const near = around(cast, id);
	const seen = new Set([id, ...near]);
	const far = near.flatMap(other => around(cast, other).filter(one => !seen.has(one) && seen.add(one)).map(one => [one, other]));
	const places = rings(id, near, far.slice(0, innerWidth < NARROW ? 0 : FAR), 150);
	for (const place of places.values())
		place.size = [84, 50, 24][place.ring];
	return {places, ties: drawnTies([...new Set([id, ...near].flatMap(one => cast.people.get(one).links))], places), chosen: id};
}

// nameLines: a name in one line, or two where it has several words.
function nameLines(name) {
	const words = brief(name, 40).split(" ");
	const half = Math.ceil(words.length / 2);
	return words.length < 2 ? [words.join(" ")] : [words.slice(0, half).join(" "), words.slice(half).join(" ")];
}

// drawNode: somebody's place, a link to their surroundings, or for whoever is chosen to all about them.
function drawNode(cast, place, plan) {
	const {id, x, y, size} = place;
	const chosen = plan.chosen === id;
	const width = size * 0.8;
	return draw("a", {href: chosen ? `#${id}` : `#/web/${id}`, class: chosen ? "node chosen" : "node", "data-id": id, tabindex: "-1",
		"aria-label": `${nameOf(cast, id)}, ${counted(cast.people.get(id).links.length, "tie", "ties")}`},
	draw("circle", {cx: x, cy: y, r: size * 0.62, class: "halo"}),
	emblem(id, {x: x - width / 2, y: y - size / 2, width, height: size}));
}

// drawName: below somebody's place; shown where there is room.
function drawName(cast, place, plan) {
	const {id, x, y, size} = place;
	const lines = nameLines(nameOf(cast, id));
	place.letters = Math.max(...lines.map(line => line.length));
	place.lines = lines.length;
	return draw("text", {x, y: y + size / 2 + 3, dy: "0.9em", class: plan.chosen === id ? "chosen" : null},
		lines.map((line, i) => draw("tspan", {x, dy: i === 0 ? null : "1.1em"}, line)));
}

// crosses: do two boxes overlap?
function crosses(a, b) {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

// nameBox: what a name covers, in the plane, where a pixel is so many units.
function nameBox(place, unit) {
	const half = place.letters * LETTER * unit / 2;
	const top = place.y + place.size / 2 + 3;
	return {left: place.x - half, right: place.x + half, top, bottom: top + place.lines * LINE * unit};
}

// nodeBox: what an emblem covers.
function nodeBox({x, y, size}) {
	return {left: x - size * 0.4, right: x + size * 0.4, top: y - size / 2, bottom: y + size / 2};
}

// nameWhatFits: shows the names that cover no name before them, and no emblem. Among many the first
// few may, as else those whom most are tied to would have none.
function nameWhatFits(places, names, unit) {
	const certain = places.length > MANY ? MOST_TIED : 1;
	const emblems = places.map(nodeBox), taken = [];
	places.forEach((place, i) => {
		const box = nameBox(place, unit);
		const free = other => !crosses(box, other);
		const fits = taken.every(free) && (i < certain || emblems.every(free));
		names.get(place.id).classList.toggle("named", fits);
		if (fits)
			taken.push(box);
	});
}

// drawTie: a line, as its sort and its strength are.
function drawTie(tie, places) {
	const [a, b] = [places.get(tie.from), places.get(tie.to)];
	return draw("line", {x1: a.x.toFixed(1), y1: a.y.toFixed(1), x2: b.x.toFixed(1), y2: b.y.toFixed(1),
		class: `edge ${sortOf(tie)}`, "stroke-width": (1.2 + 2 * Math.abs(warmth(tie))).toFixed(1)});
}

// bounds: the part of the plane that holds all places, with room for names.
function bounds(places) {
	const all = [...places.values()];
	const [xs, ys] = [all.map(place => place.x), all.map(place => place.y)];
	const [left, right] = [Math.min(0, ...xs) - 70, Math.max(0, ...xs) + 70];
	const [top, bottom] = [Math.min(0, ...ys) - 50, Math.max(0, ...ys) + 70];
	return {x: left, y: top, w: right - left, h: bottom - top};
}

// marker: lights up one person, the ties and who they lead to, and says who it is.
function marker(svg, nodes, names, edges, say) {
	let lit = [];
	return id => {
		lit.forEach(element => element.classList.remove("on"));
		lit = [];
		svg.classList.toggle("lit", id !== null);
		if (id === null) {
			say("");
			return;
		}
		const mine = edges.filter(([tie]) => tie.from === id || tie.to === id);
		const ends = new Set([id, ...mine.map(([tie]) => otherEnd(tie, id))]);
		lit = [...mine.map(([, line]) => line), ...[...ends].flatMap(end => [nodes.get(end), names.get(end)])];
		lit.forEach(element => element.classList.add("on"));
		say(nodes.get(id).getAttribute("aria-label"));
	};
}

// camera: what part of the plane is seen; buttons, drags and the wheel with Ctrl change it.
// scaled is called with the units of a pixel whenever these change.
function camera(svg, whole, scaled) {
	let view = {...whole}, unit = 0;
	const look = next => {
		view = next;
		svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
		svg.classList.toggle("zoomed", view.w < whole.w * 0.99);
		const box = svg.getBoundingClientRect();
		const now = box.width > 0 ? Math.max(view.w / box.width, view.h / box.height) : 1;
		if (Math.abs(now - unit) > unit / 1000) {
			unit = now;
			svg.style.setProperty("--unit", unit.toFixed(4));
			scaled(unit);
		}
	};
	const zoom = (factor, x = view.x + view.w / 2, y = view.y + view.h / 2) => {
		const far = Math.min(1, Math.max(view.w * factor, 60) / whole.w);
		const [w, h] = [whole.w * far, whole.h * far];
		look(far === 1 ? {...whole} : {x: x - (x - view.x) * w / view.w, y: y - (y - view.y) * h / view.h, w, h});
	};
	svg.addEventListener("wheel", event => {
		if (!event.ctrlKey && !event.metaKey)
			return;
		event.preventDefault();
		const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
		zoom(event.deltaY < 0 ? 0.8 : 1.25, at.x, at.y);
	}, {passive: false});
	drag(svg, (dx, dy) => look({...view, x: view.x - dx * unit, y: view.y - dy * unit}));
	new ResizeObserver(() => look(view)).observe(svg);
	return {zoom, whole: () => look({...whole})};
}

// drag: moves by pixels while a button is held; a drag is no click.
function drag(svg, moved) {
	let from = null, far = 0;
	svg.addEventListener("pointerdown", event => {
		if (svg.classList.contains("zoomed") && event.button === 0)
			[from, far] = [event, 0];
	});
	svg.addEventListener("pointermove", event => {
		if (!from)
			return;
		const [dx, dy] = [event.clientX - from.clientX, event.clientY - from.clientY];
		far += Math.abs(dx) + Math.abs(dy);
		if (far > 4)
			svg.setPointerCapture(event.pointerId);
		from = event;
		moved(dx, dy);
	});
	for (const name of ["pointerup", "pointercancel"])
		svg.addEventListener(name, () => { from = null; });
	svg.addEventListener("click", event => far > 4 && event.preventDefault(), true);
	svg.addEventListener("dragstart", event => event.preventDefault());
}

// towards: who stands next in the direction of an arrow key.
function towards(key, from, places) {
	const [x, y] = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}[key] ?? [0, 0];
	let best = null, least = Infinity;
	for (const place of places.values()) {
		const [dx, dy] = [place.x - from.x, place.y - from.y];
		const ahead = dx * x + dy * y;
		const cost = ahead + 2.5 * Math.abs(dx * y - dy * x);
		if (place !== from && ahead > 0.5 && cost < least)
			[best, least] = [place, cost];
	}
	return best;
}

// steer: one node can be reached by Tab, the others by arrow keys from there.
function steer(svg, nodes, plan, view) {
	let current = plan.chosen ?? nodes.keys().next().value;
	nodes.get(current)?.setAttribute("tabindex", "0");
	const go = id => {
		nodes.get(current).setAttribute("tabindex", "-1");
		current = id;
		nodes.get(id).setAttribute("tabindex", "0");
	};
	svg.addEventListener("focusin", event => {
		const id = event.target.closest(".node")?.dataset.id;
		if (id !== undefined)
			go(id);
	});
	svg.addEventListener("keydown", event => {
		if (event.altKey || event.ctrlKey || event.metaKey)
			return;
		const next = towards(event.key, plan.places.get(current), plan.places);
		if (next)
			nodes.get(next.id).focus();
		else if (event.key === "+" || event.key === "=")
			view.zoom(0.7, plan.places.get(current).x, plan.places.get(current).y);
		else if (event.key === "-")
			view.zoom(1.4);
		else if (event.key === "0")
			view.whole();
		else
			return;
		event.preventDefault();
	});
}

// drawing: the figure, with what can be done to it.
function drawing(cast, plan) {
	const places = [...plan.places.values()];
	const status = make("p", {class: "web-status"});
	const edges = plan.ties.map(tie => [tie, drawTie(tie, plan.places)]);
	const nodes = new Map(places.map(place => [place.id, drawNode(cast, place, plan)]));
	const names = new Map(places.map(place => [place.id, drawName(cast, place, plan)]));
	const svg = draw("svg", {class: places.length > MANY ? "web-drawing many" : "web-drawing", id: "drawing", role: "group", "aria-label": "Who is tied to whom"},
		draw("g", null, edges.map(([, line]) => line)), draw("g", null, [...nodes.values()]),
		draw("g", {class: "names", "aria-hidden": "true"}, [...names.values()]));
	const mark = marker(svg, nodes, names, edges, text => { status.textContent = text; });
	const idOf = event => event.target.closest?.(".node")?.dataset.id ?? null;
	svg.addEventListener("pointerover", event => mark(idOf(event)));
	svg.addEventListener("pointerleave", () => mark(null));
	svg.addEventListener("focusin", event => mark(idOf(event)));
	svg.addEventListener("focusout", () => mark(null));
	svg.addEventListener("click", () => mark(null));
	const view = camera(svg, bounds(plan.places), unit => nameWhatFits(places, names, unit));
	steer(svg, nodes, plan, view);
	const tools = make("div", {class: "web-zoom"}, button("+", {class: "round", "aria-label": "Closer"}, () => view.zoom(0.7)),
		button("−", {class: "round", "aria-label": "Further off"}, () => view.zoom(1.4)),
		button("All", {class: "round", "aria-label": "The whole drawing"}, () => view.whole()));
	return {svg, figure: make("div", {class: "web-figure"}, svg, tools, status)};
}

// legend: what the lines mean; each sort can be left out.
function legend(svg, list) {
	return make("fieldset", {class: "legend"}, make("legend", null, "Ties"), SORTS.map(([sort, words]) => {
		const box = make("input", {type: "checkbox", checked: true, id: `sort-${sort}`});
		box.addEventListener("change", () => svg.classList.toggle(`no-${sort}`, !box.checked));
		const number = list.filter(tie => sortOf(tie) === sort).length;
		return make("label", null, box, draw("svg", {viewBox: "0 0 34 10", width: 34, height: 10, "aria-hidden": "true"},
			draw("line", {x1: 1, y1: 5, x2: 33, y2: 5, class: `edge ${sort}`, "stroke-width": 2.4})), `${words} (${number})`);
	}));
}

// chooser: goes to whoever is chosen.
function chooser(cast, chosen) {
	const people = [...cast.people.values()].map(person => [person.id, nameOf(cast, person.id)]).sort(([, a], [, b]) => a.localeCompare(b));
	const select = make("select", {id: "whose"}, make("option", {value: ""}, "everybody"),
		people.map(([id, name]) => make("option", {value: id, selected: id === chosen}, name)));
	select.addEventListener("change", () => {
		location.hash = select.value === "" ? "#/web" : `#/web/${select.value}`;
		select.value = chosen ?? "";
	});
	return make("label", {class: "facet"}, make("span", null, "Around"), select);
}

// panel: what stands beside the drawing.
function panel(cast, id) {
	const person = cast.people.get(id);
	if (person)
		return make("section", {class: "web-panel", "aria-label": `Ties of ${nameOf(cast, id)}`},
			make("h3", null, make("a", {href: `#${id}`}, nameOf(cast, id))), make("p", {class: "person-facts"}, [brief(person.age, 12), trade(person)].filter(Boolean).join(" · ")),
			person.links.length > 0 ? make("ul", {class: "ties"}, person.links.map(tie => tieItem(tie, person, cast))) : make("p", null, "No ties are known."));
	const most = byTies(cast).slice(0, MOST_TIED);
	return make("section", {class: "web-panel", "aria-label": "Who has most ties"}, make("h3", null, "Who has most ties"),
		make("ol", {class: "most"}, most.map(one => make("li", null, emblem(one), make("a", {href: `#/web/${one}`}, nameOf(cast, one)),
			make("span", {class: "number"}, String(cast.people.get(one).links.length))))));
}

// webView: the drawing of everybody, or of what is around one of them.
function webView(cast, id) {
	const chosen = cast.people.has(id) ? id : undefined;
	if (cast.people.size === 0)
		return make("section", {class: "web"}, make("p", {class: "notice"}, "Nobody is here yet."));
	const plan = chosen === undefined ? everybody(cast) : nearby(cast, chosen);
	const {svg, figure} = drawing(cast, plan);
	return make("section", {class: "web", "aria-labelledby": "web-title"},
		make("h2", {id: "web-title", class: "unseen"}, "The ties among them"),
		make("div", {class: "toolbar"}, chooser(cast, chosen), chosen === undefined ? null : make("a", {href: "#/web", class: "go"}, "Everybody"), legend(svg, plan.ties)),
		make("div", {class: "web-parts"}, figure, panel(cast, chosen)));
}
