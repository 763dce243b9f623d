// The cast as cards: what is seen first.

// card: one person in short. The link covers all of it.
function card(person, cast) {
	const name = nameOf(cast, person.id);
	const age = brief(person.age, 12);
	const extras = [person.dialogue && "can be talked to", person.quest && "has a task"].filter(Boolean);
	return make("li", {class: "card", id: `card-${person.id}`},
		emblem(person.id),
		make("div", {class: "card-words"},
			make("h3", null, make("a", {href: `#${person.id}`}, name)),
			make("p", {class: "card-facts"}, [age, trade(person)].filter(Boolean).join(" · ")),
			person.faction ? make("p", {class: "card-faction"}, brief(person.faction, 80)) : null,
			chips(listed(person.traits).slice(0, 5)),
			extras.length > 0 ? make("p", {class: "card-extras"}, extras.join(" · ")) : null));
}

// step: where an arrow key leads from a card, by what is seen.
function step(key, from, cards) {
	const here = cards.indexOf(from);
	const box = from.getBoundingClientRect();
	const columns = cards.filter(other => Math.abs(other.getBoundingClientRect().top - cards[0].getBoundingClientRect().top) < 2).length;
	const to = {ArrowRight: here + 1, ArrowLeft: here - 1, ArrowDown: here + columns, ArrowUp: here - columns,
		Home: 0, End: cards.length - 1}[key];
	return box.width > 0 ? cards[to] : undefined;
}

// walk: moves among the cards by arrow keys.
function walk(event, list) {
	const from = event.target.closest(".card");
	if (!from || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey)
		return;
	const to = step(event.key, from, [...list.children].filter(child => !child.hidden));
	if (!to)
		return;
	event.preventDefault();
	to.querySelector("a").focus();
}

// castView: the filter and the cards. Cards are made once, and hidden while they do not suit.
function castView(cast) {
	const people = [...cast.people.values()];
	const cards = new Map(people.map(person => [person.id, card(person, cast)]));
	const count = make("p", {class: "count", id: "count", role: "status"});
	const list = make("ul", {class: "cards", id: "cards"}, [...cards.values()]);
	const none = make("p", {class: "notice", id: "none", hidden: true}, people.length === 0 ? "Nobody is here yet." : "Nobody suits that.");
	const update = () => {
		const found = new Set(filter.found().map(person => person.id));
		for (const [id, element] of cards)
			element.hidden = !found.has(id);
		count.textContent = found.size === people.length ? counted(people.length, "person", "people")
			: `${found.size.toLocaleString("en")} of ${counted(people.length, "person", "people")}`;
		none.hidden = found.size > 0;
	};
	const filter = makeFilter(people, update);
	list.addEventListener("keydown", event => walk(event, list));
	update();
	warmUp(people);
	return make("section", {class: "cast", "aria-labelledby": "cast-title"},
		make("h2", {id: "cast-title", class: "unseen"}, "The cast"),
		make("div", {class: "toolbar"}, filter.form, count), none, list);
}
