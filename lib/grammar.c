#include "grammar.h"

#include <math.h>
#include <stdlib.h>

#include "english.h"
#include "grammar_impl.h"
#include "mem.h"
#include "utf8.h"

/* How deep actions may stand in one another, and how much of a rule an error shows, in bytes. */
enum { NESTING = 16, EXCERPT = 80 };

const struct grammar_modifier grammar_modifiers[] = {{"capitalize", english_capitalize},
    {"capitalizeAll", english_capitalize_all}, {"a", english_article}, {"s", english_plural},
    {"ed", english_past}};

/* FNV-1a. */
uint64_t grammar_hash(struct slice s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
	return h ^ h >> 32;
}

struct grammar_reference grammar_refer(struct slice name)
{
	struct slice rest = name;

	return (struct grammar_reference){
	    name, grammar_hash(name), grammar_hash(slice_split(&rest, '/')), GRAMMAR_NONE};
}

size_t grammar_find(const struct grammar *g, struct slice name, uint64_t hash)
{
	for (size_t i = hash & g->mask; g->table[i] != GRAMMAR_NONE; i = (i + 1) & g->mask) {
		const struct grammar_symbol *s = &g->symbols[g->table[i]];

		if (s->hash == hash && slice_eq(s->name, name))
			return g->table[i];
	}
	return GRAMMAR_NONE;
}

/* ---- compiling a rule */

struct parser {
	struct grammar *g;
	struct slice symbol;
	size_t rule; /* from 1; 0 where no rule is being read */
	struct buf text; /* the rule's */
	size_t at;
	size_t depth;
	struct err *e;
};

static int fail(const struct parser *p, const char *what)
{
	struct slice text = buf_all(&p->text);
	bool cut = text.len > EXCERPT;

	err_set(p->e, "%s", what);
	text.len = cut ? utf8_cut(text.ptr, EXCERPT) : text.len;
	if (p->rule > 0 && text.len > 0)
		err_set(p->e, "%s: \"%.*s%s\"", what, SLICE_FMT(text), cut ? "…" : "");
	if (p->rule > 0)
		err_wrap(p->e, "rule %zu", p->rule);
	return err_wrap(p->e, "%s: symbol \"%.*s\"", p->g->file, SLICE_FMT(p->symbol));
}

/* The copies are never longer than the document was, which is how large texts is. */
static struct slice keep(struct grammar *g, struct slice text)
{
	char *to = g->texts + g->n_texts;

	if (text.len)
		memcpy(to, text.ptr, text.len);
	g->n_texts += text.len;
	return slice_make(to, text.len);
}

static size_t add_node(struct grammar *g, enum grammar_node_kind kind)
{
	g->nodes = mem_more(g->nodes, g->n_nodes, &g->nodes_cap, sizeof *g->nodes);
	g->nodes[g->n_nodes] = (struct grammar_node){.kind = kind, .end = g->n_nodes + 1};
	return g->n_nodes++;
}

/* The byte to be read, or -1 at the end. */
static int peek(const struct parser *p)
{
	return p->at < p->text.len ? (unsigned char)p->text.ptr[p->at] : -1;
}

static struct slice read_until(struct parser *p, const char *stops)
{
	size_t from = p->at;

	while (peek(p) > 0 ? !strchr(stops, peek(p)) : peek(p) == 0)
		p->at++;
	return slice_make(p->text.ptr + from, p->at - from);
}

static int parse_sequence(struct parser *p, bool part);

static int parse_parts(struct parser *p, size_t push)
{
	size_t n = 0;

	do {
		size_t part = add_node(p->g, GRAMMAR_NODE_PART);

		p->at++;
		if (++n > GRAMMAR_PARTS)
			return fail(p, "an action with more than 64 rules");
		if (parse_sequence(p, true) < 0)
			return -1;
		p->g->nodes[part].end = p->g->n_nodes;
	} while (peek(p) == ',');
	if (peek(p) != ']')
		return fail(p, "a [ without its ]");
	p->at++;
	p->g->nodes[push].end = p->g->n_nodes;
	return 0;
}

static int parse_action(struct parser *p)
{
	struct slice name;
	size_t node;

	p->at++;
	name = read_until(p, ":][#");
	if (peek(p) != ':')
		return fail(p, "an action is written [symbol:rule]");
	if (name.len == 0)
		return fail(p, "an action without a symbol");
	node = add_node(p->g, GRAMMAR_NODE_PUSH);
	p->g->nodes[node].ref = grammar_refer(keep(p->g, name));
	if (!slice_starts(slice_make(p->text.ptr + p->at, p->text.len - p->at), ":POP]"))
		return parse_parts(p, node);
	p->g->nodes[node].kind = GRAMMAR_NODE_POP;
	p->at += strlen(":POP]");
	return 0;
}

