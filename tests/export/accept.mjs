// accept.mjs MODULES ROWS FOLDER: holds what npc-export wrote into a folder against the parsers that its
// readers use. Prints a line for each format; what a parser has made of a text must be that text.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import fs from 'node:fs';
import path from 'node:path';

const [modules, rowsFile, folder] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, 'x.js'));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const rows = fs.readFileSync(rowsFile, 'utf8').split('\n').filter((l) => l).map((l) => JSON.parse(l));
const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
const JOINER = /\u2060/g;

// ---- what a text is, in npc-export(1)'s words
const clean = (s) => s.replace(/\r\n|[\r\u0085\u2028\u2029]/g, '\n').replace(/\t/g, ' ').replace(/[\0-\x09\x0b-\x1f\x7f-\x9f]/g, '');
const trim = (s) => s.replace(/^ +| +$/g, '');
const text = (v) => (typeof v === 'string' ? v : v === undefined || v === null ? '' : JSON.stringify(v));
const line = (v) => trim(clean(text(v)).replace(/\n/g, ' '));
const said = (v) => line(v) || '…';
const nameOf = (row) => line(row.name) || row.id;
const names = Object.fromEntries(rows.map((r) => [r.id, r]));
const anyName = (tie) => (names[tie.to] ? nameOf(names[tie.to]) : line(tie.to_name) || line(tie.to));
const one = (s) => s.replace(/[ \t]+/g, ' ').trim(); // blanks, as most formats see them
const bare = (s) => s.replace(JOINER, '');

let failed = 0;
let checks = 0;
function same(got, want, where) {
	checks++;
	if (got !== want) {
		failed++;
		if (failed < 30)
			console.log(`# ${where}\n#   got  ${JSON.stringify(got)}\n#   want ${JSON.stringify(want)}`);
	}
}
async function format(name, check) {
	checks = 0;
	const before = failed;
	try {
		await check();
	} catch (e) {
		failed++;
		console.log(`# ${name}: ${e.stack.split('\n').slice(0, 6).join('\n# ')}`);
	}
	if (checks === 0)
		failed++;
	console.log(`${failed > before ? 'not ok' : 'ok'} ${name} ${checks}`);
}

// A row's dialogue from a node on: what is said, and where each reply leads.
function nodesOf(row) {
	const nodes = new Map();
	for (const n of row.dialogue.nodes)
		if (!nodes.has(n.id))
			nodes.set(n.id, n);
	return nodes;
}

// Walks a dialogue: at() tells what stands at a place, next(place, i) where the reply i leads, or null.
function walk(row, first, at, next, where, spoken) {
	const nodes = nodesOf(row);
	const seen = new Set();
	const todo = [[row.dialogue.start, first]];
	while (todo.length) {
		const [id, place] = todo.pop();
		if (seen.has(id))
			continue;
		seen.add(id);
		const node = nodes.get(id);
		const got = at(place);
		same(got.text, spoken(row, said(node.text)), `${where} ${row.id} ${id}`);
		same(got.replies.length, node.replies.length, `${where} ${row.id} ${id}: replies`);
		node.replies.forEach((reply, i) => {
			same(got.replies[i], spoken(null, said(reply.text)), `${where} ${row.id} ${id} reply ${i}`);
			const to = next(place, i);
			same(to === null, reply.goto === 'END', `${where} ${row.id} ${id} reply ${i} ends`);
			if (to !== null && reply.goto !== 'END')
				todo.push([reply.goto, to]);
		});
	}
	same(seen.size, nodes.size, `${where} ${row.id}: nodes reached`);
}

await format('ink', async () => {
	const { Compiler } = require('inkjs/compiler/Compiler');
	const problems = [];
	const compiler = new Compiler(read('cast.ink'), { errorHandler: (message) => problems.push(message) });
	const story = compiler.Compile();
	same(problems.join('\n'), '', 'ink: problems');
	const spoken = (row, s) => one(row ? `${nameOf(row)}: ${s}` : s);
	const at = (state) => {
		story.state.LoadJson(state);
		return { text: one(story.currentText), replies: story.currentChoices.map((c) => one(c.text)) };
	};
	const go = (state, i) => {
		story.state.LoadJson(state);
		story.ChooseChoiceIndex(i);
		const said = story.ContinueMaximally();
		return said === '' && story.currentChoices.length === 0 ? null : story.state.ToJson();
	};
	for (const row of rows) {
		story.ResetState();
		story.ChoosePathString(row.id.replace(/-/g, '_'));
		story.ContinueMaximally();
		walk(row, story.state.ToJson(), at, go, 'ink', spoken);
		story.ChoosePathString(`${row.id.replace(/-/g, '_')}_bark_idle`);
		const bark = one(story.ContinueMaximally());
		same(row.barks.idle.some((b) => spoken(row, said(b)) === bark), true, `ink ${row.id} bark ${bark}`);
		story.ChoosePathString(`${row.id.replace(/-/g, '_')}_quest`);
		same(one(story.ContinueMaximally()), spoken(row, said(row.quest.hook)), `ink ${row.id} quest`);
	}
});

