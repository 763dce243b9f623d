// An emblem for everybody: a coat of arms that follows from the id alone. Shape, division and charge
// differ, not only colours; what lies on a colour is a metal, and the other way round.

const METALS = [["gold", "#e6b84a"], ["silver", "#eef0f2"]];
const COLOURS = [["red", "#a5302c"], ["blue", "#28518c"], ["green", "#2c6a48"], ["purple", "#693a78"],
	["black", "#2b2b31"], ["tawny", "#9a5524"], ["teal", "#1d6a73"]];

const OUTLINES = [
	"M8 6H92V56C92 86 70 104 50 114C30 104 8 86 8 56Z",
	"M8 6H92V70C92 98 72 114 50 114C28 114 8 98 8 70Z",
	"M8 10Q29 15 50 4Q71 15 92 10V58C92 88 70 104 50 114C30 104 8 88 8 58Z",
	"M50 4C78 4 92 30 92 58C92 90 76 114 50 114C24 114 8 90 8 58C8 30 22 4 50 4Z",
	"M8 6Q29 14 50 6Q71 14 92 6C86 30 96 44 92 66C88 94 68 104 50 114C32 104 12 94 8 66C4 44 14 30 8 6Z",
];

// Of the field and its second tincture: split ones are of one kind, with the charge in the other.
const SPLIT = [
	["", ""],
	["per pale", "M50 0H100V120H50Z"],
	["per fess", "M0 58H100V120H0Z"],
	["per bend", "M0 0L100 116V120H0Z"],
	["per bend sinister", "M100 0L0 116V120H100Z"],
	["quarterly", "M50 0H100V58H50ZM0 58H50V120H0Z"],
	["per chevron", "M50 40L112 120H-12Z"],
	["flanked", "M0 0Q36 58 0 116ZM100 0Q64 58 100 116Z"],
	["bordered", "M0 0H100V120H0ZM18 16V58C18 80 34 94 50 102C66 94 82 80 82 58V16Z"],
];

// Ordinaries are of the other kind than the field: path, where the charge lies, its size, and whether
// it lies on the ordinary.
const ORDINARIES = [
	["a bend", "M-12 20L20 -20L112 92L84 128Z", 50, 56, 0.36, true],
	["a bend sinister", "M112 20L80 -20L-12 92L16 128Z", 50, 56, 0.36, true],
	["a fess", "M0 38H100V76H0Z", 50, 57, 0.33, true],
	["a pale", "M30 0H70V120H30Z", 50, 56, 0.36, true],
	["a cross", "M38 0H62V44H100V68H62V120H38V68H0V44H38Z", 50, 56, 0.23, true],
	["a saltire", "M-10 12L12 -12L50 36L88 -12L110 12L66 58L108 112L88 132L50 82L12 132L-8 112L34 58Z", 50, 58, 0.3, true],
	["a chief", "M0 0H100V34H0Z", 50, 72, 0.5, false],
	["a base", "M0 86Q25 76 50 86T100 86V120H0Z", 50, 46, 0.5, false],
	["a pile", "M10 0H90L50 104Z", 50, 36, 0.42, true],
	["a chevron", "M50 62L112 118V138L50 84L-12 138V118Z", 50, 36, 0.44, false],
];

// Patterns are too busy for a charge, which gets a disc of its own.
const PATTERNS = [
	["paly", "M20 0H35V120H20ZM50 0H65V120H50ZM80 0H100V120H80Z"],
	["barry", "M0 18H100V36H0ZM0 54H100V72H0ZM0 90H100V108H0Z"],
	["gyronny", "M50 58L0 0H50ZM50 58L100 0V58ZM50 58L100 116H50ZM50 58L0 116V58Z"],
	["bendy", "M-10 30L30 -10L50 -10L-10 52ZM-10 74L74 -10H96L-10 96ZM-10 118L110 -2V20L10 120ZM34 120L110 44V66L56 120ZM80 120L110 90V112L102 120Z"],
	["chequy", [0, 1, 2, 3, 4].flatMap(row => [0, 1].map(column => `M${column * 42 + (row % 2) * 21 + 8} ${row * 22 + 5}h21v22h-21Z`)).join("")],
];

