# How good answers are: lines of questions with `relevant`, the ids of their evidence, and `recall`,
# what was found, best first. Called with jq -n.
#
# recall@K is how much of a question's evidence is among the first K, on average over the questions;
# mrr the mean of 1 / the place of the first that is evidence, 0 where none was found.

def mean: if length == 0 then 0 else add / length end;

[inputs | .relevant as $evidence | [.recall[].id] as $found | {
	places: [$evidence[] | . as $id | $found | index($id) | select(. != null)],
	of: ($evidence | length)
}]
| . as $all
| def at($k): [$all[] | (.places | map(select(. < $k)) | length) / .of] | mean * 1000 | round / 1000;
{
	questions: length, "recall@1": at(1), "recall@2": at(2), "recall@5": at(5), "recall@10": at(10),
	mrr: ([.[] | if .places == [] then 0 else 1 / ((.places | min) + 1) end] | mean * 1000 | round / 1000)
}