await format('yarn', async () => {
	const bondage = require('@mnbroatch/bondage');
	const runner = new bondage.Runner();
	let roll = 1;
	runner.registerFunction('dice', () => roll);
	runner.load(read('cast.yarn'));
	// This runner leaves markup to others, and with it who speaks.
	const spoken = (row, s) => {
		if (row)
			return one(`${nameOf(row).replace(/:/g, '：')}: ${s}`);
		return one(s.includes(':') ? `Player: ${s}` : s);
	};
	const run = (title, choices) => {
		const g = runner.run(title);
		let said = null;
		let step = g.next();
		for (;;) {
			if (step.value instanceof bondage.TextResult)
				said = one(step.value.text);
			else if (step.value instanceof bondage.OptionsResult) {
				if (choices.length === 0)
					return { text: said, replies: step.value.options.map((o) => one(o.text)) };
				step.value.select(choices[0]);
				choices = choices.slice(1);
				said = null;
			}
			if (step.done || step.value === undefined)
				return { text: said, replies: [], done: true };
			step = g.next();
		}
	};
	const next = (place, i) => {
		const to = { title: place.title, choices: [...place.choices, i] };
		return run(to.title, to.choices).text === null ? null : to;
	};
	for (const row of rows) {
		const title = row.id.replace(/-/g, '_');
		walk(row, { title, choices: [] }, (place) => run(place.title, place.choices), next, 'yarn', spoken);
		for (roll = 1; roll <= 2; roll++)
			same(run(`${title}_bark_idle`, []).text, spoken(row, said(row.barks.idle[roll === 1 ? 0 : row.barks.idle.length - 1])), `yarn ${row.id} bark`);
		same(run(`${title}_quest`, []).text, spoken(row, said(row.quest.hook)), `yarn ${row.id} quest`);
	}
});