// star: a path of so many points.
function star(points, inner) {
	const corners = Array.from({length: points * 2}, (_, i) => {
		const radius = i % 2 === 0 ? 50 : inner;
		const angle = Math.PI * i / points;
		return `${(radius * Math.sin(angle)).toFixed(1)} ${(-radius * Math.cos(angle)).toFixed(1)}`;
	});
	return `M${corners.join("L")}Z`;
}

// disc: a circle as a path.
function disc(x, y, r) {
	return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

// Name, plural and path, from -50 to 50.
const CHARGES = [
	["a star", "stars", star(5, 20)],
	["an estoile", "estoiles", star(8, 22)],
	["a sun", "suns", star(16, 34) + disc(0, 0, 15)],
	["a crescent", "crescents", "M-36 -32A48 48 0 1 0 36 -32A38 38 0 1 1 -36 -32Z"],
	["a ring", "rings", disc(0, 0, 46) + disc(0, 0, 26)],
	["a lozenge", "lozenges", "M0 -50L36 0L0 50L-36 0ZM0 -24L-17 0L0 24L17 0Z"],
	["a heart", "hearts", "M0 46C-62 8 -50 -42 -24 -42C-8 -42 0 -28 0 -22C0 -28 8 -42 24 -42C50 -42 62 8 0 46Z"],
	["a rose", "roses", [0, 1, 2, 3, 4].map(i => disc(+(29 * Math.sin(i * 1.2566)).toFixed(1), +(-29 * Math.cos(i * 1.2566)).toFixed(1), 17)).join("") + disc(0, 0, 11)],
	["a key", "keys", disc(0, -30, 20) + disc(0, -30, 10) + "M-6 -10H6V22H24V32H6V38H30V50H-6Z"],
	["an anchor", "anchors", disc(0, -38, 12) + disc(0, -38, 5) + "M-24 -24H24V-13H6V34C24 32 33 22 36 11L25 14L40 -10L50 18L44 15C42 37 24 50 0 50C-24 50 -42 37 -44 15L-50 18L-40 -10L-25 14L-36 11C-33 22 -24 32 -6 34V-13H-24Z"],
	["a tower", "towers", "M-34 -50H-18V-38H-8V-50H8V-38H18V-50H34V-22L26 -14V50H11V26A11 11 0 0 0 -11 26V50H-26V-14L-34 -22Z"],
	["a fish", "fishes", "M-50 0C-30 -30 8 -30 26 -5L50 -26V26L26 5C8 30 -30 30 -50 0Z" + disc(-30, -5, 4)],
	["a pine", "pines", "M0 -50L22 -20H12L32 8H18L40 36H7V50H-7V36H-40L-18 8H-32L-12 -20H-22Z"],
	["a ship", "ships", "M-46 16H46C42 36 32 48 16 48H-16C-32 48 -42 36 -46 16ZM-3 -50H3V12H-3ZM8 -46C32 -38 38 -18 36 6H8ZM-8 -36V6H-38C-36 -16 -26 -28 -8 -36Z"],
	["a hammer", "hammers", "M-36 -46H24L42 -30L24 -14H8V50H-8V-14H-36Z"],
	["a wheel", "wheels", disc(0, 0, 48) + disc(0, 0, 36) + disc(0, 0, 11) + "M-5 -34H5V-13H-5ZM-5 13H5V34H-5ZM-34 -5H-13V5H-34ZM13 -5H34V5H13Z"],
	["a cup", "cups", "M-32 -46H32C32 -14 20 2 7 8V30L26 42V50H-26V42L-7 30V8C-20 2 -32 -14 -32 -46Z"],
	["an arrow", "arrows", "M0 -50L22 -18H6V22L20 34V50L0 36L-20 50V34L-6 22V-18H-22Z"],
	["a crown", "crowns", "M-44 38V-20L-22 2L0 -34L22 2L44 -20V38Z" + disc(0, -42, 7) + disc(-44, -28, 6) + disc(44, -28, 6)],
	["a flame", "flames", "M0 -50C6 -28 36 -14 36 16C36 38 18 50 0 50C-18 50 -36 38 -36 16C-36 0 -26 -8 -22 -24C-13 -17 -10 -8 -8 -2C4 -14 4 -32 0 -50ZM0 42C10 42 16 34 14 24C12 16 4 12 2 4C-4 14 -14 18 -14 28C-14 36 -8 42 0 42Z"],
	["a bell", "bells", "M-7 -44A7 7 0 0 1 7 -44C26 -38 30 -18 30 4L42 32H-42L-30 4C-30 -18 -26 -38 -7 -44ZM-11 38H11A11 11 0 0 1 -11 38Z"],
	["a leaf", "leaves", "M0 -50C34 -30 42 4 5 32V50H-5V32C-42 4 -34 -30 0 -50ZM-2 -20V20H2V-20Z"],
	["a book", "books", "M-48 -34C-32 -42 -12 -40 -3 -30V40C-12 30 -32 28 -48 36ZM48 -34C32 -42 12 -40 3 -30V40C12 30 32 28 48 36Z"],
	["a sword", "swords", "M0 -50L7 -38V14H26V24H6V38A6 6 0 1 1 -6 38V24H-26V14H-7V-38Z"],
	["a swallow", "swallows", "M-50 -22C-30 -36 -10 -28 0 -10C10 -28 30 -36 50 -22C34 -20 24 -8 16 8L20 46L0 30L-20 46L-16 8C-24 -8 -34 -20 -50 -22Z"],
	["an eye", "eyes", "M-50 0C-26 -36 26 -36 50 0C26 36 -26 36 -50 0Z" + disc(0, 0, 19) + disc(0, 0, 9)],
	["a wave", "waves", "M-50 -12C-34 -40 -14 -40 0 -16C8 -4 24 -4 30 -20C42 -8 44 14 26 22C6 30 -10 16 -18 4C-26 -8 -38 -6 -50 -12ZM-50 30H50V42H-50Z"],
	["an hourglass", "hourglasses", "M-32 -50H32V-40H26C26 -16 8 -8 8 0C8 8 26 16 26 40H32V50H-32V40H-26C-26 16 -8 8 -8 0C-8 -8 -26 -16 -26 -40H-32Z"],
];

// dice: numbers that follow from a text (FNV-1a, then a counter through MurmurHash3's finalizer).
function dice(text) {
	let state = 2166136261;
	for (let i = 0; i < text.length; i++)
		state = Math.imul(state ^ text.charCodeAt(i), 16777619);
	return below => {
		state = (state + 0x9e3779b9) | 0;
		let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
		mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
		return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
	};
}

// two: different ones of a list.
function two(roll, list) {
	const first = roll(list.length);
	const second = (first + 1 + roll(list.length - 1)) % list.length;
	return [list[first], list[second]];
}

// placed: a charge at a place, in a size.
function placed(charge, tincture, x, y, size) {
	return draw("path", {d: charge[2], fill: tincture[1], "fill-rule": "evenodd", stroke: "#191920",
		"stroke-width": (1.4 / size).toFixed(2), "stroke-linejoin": "round", transform: `translate(${x} ${y}) scale(${size})`});
}

// How many charges of the same kind, and where; in words.
const SPOTS = [
	["", [[50, 57, 0.56]]],
	["three ", [[29, 37, 0.3], [71, 37, 0.3], [50, 80, 0.3]]],
	["two ", [[50, 34, 0.34], [50, 80, 0.34]]],
	["two ", [[30, 54, 0.32], [70, 54, 0.32]]],
];

// Lines along the edge: the dashes, and in words.
const HEMS = [["none", "hemmed"], ["7 5", "hemmed in dashes"], ["0.1 6.5", "hemmed in pearls"]];

// hem: a line along the edge, which every second emblem has.
function hem(roll, outline) {
	if (roll(2) === 0)
		return {hem: null, words: ""};
	const [dashes, words] = HEMS[roll(HEMS.length)];
	const tincture = METALS[roll(METALS.length)];
	return {words: `, ${words} ${tincture[0]}`, hem: draw("path", {d: OUTLINES[outline], fill: "none", stroke: tincture[1], "stroke-width": dashes === "none" ? 3 : 4.5,
		"stroke-dasharray": dashes, "stroke-linecap": dashes.startsWith("0") ? "round" : "butt", transform: "translate(50 58) scale(0.9) translate(-50 -58)"})};
}

// split: a field of one kind of tincture, and one charge or three in the other.
function split(roll) {
	const [under, over] = roll(3) > 0 ? [COLOURS, METALS] : [METALS, COLOURS];
	const [field, second] = two(roll, under);
	const tincture = over[roll(over.length)];
	const division = SPLIT[roll(SPLIT.length)];
	const charge = CHARGES[roll(CHARGES.length)];
	const narrow = division[0] === "flanked" || division[0] === "bordered";
	const [number, spots] = narrow ? ["", [[50, 57, 0.44]]] : SPOTS[Math.max(0, roll(7) - 3)];
	const ground = division[1] ? `${field[0]} and ${second[0]} ${division[0]}` : field[0];
	return {field, second, path: division[1], charges: spots.map(([x, y, size]) => placed(charge, tincture, x, y, size)),
		blazon: `${ground}, ${number ? number + charge[1] : charge[0]} ${tincture[0]}`};
}

// ordinary: a field with a broad band of the other kind of tincture.
function ordinary(roll) {
	const [under, over] = roll(2) === 0 ? [COLOURS, METALS] : [METALS, COLOURS];
	const [field, spare] = two(roll, under);
	const [second, rest] = two(roll, over);
	const [name, path, x, y, size, upon] = ORDINARIES[roll(ORDINARIES.length)];
	const charge = CHARGES[roll(CHARGES.length)];
	const tincture = upon ? (under === METALS ? field : spare) : over === METALS ? second : rest;
	const words = upon ? `on ${name} ${second[0]} ${charge[0]} ${tincture[0]}` : `${name} ${second[0]} and ${charge[0]} ${tincture[0]}`;
	return {field, second, path, charges: [placed(charge, tincture, x, y, size)], blazon: `${field[0]}, ${words}`};
}

// pattern: stripes or chequers, and a disc with a charge.
function pattern(roll) {
	const field = COLOURS[roll(COLOURS.length)];
	const [second, metal] = two(roll, METALS);
	const [name, path] = PATTERNS[roll(PATTERNS.length)];
	const charge = CHARGES[roll(CHARGES.length)];
	const under = draw("circle", {cx: 50, cy: 56, r: 27, fill: field[1], stroke: "#191920", "stroke-width": 1.4});
	return {field, second, path, charges: [under, placed(charge, metal, 50, 56, 0.38)],
		blazon: `${name} ${field[0]} and ${second[0]}, on a disc ${charge[0]} ${metal[0]}`};
}

// arms: what the emblem of an id shows.
function arms(id) {
	const roll = dice(id);
	const outline = roll(OUTLINES.length);
	const kind = roll(10);
	const shown = (kind < 5 ? split : kind < 8 ? ordinary : pattern)(roll);
	const edge = hem(roll, outline);
	return {outline, ...shown, hem: edge.hem, blazon: shown.blazon + edge.words};
}

// emblem: drawn, as a decoration beside the name that it stands for.
function emblem(id, attributes) {
	const {outline, field, second, path, charges, hem: line} = arms(id);
	return draw("svg", {viewBox: "4 0 92 118", class: "emblem", "aria-hidden": "true", focusable: "false", ...attributes},
		draw("g", {"clip-path": `url(#outline-${outline})`},
			draw("rect", {width: 100, height: 120, fill: field[1]}),
			path ? draw("path", {d: path, fill: second[1], "fill-rule": "evenodd", stroke: "#191920", "stroke-width": 1.2}) : null,
			line, charges),
		draw("path", {d: OUTLINES[outline], class: "emblem-edge"}));
}

// outlines: what all emblems are cut by; stands once in the page.
function outlines() {
	return draw("svg", {width: 0, height: 0, class: "outlines", "aria-hidden": "true"},
		draw("defs", null, OUTLINES.map((d, i) => draw("clipPath", {id: `outline-${i}`}, draw("path", {d})))));
}
