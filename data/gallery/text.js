// Words of the data, which may be of any type and length, and words for what it says.

// How much of a text is shown before it is asked for.
const LONG = 3000;

// Letters that have no mark to take off, and are still looked for without it.
const PLAIN = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"};

// folded: as it is searched, without case and accents.
function folded(text) {
	return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[łøđðþßæœıħ]/g, letter => PLAIN[letter]);
}

// said: any value as a text.
function said(value) {
	if (typeof value === "string")
		return value;
	if (value === null || value === undefined)
		return "";
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}

// listed: any value as a list.
function listed(value) {
	if (value === null || value === undefined)
		return [];
	return Array.isArray(value) ? value : [value];
}

// isObject: one with members.
function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

// members: of anything.
function members(value) {
	return isObject(value) ? value : {};
}

// brief: no more than a line has room for.
function brief(value, most = 120) {
	const text = said(value);
	return text.length > most ? text.slice(0, most).trimEnd() + "…" : text;
}

// label: a member's name for people.
function label(name) {
	const words = brief(name, 60).replace(/[_-]+/g, " ").trim();
	return words === "" ? "(no name)" : words[0].toUpperCase() + words.slice(1);
}

// counted: "1 person", "3 people".
function counted(number, one, many) {
	return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

// prose: a text, of which what is very long waits behind a button.
function prose(value, className = "prose") {
	const text = said(value);
	const shown = make("p", {class: className}, text.slice(0, LONG));
	if (text.length <= LONG)
		return shown;
	const more = button(`Show all ${text.length.toLocaleString("en")} characters`, {class: "more"}, () => {
		shown.textContent = text;
	});
	shown.append("… ", more);
	return shown;
}

// feeling: a tie's weight, from -1 to 1, in a word.
function feeling(weight) {
	if (typeof weight !== "number")
		return "";
	const words = [[0.6, "devoted"], [0.2, "warm"], [-0.2, "even"], [-0.6, "cool"]];
	return (words.find(([least]) => weight >= least) ?? [0, "bitter"])[1];
}
