// Everything about one person, in a dialog.

const HEAD = ["id", "name", "age", "pronouns", "occupation", "home", "faction", "traits", "greeting"];
const ROOTS = ["people", "culture", "class", "age_band", "world"];
const TEMPER = ["flaw", "goal", "fear", "quirk", "speech"];
const PARTS = ["appearance", "background", "personality", "ocean", "skills", "secrets", "ties", "links", "dialogue", "barks", "quest"];
const SHOWN = [...HEAD, ...ROOTS, ...TEMPER, ...PARTS];
const TIE = ["from", "to", "kind", "weight", "back", "description", "history", "from_hides", "to_hides"];

// part: a section under a heading, or nothing where there is nothing to show.
function part(title, className, ...children) {
	const body = children.flat().filter(child => child !== null && child !== undefined);
	return body.length > 0 ? make("section", {class: `part ${className}`}, make("h3", null, title), body) : null;
}

// has: is there anything to show?
function has(value) {
	return value !== null && value !== undefined && value !== "" && !(typeof value === "object" && Object.keys(value).length === 0);
}

// whole: a text that leads and the other members of the same object, or whatever else it is.
function whole(value, lead) {
	if (!has(value))
		return [];
	if (!isObject(value))
		return [shown(value)];
	const rest = others(value, [lead]);
	return [has(value[lead]) ? prose(value[lead]) : null, rest.length > 0 ? definitions(rest) : null];
}

// traitBar: one of the five, from 1 to 5.
function traitBar(name, value) {
	const {level, word} = members(value);
	if (typeof level !== "number" || level < 0 || level > 5)
		return make("li", null, make("span", {class: "trait-name"}, label(name)), shown(value));
	const dots = [1, 2, 3, 4, 5].map(i => make("span", {class: i <= level ? "dot full" : "dot"}));
	return make("li", null, make("span", {class: "trait-name"}, label(name)),
		make("span", {class: "dots", role: "img", "aria-label": `${level} of 5`}, dots), make("span", {class: "trait-word"}, brief(word, 200)));
}

// temper: personality and what belongs to it.
function temper(person) {
	const rows = picked(person, TEMPER);
	return [has(person.personality) ? shown(person.personality) : null, rows.length > 0 ? definitions(rows) : null,
		isObject(person.ocean) ? make("ul", {class: "ocean"}, Object.entries(person.ocean).map(([name, value]) => traitBar(name, value)))
			: has(person.ocean) ? shown(person.ocean) : null];
}

// personLink: to somebody, where there is such.
function personLink(cast, id) {
	return cast.people.has(id) ? make("a", {href: `#${id}`}, nameOf(cast, id)) : make("span", {class: "stranger"}, nameOf(cast, id));
}

// sides: how a tie is felt here and there.
function sides(here, there) {
	if (here === there)
		return `${here} on both sides`;
	return [here && `${here} on this side`, there && `${there} on the other`].filter(Boolean).join(", ");
}

// tieItem: one tie, as this person has it.
function tieItem(tie, person, cast) {
	const id = otherEnd(tie, person.id);
	const mine = tie.from === person.id;
	const [out, back] = mine ? [feeling(tie.weight), feeling(tie.back)] : [feeling(tie.back), feeling(tie.weight)];
	const kind = brief(tie.kind, 120);
	const secrets = picked(tie, ["from_hides", "to_hides"]).map(([, text]) => prose(text));
	const rest = others(tie, TIE);
	return make("li", {class: `tie ${sortOf(tie)}`}, emblem(id),
		make("div", null,
			make("p", {class: "tie-head"}, personLink(cast, id),
				kind ? make("span", {class: "tie-kind"}, mine ? kind : `sees ${nameOf(cast, person.id)} as: ${kind}`) : null),
			out || back ? make("p", {class: "tie-feeling"}, sides(out, back)) : null,
			has(tie.description) ? prose(tie.description) : null,
			has(tie.history) ? prose(tie.history, "prose history") : null,
			rest.length > 0 ? definitions(rest) : null,
			secrets.length > 0 ? hidden("What they hide from each other", secrets) : null));
}

// ties: of one person, with the way to where they are drawn.
function ties(person, cast) {
	if (person.links.length === 0)
		return [];
	return [make("ul", {class: "ties"}, person.links.map(tie => tieItem(tie, person, cast))),
		make("p", null, make("a", {href: `#/web/${person.id}`, class: "go"}, "See them drawn"))];
}

