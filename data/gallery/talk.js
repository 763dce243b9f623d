// Playing a dialogue: what was said so far, and the replies that there are.

// readDialogue: its nodes by id, or null where there are none.
function readDialogue(dialogue) {
	const nodes = new Map();
	for (const node of listed(members(dialogue).nodes).filter(isObject)) {
		if (!nodes.has(said(node.id)))
			nodes.set(said(node.id), node);
	}
	if (nodes.size === 0)
		return null;
	const start = said(dialogue.start);
	return {nodes, start: nodes.has(start) ? start : nodes.keys().next().value};
}

// reply: one that can be chosen; a number key does it too.
function reply(choice, number, choose) {
	const made = button("", {class: "reply"}, choose);
	made.append(number < 9 ? make("kbd", {"aria-hidden": "true"}, String(number + 1)) : "", make("span", null, said(members(choice).text).slice(0, LONG) || "…"));
	return make("li", null, made);
}

// ending: how a conversation is over.
function ending(path, tree) {
	const at = path[path.length - 1];
	if (at.id === "END")
		return "The conversation is over.";
	return tree.nodes.has(at.id) ? "There is nothing to answer." : `This reply leads to “${brief(at.id, 64)}”, and there is no such node.`;
}

// turn: what was said at one place of the path.
function turn(step, tree, name) {
	const node = tree.nodes.get(step.id);
	return [step.reply === null ? null : make("li", {class: "line you"}, make("span", {class: "who"}, "You"), prose(step.reply, "speech")),
		node && step.id !== "END" ? make("li", {class: "line them"}, make("span", {class: "who"}, name), prose(node.text, "speech")) : null];
}

// press: number keys choose, and Backspace goes back.
function press(event, replies, back) {
	if (event.altKey || event.ctrlKey || event.metaKey)
		return;
	const buttons = [...replies.querySelectorAll("button")];
	const at = buttons.indexOf(document.activeElement);
	const move = {ArrowDown: at + 1, ArrowUp: at - 1}[event.key];
	if (/^[1-9]$/.test(event.key) && buttons[event.key - 1])
		buttons[event.key - 1].click();
	else if (event.key === "Backspace")
		back();
	else if (move !== undefined && buttons[move])
		buttons[move].focus();
	else
		return;
	event.preventDefault();
}

// talk: a dialogue, to be played.
function talk(dialogue, name) {
	const tree = readDialogue(dialogue);
	if (!tree)
		return shown(dialogue);
	let path = [{id: tree.start, reply: null}];
	const lines = make("ol", {class: "lines"});
	const log = make("div", {class: "log", role: "log", "aria-label": `Conversation with ${name}`, tabindex: "0"}, lines);
	const replies = make("ol", {class: "replies", "aria-label": "Your replies"});
	const end = make("p", {class: "ending", tabindex: "-1"});
	const go = next => {
		path = next;
		update();
		(replies.querySelector("button") ?? end).focus({preventScroll: true});
		log.scrollTop = log.scrollHeight;
	};
	const back = () => path.length > 1 && go(path.slice(0, -1));
	const backButton = button("Back", {class: "quiet back"}, back);
	const restartButton = button("Start again", {class: "quiet restart"}, () => go(path.slice(0, 1)));
	const update = () => {
		const at = path[path.length - 1];
		const choices = at.id === "END" ? [] : listed(tree.nodes.get(at.id)?.replies);
		lines.replaceChildren(...path.flatMap(step => turn(step, tree, name)).filter(line => line !== null));
		replies.replaceChildren(...choices.map((choice, i) => reply(choice, i, () =>
			go([...path, {id: said(members(choice).goto), reply: said(members(choice).text)}]))));
		end.textContent = choices.length === 0 ? ending(path, tree) : "";
		end.hidden = choices.length > 0;
		replies.hidden = choices.length === 0;
		backButton.disabled = restartButton.disabled = path.length === 1;
	};
	const box = make("div", {class: "talk"}, log, end, replies, make("div", {class: "talk-tools"}, backButton, restartButton));
	box.addEventListener("keydown", event => press(event, replies, back));
	update();
	return box;
}