static int parse_modifier(struct parser *p, struct grammar_node *node)
{
	struct slice name;
	unsigned char i = 0;

	p->at++;
	name = read_until(p, ".#");
	while (i < sizeof grammar_modifiers / sizeof *grammar_modifiers &&
	    !slice_is(name, grammar_modifiers[i].name))
		i++;
	if (i == sizeof grammar_modifiers / sizeof *grammar_modifiers)
		return fail(
		    p, "an unknown modifier (capitalize, capitalizeAll, a, s, ed are known)");
	if (node->n_modifiers == GRAMMAR_MODIFIERS)
		return fail(p, "too many modifiers");
	node->modifiers[node->n_modifiers++] = i;
	return 0;
}

static int parse_symbol(struct parser *p)
{
	size_t node = add_node(p->g, GRAMMAR_NODE_SYMBOL);
	struct slice name;

	p->at++;
	while (peek(p) == '[')
		if (parse_action(p) < 0)
			return -1;
	name = read_until(p, ".#[]");
	if (peek(p) == -1 || peek(p) == '[' || peek(p) == ']')
		return fail(p, "a # without its #");
	if (name.len == 0)
		return fail(p, "a ## without a symbol");
	p->g->nodes[node].ref = grammar_refer(keep(p->g, name));
	p->g->nodes[node].end = p->g->n_nodes;
	while (peek(p) == '.')
		if (parse_modifier(p, &p->g->nodes[node]) < 0)
			return -1;
	if (peek(p) == -1)
		return fail(p, "a # without its #");
	p->at++;
	return 0;
}

/* Plain text up to what is none. */
static int parse_text(struct parser *p, bool part)
{
	struct grammar *g = p->g;
	size_t node = add_node(g, GRAMMAR_NODE_TEXT), from = g->n_texts;

	while (peek(p) != -1 && !(peek(p) && strchr(part ? "#[]," : "#[]", peek(p)))) {
		if (peek(p) == '\\' && ++p->at == p->text.len)
			return fail(p, "a \\ at the end");
		keep(g, slice_make(p->text.ptr + p->at++, 1));
	}
	g->nodes[node].ref.name = slice_make(g->texts + from, g->n_texts - from);
	return 0;
}

static int parse_sequence(struct parser *p, bool part)
{
	int got = 0;

	if (++p->depth > NESTING)
		return fail(p, "actions stand too deep in one another");
	while (got == 0 && peek(p) != -1) {
		if (part && (peek(p) == ',' || peek(p) == ']'))
			break;
		if (peek(p) == '#')
			got = parse_symbol(p);
		else if (peek(p) == '[')
			got = parse_action(p);
		else if (peek(p) == ']')
			got = fail(p, "a ] without its [");
		else
			got = parse_text(p, part);
	}
	p->depth--;
	return got;
}

/* ---- compiling the rest */

static int read_weight(struct parser *p, const struct json *entry, double *weight)
{
	const struct json *v = json_get(entry, "weight");

	*weight = 1;
	if (!v)
		return 0;
	if (v->type == JSON_NUMBER)
		*weight = json_double(v);
	if (v->type != JSON_NUMBER || !(*weight > 0) || isinf(*weight))
		return fail(p, "a weight is a number above 0");
	return 0;
}

static int add_rule(struct parser *p, const struct json *entry)
{
	const struct json *text = entry;
	struct grammar *g = p->g;
	struct grammar_rule rule = {.first = g->n_nodes, .weight = 1};

	p->rule++;
	buf_clear(&p->text);
	if (entry->type == JSON_OBJECT) {
		text = json_get(entry, "text");
		if (read_weight(p, entry, &rule.weight) < 0)
			return -1;
	}
	if (!json_is(text, JSON_STRING))
		return fail(p, "a rule is a string or {\"text\":string,\"weight\":number}");
	json_unescape(text, &p->text);
	p->at = p->depth = 0;
	if (parse_sequence(p, false) < 0)
		return -1;
	rule.end = g->n_nodes;
	g->rules = mem_more(g->rules, g->n_rules, &g->rules_cap, sizeof *g->rules);
	g->rules[g->n_rules++] = rule;
	return 0;
}