await format('twee', async () => {
	const { parseTwee } = await load('extwee');
	const { decode } = require('html-entities');
	const story = parseTwee(read('cast.twee'));
	const passages = new Map(story.passages.map((p) => [p.name, p]));
	same(passages.size, story.passages.length, 'twee: names');
	same(story.start, 'Start', 'twee: start');
	same(/^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/.test(story.IFID ?? story.ifid), true, `twee: IFID ${story.IFID}`);
	// SugarCube's links: [[text|to]], whose text is taken as it is, and a macro whose text is wiki text.
	const link = (s) => {
		const plain = /^\[\[(.*)\|([a-zA-Z0-9_]+)\]\]$/.exec(s);
		const macro = /^<<link "([^"\\]*)" "([a-zA-Z0-9_]+)">><<\/link>>$/.exec(s);
		if (plain)
			return { text: plain[1], to: plain[2] };
		return macro ? { text: decode(macro[1]), to: macro[2] } : null;
	};
	const MARKUP = /\[\[|<|\{|\$|\/\/|''|--|__|==|~~|\^\^|@@|\\|`|^[!*#>]|[|%]/;
	const at = (name) => {
		const [first, ...others] = passages.get(name).text.split('\n');
		same(MARKUP.test(first), false, `twee ${name}: markup in ${first}`);
		const links = others.map(link);
		return { text: one(decode(first)), replies: links.map((l) => (l ? one(l.text) : null)), links };
	};
	const spoken = (row, s) => one(row ? `${nameOf(row)}: ${s}` : s);
	same(passages.get('Start').text.split('\n').length, rows.length, 'twee: everybody');
	for (const row of rows) {
		const entry = row.id.replace(/-/g, '_');
		const lines = passages.get(entry).text.split('\n');
		same(one(decode(lines[0])), one(nameOf(row)), `twee ${row.id} name`);
		same(lines.map(link).filter((l) => l).every((l) => passages.has(l.to)), true, `twee ${row.id} links`);
		const talk = lines.map(link).find((l) => l && l.text === 'Talk').to;
		walk(row, talk, at, (name, i) => (at(name).links[i].to === entry ? null : at(name).links[i].to), 'twee', spoken);
	}
});

await format('mermaid', async () => {
	const purify = (await load('dompurify')).default ?? require('dompurify');
	// It wants a browser for what it draws, not for what it reads.
	purify.addHook = () => {};
	purify.sanitize = (s) => s;
	const mermaid = (await import(pathToFileURL(path.join(path.resolve(modules), 'mermaid/dist/mermaid.core.mjs')))).default;
	mermaid.initialize({ maxTextSize: 1e7, maxEdges: 1e5 });
	const diagram = await mermaid.mermaidAPI.getDiagramFromText(read('cast.mermaid'));
	const shown = (s) => s.replace(/ﬂ°°(\d+)¶ß/g, (_, n) => String.fromCodePoint(Number(n)));
	const found = diagram.db.getVertices();
	const vertices = found instanceof Map ? [...found.values()] : Object.values(found);
	const labels = new Set(vertices.map((v) => shown(v.text)));
	const edges = diagram.db.getEdges();
	const ties = rows.flatMap((r) => r.ties);
	same(edges.length, ties.length, 'mermaid: edges');
	rows.forEach((r) => same(labels.has(nameOf(r)), true, `mermaid: ${nameOf(r)}`));
	ties.forEach((t, i) => same(one(shown(edges[i].text)), one(line(t.kind)), `mermaid: tie ${i}`));
});

// What of Dialogue Manager's compiler decides about a line, written from its source.
await format('godot-dialogue', async () => {
	for (const row of rows) {
		const titles = new Map();
		let lines = [];
		for (const l of read(`godot-dialogue/${row.id}.dialogue`).split('\n')) {
			if (l.startsWith('~ ')) {
				same(/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(l.slice(2)), true, `godot ${row.id}: title ${l}`);
				same(titles.has(l.slice(2)), false, `godot ${row.id}: title ${l} twice`);
				titles.set(l.slice(2), (lines = []));
			} else if (l !== '') {
				lines.push(l);
			}
		}
		const unescaped = (s) => bare(s.replaceAll('[lb]', '['));
		const spoken = (s) => {
			const parts = s.replaceAll('\\:', '\u0001').split(': ');
			const who = parts.length > 1 ? parts.shift() : '';
			const rest = parts.join(': ').replaceAll('\u0001', ':');
			same(/\{\{|=>|\\n|\[(?!lb\])/.test(rest + who), false, `godot ${row.id}: ${s}`);
			return { who: unescaped(who), text: unescaped(rest) };
		};
		const keyword = /^(import |using |#|~ |if |elif|else|while |match |when |do |do! |set |\$> |\$>> |=> |=>< |- |%|\| )/;
		const at = (title) => {
			const [first, ...others] = titles.get(title);
			same(keyword.test(first), false, `godot ${row.id}: begins ${first}`);
			const { who, text: rest } = spoken(first);
			const replies = others.filter((l) => l.startsWith('- ')).map((l) => {
				const [, reply, to] = /^- (.*) => ([a-zA-Z_0-9]+)$/.exec(l);
				const parsed = spoken(reply);
				same(parsed.who, '', `godot ${row.id}: ${reply} has a speaker`);
				return { text: parsed.text, to };
			});
			same(who, bare(nameOf(row).replace(/: /g, '： ').replace(/:/g, '：')), `godot ${row.id}: speaker`);
			return { text: one(rest), replies: replies.map((r) => one(r.text)), to: replies.map((r) => r.to) };
		};
		const first = [...titles.keys()][0];
		walk(row, first, at, (title, i) => (at(title).to[i] === 'END' ? null : at(title).to[i]), 'godot', (_, s) => one(bare(s)));
		same(titles.get('bark_idle').filter((l) => l.startsWith('% ')).length, row.barks.idle.length, `godot ${row.id}: barks`);
		same(spoken(titles.get('quest')[0]).text, bare(said(row.quest.hook)), `godot ${row.id}: quest`);
	}
});

// RFC 4180.
function csv(s) {
	const table = [[]];
	let at = 0;
	while (at < s.length) {
		let cell = '';
		if (s[at] === '"') {
			const m = /"((?:[^"]|"")*)"/y;
			m.lastIndex = at;
			const found = m.exec(s);
			cell = found[1].replaceAll('""', '"');
			at = m.lastIndex;
		} else {
			const m = /[^",\r\n]*/y;
			m.lastIndex = at;
			cell = m.exec(s)[0];
			at = m.lastIndex;
		}
		table.at(-1).push(cell);
		if (s[at] === ',') {
			at++;
		} else if (s.startsWith('\r\n', at)) {
			at += 2;
			if (at < s.length)
				table.push([]);
		} else {
			throw new Error(`csv: ${JSON.stringify(s.slice(at, at + 20))} at ${at}`);
		}
	}
	const [head, ...others] = table;
	others.forEach((r) => same(r.length, head.length, 'csv: columns'));
	return others.map((r) => Object.fromEntries(head.map((h, i) => [h, r[i]])));
}

await format('csv', async () => {
	const table = csv(read('cast.csv'));
	same(table.length, rows.length, 'csv: lines');
	rows.forEach((row, i) => {
		const cell = (v) => (/^[=+\-@＝＋－＠]/.test(clean(text(v))) ? `'${clean(text(v))}` : clean(text(v)));
		same(table[i].id, row.id, 'csv id');
		for (const member of ['name', 'home', 'flaw', 'greeting', 'personality'])
			same(table[i][member], cell(member === 'name' ? nameOf(row) : row[member]), `csv ${row.id} ${member}`);
		same(table[i].quest_hook, cell(row.quest.hook), `csv ${row.id} quest`);
		same(JSON.stringify(JSON.parse(table[i].dialogue)), JSON.stringify(row.dialogue), `csv ${row.id} dialogue`);
		for (const [column, value] of Object.entries(table[i]))
			same(/^[=+\-@\t\r＝＋－＠]/.test(value), false, `csv ${row.id} ${column}: a formula`);
	});
});

