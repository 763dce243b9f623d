// The cast as the page knows it: people by id, and whom each is tied to.

const KIN = /\b(?:step|half-?|grand|great-?)?(?:parent|mother|father|child|son|daughter|sibling|brother|sister|cousin|aunt|uncle|niece|nephew|spouse|wife|husband|twin|relation)\b/i;
// What merely sounds like it.
const NO_KIN = /childhood|brother in arms|sworn brother/i;

// readCast: what the page's data says.
function readCast() {
	const data = JSON.parse(byId("data").textContent);
	const people = new Map(data.people.map(person => [person.id, {...person, links: []}]));
	for (const tie of data.ties)
		link(people, tie);
	return {title: data.title, world: data.world, people, ties: data.ties, others: data.others};
}

// link: makes the tie known to both of its ends.
function link(people, tie) {
	for (const end of new Set([tie.from, tie.to]))
		people.get(end)?.links.push(tie);
}

// otherEnd: whom a tie leads to.
function otherEnd(tie, id) {
	return tie.from === id ? tie.to : tie.from;
}

// nameOf: of a person, of whom perhaps nothing but the id is known.
function nameOf(cast, id) {
	return brief(cast.people.get(id)?.name, 80).trim() || brief(id, 64);
}

// warmth: how a tie is felt at both ends, in the mean.
function warmth(tie) {
	const weights = [tie.weight, tie.back].filter(weight => typeof weight === "number");
	return weights.length === 0 ? 0 : weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
}

// sort: what a tie is drawn as: kin, warm, even or cold.
function sortOf(tie) {
	const kind = said(tie.kind);
	if (KIN.test(kind) && !NO_KIN.test(kind))
		return "kin";
	const warm = warmth(tie);
	return warm >= 0.2 ? "warm" : warm <= -0.2 ? "cold" : "even";
}

// around: who is tied to the person, each once.
function around(cast, id) {
	const ends = (cast.people.get(id)?.links ?? []).map(tie => otherEnd(tie, id));
	return [...new Set(ends)].filter(end => end !== id && cast.people.has(end));
}

// trade: "church sweeper of Smiths' Alley", as far as it is known.
function trade(person) {
	const [work, home] = [brief(person.occupation, 80), brief(person.home, 80)];
	return work && home ? `${work} of ${home}` : work || home;
}
