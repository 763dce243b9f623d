#include "words_impl.h"

/*
 * The words that bind a sentence together and say nothing of what it is about: articles, pronouns,
 * prepositions, conjunctions, auxiliaries, and the adverbs of question, place and degree that stand
 * in every other sentence. A word that also names a thing is left out where the thing is common.
 * They are written as they are after folding and before stemming: dont for don't.
 */
/* clang-format off */
static const char english[] =
    "a about after again against all also although am among an and any are arent as at "
    "be because been before being between both but by can cannot cant could couldnt did "
    "didnt do does doesnt doing done dont down during each either else few for from had "
    "hadnt has hasnt hath have havent having he her here hers herself him himself his "
    "how however i if im in into is isnt it its itself ive just let many me might mine "
    "more most much must mustnt my myself neither no none nor not now of off on once "
    "only onto or other our ours ourselves out over shall she should shouldnt since so "
    "some such than that thats the thee their theirs them themselves then there these "
    "they thine this those thou though through thus thy tis to too toward towards under "
    "until unto up upon us very was wasnt we were werent what whatever when where "
    "whether which while who whom whose why will with within without wont would wouldnt "
    "ye yet you your youre yours yourself yourselves";

static const char german[] =
    "aber alle allem allen aller alles als also am an andere anderen auch auf aus bei "
    "beim bin bis bist da damit dann das dass dein deine deinem deinen deiner dem den "
    "denn der des dessen dich die dies diese diesem diesen dieser dieses dir doch dort "
    "du durch ein eine einem einen einer eines er es etwas euch euer eure für gegen habe "
    "haben hat hatte hatten hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins "
    "ist ja jede jeden jeder jedes jetzt kann kein keine keinem keinen keiner können man "
    "mein meine meinem meinen meiner mich mir mit muss nach nicht nichts noch nun nur ob "
    "oder ohne schon sehr sein seine seinem seinen seiner seit sich sie sind so soll um "
    "und uns unser unsere unter vom von vor war waren warum was weil wenn wer werde "
    "werden wie wieder will wir wird wo wurde wurden während würde zu zum zur zwischen "
    "über";

static const char french[] =
    "a ai ainsi as au aucun aussi autre aux avait avec avez avoir avons bien c car ce "
    "cela ces cet cette ceux chez comme comment d dans de des donc dont du elle elles en "
    "encore entre es est et eu eux fait font il ils j je l la le les leur leurs lui là m "
    "ma mais me mes moi mon même n ne ni nos notre nous on ont ou où par parce pas peu "
    "plus pour pourquoi qu quand que quel quelle qui quoi s sa sans se sera ses si son "
    "sont sous suis sur t ta te tes toi ton tous tout toute toutes très tu un une vos "
    "votre vous y à ça étaient était être";

static const char spanish[] =
    "a al algo ante antes aquel aquella aquí así aunque cada como con contra cual cuando "
    "cuál cuándo cómo de del desde donde dos durante dónde e el ella ellas ellos en "
    "entre era eran eres es esa esas ese eso esos esta estaba estado estamos estar estas "
    "este esto estos estoy está están fue fueron ha había han has hasta hay he la las le "
    "les lo los me mi mis mucho muy más mí nada ni no nos nosotros nuestra nuestro o os "
    "otra otro para pero poco por porque pues que quien quién qué se sea ser si sido sin "
    "sobre somos son soy su sus sí también tan tanto te tiene todo todos tu tus tú un "
    "una unas uno unos y ya yo él";

static const char italian[] =
    "a abbia ad ai al alla alle allo anche ancora avere aveva c che chi ci come con "
    "contro cosa così cui d da dagli dai dal dalla dalle degli dei del dell della delle "
    "dello di dopo dove e ed era erano essere fa fra fu gli ha hai hanno ho i il in io l "
    "la le lei li lo loro lui m ma me mi mia mie miei mio molto negli nei nel nell nella "
    "nelle nello noi non nostra nostro o ogni per perché però più po poi prima qual "
    "quale quando quanto quella quelle quelli quello questa queste questi questo qui s "
    "se sei senza si sia siamo sono stata stato su sua sue sugli sui sul sulla sulle suo "
    "suoi t te ti tra tu tua tue tuo tutti tutto un una uno v vi voi è";