// Unreal's text for structs and arrays.
function unreal(s) {
	let at = 0;
	const value = () => {
		if (s[at] === '"') {
			const m = /"((?:[^"\\]|\\.)*)"/y;
			m.lastIndex = at;
			const found = m.exec(s);
			at = m.lastIndex;
			return found[1].replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
		}
		if (s[at] !== '(') {
			const m = /[^,)]*/y;
			m.lastIndex = at;
			const found = m.exec(s)[0];
			at = m.lastIndex;
			return Number(found);
		}
		at++;
		const list = [];
		const struct = {};
		while (s[at] !== ')') {
			const m = /([A-Za-z]+)=/y;
			m.lastIndex = at;
			const found = m.exec(s);
			if (found) {
				at = m.lastIndex;
				struct[found[1]] = value();
			} else {
				list.push(value());
			}
			if (s[at] === ',')
				at++;
			else if (s[at] !== ')')
				throw new Error(`unreal: ${s.slice(at, at + 20)}`);
		}
		at++;
		return Object.keys(struct).length ? struct : list;
	};
	return value();
}

await format('unreal', async () => {
	const table = JSON.parse(read('unreal.json'));
	const cells = csv(read('unreal.csv'));
	same(new Set(table.map((r) => r.Name)).size, rows.length, 'unreal: names');
	rows.forEach((row, i) => {
		const got = table[i];
		same(got.DisplayName, nameOf(row), `unreal ${row.id} name`);
		same(got.Greeting, clean(row.greeting), `unreal ${row.id} greeting`);
		same(got.Secrets.join('|'), row.secrets.map(clean).join('|'), `unreal ${row.id} secrets`);
		same(got.Dialogue.length, row.dialogue.nodes.length, `unreal ${row.id} dialogue`);
		same(Object.keys(got).slice(1).join(), Object.keys(cells[i]).slice(1).join(), 'unreal: columns');
		for (const [member, value] of Object.entries(got)) {
			const cell = cells[i][member === 'Name' ? '---' : member];
			const read = typeof value === 'object' ? unreal(cell) : cell;
			same(JSON.stringify(read), JSON.stringify(typeof value === 'object' ? value : String(value)), `unreal ${row.id} ${member}`);
		}
	});
});

