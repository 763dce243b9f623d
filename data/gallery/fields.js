// Any value, shown: what the page has no place of its own for still appears, under its name.

const DEEP = 8;
const MANY = 200;

// shown: a value as elements.
function shown(value, depth = 0) {
	if (depth > DEEP)
		return prose(value);
	if (Array.isArray(value))
		return shownList(value, depth);
	if (isObject(value))
		return definitions(Object.entries(value), depth);
	return prose(value === null ? "none" : value);
}

// shownList: the first of them, and the others when they are asked for.
function shownList(values, depth) {
	const item = value => make("li", null, shown(value, depth + 1));
	if (values.length === 0)
		return make("p", {class: "prose"}, "none");
	const list = make("ul", {class: "plain"}, values.slice(0, MANY).map(item));
	if (values.length > MANY) {
		const more = button(`Show all ${values.length.toLocaleString("en")}`, {class: "more"}, () => {
			list.replaceChildren(...values.map(item));
		});
		list.append(make("li", null, more));
	}
	return list;
}

// definitions: names and values, without those that are empty.
function definitions(entries, depth = 0) {
	const rows = entries.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) =>
		make("div", {class: "definition"}, make("dt", null, label(name)), make("dd", null, shown(value, depth + 1))));
	return rows.length > 0 ? make("dl", {class: "definitions"}, rows) : make("p", {class: "prose"}, "none");
}

// picked: entries of those names that an object has.
function picked(object, names) {
	return names.filter(name => object[name] !== undefined && object[name] !== null && object[name] !== "")
		.map(name => [name, object[name]]);
}

// others: entries of an object but for those names.
function others(object, names) {
	return Object.entries(object).filter(([name]) => !names.includes(name));
}

// chips: short texts in a row.
function chips(values) {
	return make("ul", {class: "chips"}, values.map(value => make("li", null, brief(value, 60))));
}

// hidden: what is shown when it is asked for.
function hidden(summary, ...children) {
	return make("details", {class: "hidden"}, make("summary", null, summary), children);
}
