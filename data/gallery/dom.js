// Making elements. A string among the children is text and never markup: nothing in this page
// writes HTML.

const SVG = "http://www.w3.org/2000/svg";

// filled: the element with attributes and children; an attribute that is null or false is left out.
function filled(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children.flat().filter(child => child !== null && child !== undefined));
	return element;
}

// make: an HTML element.
function make(name, attributes, ...children) {
	return filled(document.createElement(name), attributes, children);
}

// draw: an SVG element.
function draw(name, attributes, ...children) {
	return filled(document.createElementNS(SVG, name), attributes, children);
}

// button: one that does something.
function button(label, attributes, action) {
	const made = make("button", {type: "button", ...attributes}, label);
	made.addEventListener("click", action);
	return made;
}

function byId(id) {
	return document.getElementById(id);
}
