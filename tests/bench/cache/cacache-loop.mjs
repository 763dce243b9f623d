// npm's cacache asked one by one: the time in microseconds of a get by key, the median over
// hundreds.
//
//	node cacache-loop.mjs ENTRIES RUNS DIR
//
// Contents are of the sizes that store-loop's are; cacache checks what it reads, as the store does.
import { createHash } from 'node:crypto'
import cacache from 'cacache'

const [entries, runs, dir] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]]
const key = (i) => createHash('sha256').update(String(i)).digest('hex')
const size = (i) => 1500 + Math.floor(((i * 7) % 256) * 2500 / 255)

for (let i = 0; i < entries; i++)
	await cacache.put(dir, key(i), key(i).repeat(63).slice(0, size(i)))

const took = []
for (let run = 0; run <= runs; run++)
	for (let at = 0; at < entries; at += 100) {
		const from = process.hrtime.bigint()
		for (let i = at; i < at + 100; i++) {
			const got = await cacache.get(dir, key(i), { memoize: false })
			if (got.data.length !== size(i))
				throw new Error('not what was put')
		}
		if (run > 0) // the first only warms
			took.push(Number(process.hrtime.bigint() - from) / 1000 / 100)
	}
took.sort((a, b) => a - b)
console.log(took[Math.floor(took.length / 2)].toFixed(3))
