usual($row; $answer),
(.chat | ascii_downcase
	| ("as an ai", "language model", "system prompt", "my instructions")
		as $slip | select(contains($slip)) | "/chat: nobody in this world says \($slip | tojson)"),
(def plain: strings | flat | ascii_downcase | split(" ") | map(select(length > 0));
	select([.chat | plain] == [.turns[-1]?.text?, .text | plain][:1]) | "/chat: it only repeats what was said last")
