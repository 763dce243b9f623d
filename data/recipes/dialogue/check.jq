# The nodes that can be come to from a list of them.
def reached($next):
	(. + [.[] | $next[.][]?] | unique) as $more
	| if $more == . then . else $more | reached($next) end;

usual($row; $answer),
(.dialogue
	| [.nodes[].id] as $ids
	| (reduce .nodes[] as $node ({}; .[$node.id] += [$node.replies[].goto])) as $next
	| (reduce .nodes[] as $node ({}; reduce $node.replies[].goto as $to (.; .[$to] += [$node.id]))) as $before
	| ([.start] | reached($next)) as $seen
	| (["END"] | reached($before)) as $ending
	| (select(.start | IN($ids[]) | not) | "/dialogue/start: no node is called \(.start | tojson)"),
	($ids | group_by(.)[] | select(length > 1) | "/dialogue/nodes: two nodes are called \(.[0] | tojson)"),
	(.nodes | to_entries[] | .key as $i | .value.replies | to_entries[]
		| select(.value.goto | . != "END" and (IN($ids[]) | not))
		| "/dialogue/nodes/\($i)/replies/\(.key)/goto: no node is called \(.value.goto | tojson)"),
	($ids | unique[] | select(IN($seen[]) | not)
		| "/dialogue/nodes: nothing leads from the start to \(tojson): lead to it, or leave it out"),
	($ids | unique[] | select(IN($seen[]) and (IN($ending[]) | not))
		| "/dialogue/nodes: from \(tojson) no way leads to END"))
