// Who is shown: the search field, and a choice for each member of which there are several values.

// What may be filtered by, where the data has it, with its name.
const FACETS = [["home", "Home"], ["occupation", "Occupation"], ["faction", "Faction"], ["traits", "Trait"],
	["people", "People"], ["class", "Class"], ["age_band", "Age"], ["world", "World"]];
const LONGEST = 80;
// What is not searched: spoilers, and what no reader sees.
const UNSEARCHED = ["links", "ties", "secrets", "ocean", "world", "culture"];

const haystacks = new WeakMap();

// gathered: all texts in a value.
function gathered(value, texts, depth = 0) {
	if (typeof value === "string" || typeof value === "number")
		texts.push(value);
	else if (typeof value === "object" && value !== null && depth < 12)
		Object.values(value).forEach(inner => gathered(inner, texts, depth + 1));
	return texts;
}

// haystack: what a person is found by, made when it is first needed.
function haystack(person) {
	if (!haystacks.has(person)) {
		const texts = [];
		for (const [, value] of others(person, UNSEARCHED))
			gathered(value, texts);
		haystacks.set(person, folded(texts.join("\n")));
	}
	return haystacks.get(person);
}

// warmUp: makes the haystacks while there is nothing else to do.
function warmUp(people) {
	const waiting = [...people];
	const some = () => {
		const end = performance.now() + 8;
		while (waiting.length > 0 && performance.now() < end)
			haystack(waiting.pop());
		if (waiting.length > 0)
			setTimeout(some, 4);
	};
	setTimeout(some, 50);
}

// facetValues: the texts that a person has for a facet.
function facetValues(person, name) {
	return listed(person[name]).filter(value => typeof value === "string" && value !== "");
}

// counts: how many people have each value, by value.
function counts(people, name) {
	const found = new Map();
	for (const person of people) {
		for (const value of new Set(facetValues(person, name)))
			found.set(value, (found.get(value) ?? 0) + 1);
	}
	return [...found].sort(([a], [b]) => a.localeCompare(b));
}

// facetChoice: a list to choose from, or null where there is no choice.
function facetChoice(people, [name, title], changed) {
	const values = counts(people, name);
	if (values.length < 2)
		return null;
	const select = make("select", {id: `facet-${name}`, "data-facet": name}, make("option", {value: ""}, "any"),
		values.map(([value, number], i) => make("option", {value: String(i)}, `${brief(value, LONGEST)} (${number})`)));
	select.addEventListener("change", changed);
	const wanted = () => select.value === "" ? null : values[Number(select.value)][0];
	return {name, select, wanted, field: make("label", {class: "facet"}, make("span", null, title), select)};
}

// suits: is this person among those that are looked for?
function suits(person, words, wanted) {
	return wanted.every(([name, value]) => facetValues(person, name).includes(value)) &&
		words.every(word => haystack(person).includes(word));
}

// makeFilter: the form, and found(), which tells who suits it. Calls changed whenever it does.
function makeFilter(people, changed) {
	const search = make("input", {type: "search", id: "search", name: "search", autocomplete: "off", spellcheck: "false",
		placeholder: "Name, trade, a word they say…", "aria-keyshortcuts": "/"});
	const facets = FACETS.map(facet => facetChoice(people, facet, changed)).filter(facet => facet !== null);
	const clear = button("Clear", {class: "quiet", id: "clear", hidden: true}, () => {
		form.reset();
		changed();
		search.focus();
	});
	const form = make("form", {class: "filter", role: "search", "aria-label": "The cast"},
		make("label", {class: "searchbox"}, make("span", null, "Search"), search),
		facets.length > 0 ? make("details", {class: "facets", id: "facets"}, make("summary", null, "Filters"),
			make("div", {class: "facet-row"}, facets.map(facet => facet.field))) : null,
		clear);
	search.addEventListener("input", changed);
	form.addEventListener("submit", event => event.preventDefault());
	const found = () => {
		const words = folded(search.value).split(/\s+/).filter(word => word !== "");
		const wanted = facets.map(facet => [facet.name, facet.wanted()]).filter(([, value]) => value !== null);
		clear.hidden = words.length === 0 && wanted.length === 0;
		return people.filter(person => suits(person, words, wanted));
	};
	return {form, found};
}