static const char portuguese[] =
    "a ainda ao aos aquela aquele aquilo as assim até cada com como da das de dela dele "
    "deles depois do dos e ela elas ele eles em entre era eram essa essas esse esses "
    "esta estas estava este estes estou está estão eu foi foram haver há isso isto já "
    "lhe lhes mais mas me mesmo meu meus minha minhas muito na nas nem no nos nossa "
    "nosso num numa não nós o onde os ou para pela pelas pelo pelos pois por porque "
    "porém qual quando que quem se sem ser seu seus sobre sou sua suas são só também te "
    "tem teu tinha toda todas todo todos tu tua tudo têm um uma umas uns você vocês vos "
    "à às é";

static const char dutch[] =
    "aan al alle alles als altijd ander andere ben bij daar dan dat de deze die dit doch "
    "doen door dus een en er ge geen haar had hadden heb hebben heeft hem hen het hier "
    "hij hoe hun ik in is ja je jij jou jouw jullie kan kon kunnen maar me meer men met "
    "mij mijn mn moet na naar niet niets nog nu of om omdat onder ons onze ook op over "
    "reeds s t te tegen toch toen tot u uit uw van veel voor waar waarom wanneer want "
    "waren was wat we wel werd wie wij wil worden wordt ze zei zelf zich zij zijn zn zo "
    "zonder zou";

static const char russian[] =
    "а без более бы был была были было быть в вам вас ведь весь во вот все всего всех вы "
    "где да даже для до его ее ей ему если есть еще ещё её же за здесь и из или им их к "
    "как какая какой когда кто ли либо мне может мой моя мы на над не него нее ней нет "
    "неё ни них но ну о об однако он она они оно от очень по под после потому при про "
    "раз с сам свой своя себя со так также такой там тебе тебя то того тоже той только "
    "том тот ты у уже хотя чего чем что чтоб чтобы чья эта эти это этого этой этом этот "
    "я";
/* clang-format on */

static const struct {
	const char *names, *list;
} lists[] = {
    {"english eng en porter", english},
    {"german deu ger de", german},
    {"french fra fre fr", french},
    {"spanish spa esl es", spanish},
    {"italian ita it", italian},
    {"portuguese por pt", portuguese},
    {"dutch nld dut nl", dutch},
    {"russian rus ru", russian},
};

static bool names_it(const char *names, const char *language)
{
	struct slice rest = slice_str(names);

	while (rest.ptr)
		if (slice_is(slice_split(&rest, ' '), language))
			return true;
	return false;
}

void words_stop_init(struct words_stop *s, const char *language)
{
	struct slice rest;

	*s = (struct words_stop){0};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (names_it(lists[i].names, language))
			s->list = lists[i].list;
	if (!s->list)
		return;
	for (rest = slice_str(s->list); rest.ptr;) {
		struct slice word = slice_split(&rest, ' ');
		size_t slot = words_hash(word) % WORDS_STOP_SLOTS;

		while (s->at[slot])
			slot = (slot + 1) % WORDS_STOP_SLOTS;
		s->at[slot] = (uint16_t)(word.ptr - s->list + 1);
	}
}

bool words_stop_has(const struct words_stop *s, struct slice word)
{
	size_t slot = words_hash(word) % WORDS_STOP_SLOTS;

	if (!s->list)
		return false;
	for (; s->at[slot]; slot = (slot + 1) % WORDS_STOP_SLOTS) {
		const char *have = s->list + s->at[slot] - 1;

		if (strncmp(have, word.ptr, word.len) == 0 &&
		    (have[word.len] == ' ' || have[word.len] == '\0'))
			return true;
	}
	return false;
}
