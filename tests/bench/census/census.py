"""What npc-census does, in plain Python: for the bench, and to hold its figures against."""

import collections
import json
import math
import re
import sys
import zlib

PROSE = ("appearance", "background", "personality", "skills", "secrets", "greeting")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def near_duplicates(sets):
    """Pairs with a Jaccard similarity above one half, by prefix filtering (Chaudhuri et al., 2006)."""
    frequency = collections.Counter(gram for grams in sets for gram in grams)
    index = collections.defaultdict(list)
    pairs = []
    for i in sorted(range(len(sets)), key=lambda i: len(sets[i])):
        grams = sets[i]
        prefix = sorted(grams, key=lambda gram: (frequency[gram], gram))
        near = set()
        for gram in prefix[: len(grams) - math.ceil(0.5 * len(grams)) + 1]:
            near.update(index[gram])
            index[gram].append(i)
        for j in near:
            both = len(grams & sets[j])
            if both / (len(grams) + len(sets[j]) - both) > 0.5:
                pairs.append((i, j))
    return pairs


def main():
    ids, ties = {}, []
    names, firsts = collections.Counter(), collections.Counter()
    grams = [collections.Counter() for _ in range(3)]
    openings = collections.Counter()
    compared = collections.defaultdict(list)
    packer, raw, packed = zlib.compressobj(), 0, 0
    mentions = collections.Counter()
    for line in open(sys.argv[1], encoding="utf-8"):
        row = json.loads(line)
        number = ids.setdefault(row["id"], len(ids))
        names[row["name"].lower()] += 1
        firsts[row["name"].split(" ")[0].lower()] += 1
        ties += [(row["id"], tie["to"]) for tie in row["ties"]]
        prose = []
        for member in PROSE:
            total, shingles = 0, set()
            for text in strings(row.get(member)):
                words = WORD.findall(text.lower())
                if len(words) < 5:
                    continue
                total += len(words)
                for n in range(3):
                    some = [tuple(words[i : i + n + 1]) for i in range(len(words) - n)]
                    grams[n].update(some)
                shingles.update(some)
                openings[member, tuple(words[:4])] += 1
                data = (text + "\n").encode()
                raw += len(data)
                packed += len(packer.compress(data))
                prose.append(" ".join(words))
            if total >= 40:
                compared[member].append((number, shingles))
        for fact in ("occupation", "home"):
            value = " ".join(WORD.findall(row[fact].lower()))
            mentions[fact] += any(f" {value} " in f" {text} " for text in prose)
    packed += len(packer.flush())
    near, pairs = set(), 0
    for texts in compared.values():
        for i, j in near_duplicates([shingles for _, shingles in texts]):
            pairs += 1
            near |= {texts[i][0], texts[j][0]}
    edges = set(ties)
    figures = {
        "rows": len(ids),
        "unique_names": len(names) / len(ids),
        "unique_first_names": len(firsts) / len(ids),
        "compression_ratio": raw / packed,
        "same_openings": sum(n for n in openings.values() if n > 1) / sum(openings.values()),
        "near_duplicates": len(near) / len(ids),
        "near_duplicate_pairs": pairs,
        "dangling_ties": sum(to not in ids for _, to in ties),
        "reciprocity": sum((to, by) in edges for by, to in ties) / len(ties),
    }
    for n in range(3):
        figures[f"distinct_{n + 1}"] = len(grams[n]) / sum(grams[n].values())
    for fact, n in mentions.items():
        figures[f"mentions_{fact}"] = n / len(ids)
    print(json.dumps(figures))


main()
