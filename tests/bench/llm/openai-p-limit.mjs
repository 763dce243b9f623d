// The openai package with p-limit, as a careful user would write it: the client's own retries and
// checks, N calls at once. Prints how many answers had content, and how many calls failed.
//
//	node openai-p-limit.mjs -j N -u BASE-URL FILE
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import OpenAI from "openai";
import pLimit from "p-limit";

const { values, positionals } = parseArgs({
	options: { j: { type: "string", short: "j", default: "5" }, u: { type: "string", short: "u" } },
	allowPositionals: true,
});
const client = new OpenAI({ apiKey: "none", baseURL: values.u });
const limit = pLimit(Number(values.j));
const lines = readFileSync(positionals[0], "utf8").split("\n").filter(Boolean);
let good = 0, bad = 0;

await Promise.all(lines.map((line) => limit(async () => {
	try {
		const answer = await client.chat.completions.create(JSON.parse(line).body);
		if (answer.choices[0].message.content)
			good++;
		else
			bad++;
	} catch {
		bad++;
	}
})));
console.log(good, bad);
