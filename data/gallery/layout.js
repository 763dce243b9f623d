// Where people stand when their ties are drawn. Nothing here knows the page: ids and pairs go in,
// places come out, and the same ones for the same cast.

const ROUNDS = 240;

// spiral: first places, evenly spread, with those first who have most ties.
function spiral(ids, gap) {
	return new Map(ids.map((id, i) => {
		const radius = gap * Math.sqrt(i + 0.5);
		return [id, {id, number: i, x: radius * Math.cos(i * 2.39996), y: radius * Math.sin(i * 2.39996), dx: 0, dy: 0}];
	}));
}

// cells: places by squares as wide as people repel each other, so that only near ones are compared.
function cells(places, width) {
	const found = new Map();
	for (const place of places) {
		place.column = Math.floor(place.x / width);
		place.row = Math.floor(place.y / width);
		const key = place.column * 65536 + place.row;
		if (!found.has(key))
			found.set(key, []);
		found.get(key).push(place);
	}
	return found;
}

// repel: pushes one and those of a square apart. Each pair meets once, from the one of the lower number.
function repel(place, square, gap, reach) {
	for (const other of square) {
		if (other.number <= place.number)
			continue;
		const dx = place.x - other.x, dy = place.y - other.y;
		const distance2 = dx * dx + dy * dy;
		if (distance2 > reach * reach)
			continue;
		const force = gap * gap / Math.max(distance2, 1);
		place.dx += dx * force;
		place.dy += dy * force;
		other.dx -= dx * force;
		other.dy -= dy * force;
	}
}

// repelAll: everybody from whoever is near.
function repelAll(places, gap) {
	const reach = gap * 4;
	const squares = cells(places, reach);
	for (const place of places) {
		for (let column = place.column - 1; column <= place.column + 1; column++) {
			for (let row = place.row - 1; row <= place.row + 1; row++)
				repel(place, squares.get(column * 65536 + row) ?? [], gap, reach);
		}
	}
}

// attract: pulls the ends of each tie together, and everybody a little to the middle.
function attract(places, pairs, gap) {
	for (const [a, b] of pairs) {
		const dx = b.x - a.x, dy = b.y - a.y;
		const force = Math.sqrt(dx * dx + dy * dy) / gap * 0.22;
		a.dx += dx * force;
		a.dy += dy * force;
		b.dx -= dx * force;
		b.dy -= dy * force;
	}
	for (const place of places) {
		place.dx -= place.x * 0.05;
		place.dy -= place.y * 0.09;
	}
}

// move: as far as the forces want, and as it is still allowed.
function move(places, most) {
	for (const place of places) {
		const length = Math.sqrt(place.dx * place.dx + place.dy * place.dy) || 1;
		const far = Math.min(length, most) / length;
		place.x += place.dx * far;
		place.y += place.dy * far;
		place.dx = place.dy = 0;
	}
}

// spread: places for everybody, by forces that cool down (Fruchterman and Reingold, 1991).
function spread(ids, ends, gap) {
	const found = spiral(ids, gap);
	const places = [...found.values()];
	const pairs = ends.map(([a, b]) => [found.get(a), found.get(b)]);
	const rounds = Math.max(40, Math.min(ROUNDS, Math.round(ROUNDS * 500 / ids.length)));
	for (let round = 0; round < rounds; round++) {
		repelAll(places, gap);
		attract(places, pairs, gap);
		move(places, gap * 2 * (1 - round / rounds) + 0.5);
	}
	return found;
}

// rings: one in the middle, those tied to it around, and those tied to these outside, behind them.
function rings(id, near, far, radius) {
	const places = new Map([[id, {id, x: 0, y: 0, ring: 0}]]);
	const turn = (i, of) => 2 * Math.PI * i / of - Math.PI / 2;
	const inner = Math.max(radius, near.length * 17);
	near.forEach((other, i) => places.set(other, {id: other, ring: 1, angle: turn(i, near.length),
		x: inner * Math.cos(turn(i, near.length)), y: inner * Math.sin(turn(i, near.length))}));
	const order = [...far].sort((a, b) => places.get(a[1]).angle - places.get(b[1]).angle);
	const outer = Math.max(inner * 1.75, order.length * 9);
	order.forEach(([other], i) => {
		const angle = turn(i + 0.5, order.length);
		places.set(other, {id: other, ring: 2, x: outer * Math.cos(angle), y: outer * Math.sin(angle)});
	});
	return places;
}
