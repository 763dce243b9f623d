"""aiohttp with N workers on one session. Prints how many answers had content, and how many calls failed.

	python3 aiohttp-loop.py -j N -u URL FILE
"""
import argparse
import asyncio
import json

import aiohttp


async def work(session, url, lines, counts):
    for line in lines:
        try:
            async with session.post(url, json=json.loads(line)["body"]) as response:
                answer = await response.json()
                counts[0 if answer["choices"][0]["message"]["content"] else 1] += 1
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, KeyError):
            counts[1] += 1


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-j", type=int, default=5)
    parser.add_argument("-u")
    parser.add_argument("file")
    args = parser.parse_args()
    counts = [0, 0]
    connector = aiohttp.TCPConnector(limit=args.j)
    with open(args.file, encoding="utf-8") as lines:
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(work(session, args.u, lines, counts) for _ in range(args.j)))
    print(*counts)


asyncio.run(main())