await format('markdown', async () => {
	const { fromMarkdown } = await load('mdast-util-from-markdown');
	const textOf = (n) => (n.value !== undefined ? n.value : (n.children ?? []).map(textOf).join(''));
	const parts = read('cast.markdown').split(/^(?=## )/m);
	same(parts.length, rows.length, 'markdown: headings');
	// It takes its time over much text, and the characters are all of one kind.
	const step = rows.length > 60 ? 1 : 5;
	for (let i = 0; i < rows.length; i += step) {
		const row = rows[i];
		const types = new Set();
		const items = new Set();
		const heads = [];
		const visit = (n) => {
			types.add(n.type);
			if (n.type === 'listItem')
				items.add(one(textOf(n.children[0])));
			if (n.type === 'heading' && n.depth < 3)
				heads.push(one(textOf(n)));
			(n.children ?? []).forEach(visit);
		};
		visit(fromMarkdown(parts[i]));
		const strange = [...types].filter((t) => !['blockquote', 'heading', 'list', 'listItem', 'paragraph', 'root', 'strong', 'text'].includes(t));
		same(strange.join(), '', `markdown ${row.id}: nothing else`);
		same(heads.join('|'), one(nameOf(row)), `markdown ${row.id}: name`);
		for (const want of [...row.secrets.map(said), ...row.barks.idle.map(said), ...(line(row.flaw) ? [`Flaw: ${line(row.flaw)}`] : [])])
			same(items.has(one(want)), true, `markdown ${row.id}: ${want}`);
	}
});

await format('foundry', async () => {
	const { parse } = require('node-html-parser');
	for (const row of rows) {
		const actor = JSON.parse(read(`foundry/${row.id}.json`));
		same(actor.name, nameOf(row), `foundry ${row.id} name`);
		same(JSON.stringify(actor.flags.npc.row), JSON.stringify(row), `foundry ${row.id} row`);
		const html = actor.system.details.biography.value;
		const root = parse(html);
		same([...new Set(root.querySelectorAll('*').map((n) => n.rawTagName))].filter((t) => !['p', 'strong', 'h2', 'ul', 'li', 'br', 'wbr'].includes(t)).join(), '', `foundry ${row.id} elements`);
		same(/\[\[|@(?!<wbr>)/.test(html), false, `foundry ${row.id}: enrichers`);
		const facts = new Map(root.querySelectorAll('p').map((p) => [p.querySelector('strong').text, p.text]));
		if (line(row.flaw))
			same(one(facts.get('Flaw:')), one(`Flaw: ${line(row.flaw)}`), `foundry ${row.id} flaw`);
	}
});

await format('graphviz', async () => {
	const graph = JSON.parse(read('cast.dot.json'));
	const { decode } = require('html-entities');
	const shown = (s) => decode(s.replace(/\\(.)/g, '$1'));
	const objects = new Map(graph.objects.map((o) => [o.name, o]));
	rows.forEach((r) => same(shown(objects.get(r.id).label), nameOf(r), `graphviz: ${r.id}`));
	const ties = rows.flatMap((r) => r.ties.map((t) => ({ ...t, from: r.id })));
	same(graph.edges.length, ties.length, 'graphviz: edges');
	const got = graph.edges.map((e) => `${graph.objects[e.tail].name} ${shown(graph.objects[e.head].label)} ${shown(e.label)}`).sort();
	const want = ties.map((t) => `${t.from} ${anyName(t)} ${line(t.kind)}`).sort();
	got.forEach((g, i) => same(g, want[i], `graphviz: edge ${i}`));
});

await format('sillytavern-world', async () => {
	const { entries } = JSON.parse(read('world.json'));
	const all = Object.entries(entries);
	same(all.length, rows.reduce((n, r) => n + 1 + r.secrets.length, 0), 'world: entries');
	all.forEach(([key, e]) => {
		same(e.uid, Number(key), 'world: uid');
		same(/\{\{|@@|<(user|bot|char|start)>/i.test([e.content, ...e.key, e.comment].join(' ')), false, `world: macros in ${e.content}`);
	});
	rows.forEach((r) => same(all.some(([, e]) => bare(e.comment) === bare(nameOf(r))), true, `world: ${nameOf(r)}`));
});

await format('cards', async () => {
	for (const row of rows) {
		for (const version of ['v2', 'v3']) {
			const card = JSON.parse(read(`card-${version}/${row.id}.json`));
			const where = `card-${version} ${row.id}`;
			same(JSON.stringify(card.data.extensions.npc), JSON.stringify(row), `${where} row`);
			same(bare(card.name), bare(nameOf(row)), `${where} name`);
			for (const member of ['name', 'description', 'personality', 'scenario', 'first_mes', 'mes_example'])
				same(card[member], card.data[member], `${where} ${member}`);
			const { extensions, mes_example: example, tags, ...others } = card.data;
			same(/\{\{|@@|<(user|bot|char|start)>/i.test(JSON.stringify(others)), false, `${where}: macros`);
			const lore = card.data.character_book.entries.map((e) => bare(e.content));
			row.secrets.forEach((s) => same(lore.some((l) => l.endsWith(bare(clean(s)))), true, `${where}: secret ${s}`));
			same(lore.length >= row.secrets.length + row.ties.length, true, `${where}: ties`);
		}
	}
});

process.exit(failed ? 1 : 0);