// barks: lines by occasion.
function barks(value) {
	if (!isObject(value))
		return has(value) ? [shown(value)] : [];
	return [make("dl", {class: "barks"}, Object.entries(value).map(([name, lines]) =>
		make("div", null, make("dt", null, label(name)), listed(lines).map(line => make("dd", null, isObject(line) ? shown(line) : prose(line, "speech"))))))];
}

// involvedIn: who has a part in a quest.
function involvedIn(quest, cast) {
	const people = listed(quest.involved).filter(isObject);
	return people.length === 0 ? null : make("ul", {class: "plain involved"}, people.map(one =>
		make("li", null, personLink(cast, said(one.id)), has(one.role) ? `: ${brief(one.role, 300)}` : "")));
}

// quest: as a journal would have it.
function quest(value, cast) {
	if (!isObject(value))
		return has(value) ? [shown(value)] : [];
	const rest = others(value, ["id", "type", "title", "hook", "objectives", "reward", "involved"]);
	return [make("p", {class: "quest-title"}, brief(value.title, 200), has(value.type) ? make("span", {class: "badge"}, brief(value.type, 40)) : null),
		has(value.hook) ? make("blockquote", {class: "speech"}, prose(value.hook)) : null,
		has(value.objectives) ? make("ol", {class: "objectives"}, listed(value.objectives).map(one => make("li", null, shown(one)))) : null,
		has(value.reward) ? make("p", null, make("b", null, "Reward: "), brief(value.reward, LONG)) : null,
		involvedIn(value, cast), rest.length > 0 ? definitions(rest) : null];
}

// column: of parts, if there are any.
function column(...parts) {
	const there = parts.filter(one => one !== null);
	return there.length > 0 ? make("div", {class: "column"}, there) : null;
}

// head: emblem, name, the facts, and the greeting.
function head(person, cast) {
	const facts = [brief(person.age, 12), trade(person), brief(person.pronouns, 40), brief(person.faction, 120)].filter(Boolean);
	return make("header", {class: "person-head"},
		emblem(person.id),
		make("div", null,
			make("h2", {id: "person-name", tabindex: "-1"}, nameOf(cast, person.id)),
			make("p", {class: "person-facts"}, facts.join(" · ")),
			listed(person.traits).length > 0 ? chips(listed(person.traits).slice(0, MANY)) : null,
			make("p", {class: "blazon"}, `Arms: ${arms(person.id).blazon}.`)));
}

// cutShort: members that the head has no room for are shown whole further down.
function cutShort(person) {
	return picked(person, HEAD).filter(([name, value]) => name !== "traits" && name !== "greeting" && said(value).length > 80);
}

// personBody: the dialog's content.
function personBody(person, cast) {
	const rest = [...cutShort(person), ...picked(person, ROOTS), ...others(person, SHOWN)];
	const secrets = listed(person.secrets);
	return [head(person, cast),
		has(person.greeting) ? make("blockquote", {class: "greeting"}, prose(person.greeting)) : null,
		make("div", {class: "parts"},
			column(part("Appearance", "appearance", whole(person.appearance, "description")),
				part("Background", "background", whole(person.background, "family")),
				part("Personality", "personality", temper(person)),
				part("Skills", "skills", has(person.skills) ? shown(person.skills) : null),
				part("Secrets", "secrets", secrets.length > 0 ? hidden(counted(secrets.length, "secret", "secrets"), shown(secrets)) : null)),
			column(part("Conversation", "conversation", has(person.dialogue) ? talk(person.dialogue, nameOf(cast, person.id)) : null),
				part("Task", "task", quest(person.quest, cast)),
				part("Ties", "ties-part", ties(person, cast)),
				part("Says", "says", barks(person.barks)))),
		part("Else", "else", definitions([["id", person.id], ...rest]))];
}

// personBar: the way to the neighbours in the cast, and out.
function personBar(person, cast, close) {
	const ids = [...cast.people.keys()];
	const here = ids.indexOf(person.id);
	const to = (at, text, rel) => ids[at] ? make("a", {href: `#${ids[at]}`, rel, class: "quiet"}, text) : make("span", {class: "quiet off"}, text);
	return make("div", {class: "person-bar"}, to(here - 1, "Previous", "prev"), to(here + 1, "Next", "next"),
		button("Close", {class: "quiet close", "aria-keyshortcuts": "Escape"}, close));
}
