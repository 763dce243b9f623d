usual($row; $answer),
(.chat | ascii_downcase
	| ("as an ai", "language model", "system prompt", "my instructions")
		as $slip | select(contains($slip)) | "/chat: nobody in this world says \($slip | tojson)"),
(select((.chat | flat | ascii_downcase) == (.turns[-1]?.text? // "" | flat | ascii_downcase)) | "/chat: it only repeats what was said last")
