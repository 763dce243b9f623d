# Foundry VTT actors (JSON), to be taken in by Import Data
# A file each: ID.json
# HTML in which nothing is left for enrichers to find: an empty element parts what they look for.
def html: clean | @html | swap("\n"; "<br>") | part("[["; "[<wbr>[") | swap("@"; "@<wbr>");
def section($title; items): [items] | if . == [] then "" else "<h2>\($title)</h2><ul>" + (map("<li>\(.)</li>") | add) + "</ul>" end;

name as $name
| ([facts[] | "<p><strong>\(.label):</strong> \(.text | html)</p>"] | add // "") as $facts
| (section("Ties"; ties | tie_text($name) | html)
	+ section("Barks"; barks | "\(.key | html): \(.value | map(html) | join(" / "))")
	+ section("Quest"; .quest? | objects | "\(.title | html): \(.hook | html)", (.objectives | list[] | html), "Reward: \(.reward | html)")) as $more
| {
	name: $name,
	type: "npc",
	img: "icons/svg/mystery-man.svg",
	system: {details: {biography: {
		value: ($facts + $more + section("Secrets"; .secrets | list[] | html)),
		public: ([facts[] | select(.label | IN("Pronouns", "Occupation", "Home", "Appearance")) | "<p><strong>\(.label):</strong> \(.text | html)</p>"] | add // "")}}},
	prototypeToken: {name: $name, displayName: 20, actorLink: true, disposition: 0, texture: {src: "icons/svg/mystery-man.svg"}},
	items: [], effects: [], folder: null, flags: {npc: {row: .}}
}
| tojson, "\n"
