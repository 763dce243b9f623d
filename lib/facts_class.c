#include "facts_impl.h"

static const struct entry {
	uint32_t class;
	const char *words;
} entries[] = {
    {FACTS_A, "a an"},
    {FACTS_THE, "the"},
    {FACTS_BE, "is am are he's she's they're"},
    {FACTS_I_AM, "i'm"},
    {FACTS_I, "i"},
    {FACTS_WORKS, "works work serves toils labours"},
    {FACTS_AS, "as"},
    {FACTS_OF, "of"},
    {FACTS_ADVERB, "now still only just also already today mostly really"},
    {FACTS_LINK, "and"},
    {FACTS_WHO, "who"},
    {FACTS_LIFE, "living life years duties place post job trade earns employed"},
    {FACTS_WORK, "work works working trade"},
    {FACTS_GENERAL, "that only what which being good"},
    {FACTS_BECAME, "became"},
    {FACTS_LIVES, "lives live resides reside dwells dwell lodges lodge"},
    {FACTS_PLACE, "in at on by near behind beside above below under outside aboard"},
    {FACTS_DWELLING, "home house"},
    {FACTS_POSSESSIVE, "his her their my"},
    {FACTS_AGED, "aged"},
    {FACTS_YEAR, "year years winters summers"},
    {FACTS_OLD, "old age"},
    {FACTS_HE,
	"father brother uncle son husband grandfather master nephew stepfather godfather "
	"widower grandson"},
    {FACTS_SHE,
	"mother sister aunt daughter wife grandmother mistress niece stepmother godmother "
	"widow granddaughter"},
    {FACTS_EITHER,
	"parents brothers sisters sons daughters cousin cousins friend friends neighbour "
	"neighbours neighbor neighbors partner rival twin sweetheart enemy somebody "
	"someone everybody everyone people"},
    {FACTS_SMALL,
	"one two three four five six seven eight nine ten eleven twelve thirteen "
	"fourteen fifteen sixteen seventeen eighteen nineteen"},
    {FACTS_TENS, "twenty thirty forty fifty sixty seventy eighty ninety"},
};

static void put(struct facts_word *table, const struct entry *e, uint64_t hash, uint32_t place)
{
	struct facts_word *w = table + (facts_class(table, hash) - table);

	w->hash = hash;
	w->class |= e->class;
	if (e->class == FACTS_SMALL)
		w->number = place;
	else if (e->class == FACTS_TENS)
		w->number = 10 + 10 * place;
}

void facts_fill(struct facts_word table[FACTS_WORDS])
{
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		struct slice rest = slice_str(entries[i].words);

		for (uint32_t place = 1; rest.ptr; place++)
			put(table, &entries[i], wordhash_hash(slice_split(&rest, ' ')), place);
	}
}