static int add_list(struct parser *p, const struct json *v, size_t *list)
{
	struct grammar *g = p->g;
	struct grammar_list l = {.first = g->n_rules, .bits = g->words};

	p->rule = 0;
	if (v->type != JSON_STRING && v->type != JSON_ARRAY)
		return fail(p, "neither a rule nor an array of rules");
	if (v->type == JSON_ARRAY && v->count == 0)
		return fail(p, "there is no rule");
	if (v->type == JSON_STRING && add_rule(p, v) < 0)
		return -1;
	if (v->type == JSON_ARRAY)
		for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i))
			if (add_rule(p, i) < 0)
				return -1;
	l.n = g->n_rules - l.first;
	for (size_t i = l.first; i < g->n_rules; i++)
		l.weighted |= g->rules[i].weight != 1;
	g->words += (l.n + 63) / 64;
	g->lists = mem_more(g->lists, g->n_lists, &g->lists_cap, sizeof *g->lists);
	*list = g->n_lists;
	g->lists[g->n_lists++] = l;
	return 0;
}

static struct slice keep_string(struct parser *p, const struct json *v)
{
	buf_clear(&p->text);
	json_unescape(v, &p->text);
	return keep(p->g, buf_all(&p->text));
}

static int add_fork(struct parser *p, const struct json *name)
{
	struct grammar *g = p->g;
	struct grammar_fork f = {.key = keep_string(p, name)};

	if (add_list(p, json_value(name), &f.list) < 0)
		return -1;
	g->forks = mem_more(g->forks, g->n_forks, &g->forks_cap, sizeof *g->forks);
	g->forks[g->n_forks++] = f;
	return 0;
}

static int add_choice(struct parser *p, const struct json *v, struct grammar_symbol *s)
{
	const struct json *by = json_get_type(v, "by", JSON_STRING);

	if (!by || v->count < 2)
		return fail(p, "an object of rules has a string \"by\" and cases");
	s->by = keep_string(p, by);
	s->first = p->g->n_forks;
	for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i))
		if (json_value(i) != by && add_fork(p, i) < 0)
			return -1;
	s->n = p->g->n_forks - s->first;
	return 0;
}

static int add_symbol(struct parser *p, const struct json *name)
{
	struct grammar *g = p->g;
	struct grammar_symbol s = {.name = keep_string(p, name)};
	const struct json *v = json_value(name);
	size_t i;

	p->symbol = s.name;
	p->rule = 0;
	s.hash = grammar_hash(s.name);
	if (v->type == JSON_OBJECT ? add_choice(p, v, &s) < 0 : add_list(p, v, &s.list) < 0)
		return -1;
	for (i = s.hash & g->mask; g->table[i] != GRAMMAR_NONE;)
		i = (i + 1) & g->mask;
	g->table[i] = g->n_symbols;
	g->symbols[g->n_symbols++] = s;
	return 0;
}

static void resolve_all(struct grammar *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i].kind == GRAMMAR_NODE_SYMBOL) {
			struct grammar_reference *r = &g->nodes[i].ref;

			r->symbol = grammar_find(g, r->name, r->hash);
		}
}

static struct grammar *make(const struct json *root, const char *file)
{
	struct grammar *g = mem_array(1, sizeof *g);
	size_t size = 8;

	while (size < 2 * (size_t)root->count)
		size *= 2;
	g->file = mem_copy(file, strlen(file));
	g->texts = mem_array(root->len, 1);
	g->symbols = mem_array(root->count, sizeof *g->symbols);
	g->table = mem_array(size, sizeof *g->table);
	g->mask = size - 1;
	for (size_t i = 0; i < size; i++)
		g->table[i] = GRAMMAR_NONE;
	return g;
}

struct grammar *grammar_compile(const struct json *root, const char *file, struct err *e)
{
	struct parser p = {.e = e};
	struct grammar *g;

	if (!json_is(root, JSON_OBJECT)) {
		err_set(e, "%s: a grammar is an object of symbols", file);
		return NULL;
	}
	g = p.g = make(root, file);
	for (const struct json *i = json_first(root); i != json_end(root); i = json_next(i))
		if (add_symbol(&p, i) < 0) {
			grammar_free(g);
			g = NULL;
			break;
		}
	if (g)
		resolve_all(g);
	buf_free(&p.text);
	return g;
}

void grammar_free(struct grammar *g)
{
	if (!g)
		return;
	free(g->file);
	free(g->texts);
	free(g->symbols);
	free(g->table);
	free(g->forks);
	free(g->lists);
	free(g->rules);
	free(g->nodes);
	free(g);
}

bool grammar_has(const struct grammar *g, struct slice symbol)
{
	return grammar_find(g, symbol, grammar_hash(symbol)) != GRAMMAR_NONE;
}
