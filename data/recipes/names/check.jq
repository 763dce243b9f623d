($row.examples // [] | map(tostring | ascii_downcase)) as $examples
| ($row.n // 8) as $n
| [.given | ("feminine", "masculine", "neutral") as $list | {at: "/given/\($list)", name: .[$list][]}] as $given
| [{at: "/family", name: .family[]}] as $family
| (("feminine", "masculine") as $list | select((.given[$list] | length) < $n)
	| "/given/\($list): \(.given[$list] | length) names, where \($n) are wanted"),
(select((.family | length) < $n) | "/family: \(.family | length) names, where \($n) are wanted"),
(($given, $family)[] | select(.name | ascii_downcase | IN($examples[])) | "\(.at): \(.name) is among the examples"),
(($given, $family)[] | select(.name | split(" ")[] | worn[.]) | "\(.at): \(.name) is a worn-out name: find another"),
($given, $family | group_by(.name | ascii_downcase)[] | select(length > 1) | "\(.[0].at): \(.[0].name) is there twice"),
($given[] | select(.name | contains(" ")) | "\(.at): \(.name) has a blank in it"),
(($given, $family)[] | select(.name | test("^[^\\p{L}]|[0-9<>{}#@]")) | "\(.at): \(.name) is no name")
