/*
 * grammar_impl: what a compiled grammar is made of, for grammar.c, which makes it, and
 * grammar_run.c, which expands it. Nobody else includes this.
 */
#ifndef GRAMMAR_IMPL_H
#define GRAMMAR_IMPL_H

#include "grammar.h"

/* Modifiers of a symbol, and rules of an action (they are drawn with the bits of one word). */
enum { GRAMMAR_MODIFIERS = 6, GRAMMAR_PARTS = 64 };

/* No symbol. */
#define GRAMMAR_NONE SIZE_MAX

/* A symbol that is asked for, with all that looking it up takes. */
struct grammar_reference {
	struct slice name;
	uint64_t hash;
	uint64_t head; /* of the name up to its first slash */
	size_t symbol; /* of the rule's own grammar, or none */
};

enum grammar_node_kind {
	GRAMMAR_NODE_TEXT,
	GRAMMAR_NODE_SYMBOL,
	GRAMMAR_NODE_PUSH,
	GRAMMAR_NODE_PART,
	GRAMMAR_NODE_POP
};

/*
 * Rules are trees in preorder: what is inside a node (a symbol's actions, a push's parts, a part's
 * nodes) stands between it and end.
 */
struct grammar_node {
	enum grammar_node_kind kind;
	unsigned char n_modifiers;
	unsigned char modifiers[GRAMMAR_MODIFIERS];
	size_t end;
	struct grammar_reference ref; /* GRAMMAR_NODE_TEXT: only its name, the text */
};

struct grammar_rule {
	size_t first, end; /* nodes */
	double weight;
};

struct grammar_list {
	size_t first, n; /* rules */
	size_t bits; /* where its bits begin, in words */
	bool weighted;
};

struct grammar_fork {
	struct slice key;
	size_t list;
};

struct grammar_symbol {
	struct slice name;
	uint64_t hash;
	size_t list; /* or, where by.ptr is not NULL, unused */
	struct slice by; /* leads into the row */
	size_t first, n; /* forks */
};

struct grammar {
	char *file;
	char *texts; /* all texts, one behind the other */
	size_t n_texts;
	struct grammar_symbol *symbols;
	size_t n_symbols;
	size_t *table; /* symbols by their hash, open addressing */
	size_t mask;
	struct grammar_fork *forks;
	size_t n_forks, forks_cap;
	struct grammar_list *lists;
	size_t n_lists, lists_cap;
	struct grammar_rule *rules;
	size_t n_rules, rules_cap;
	struct grammar_node *nodes;
	size_t n_nodes, nodes_cap;
	size_t words; /* of bits for all lists */
};

/* The functions that modifiers name, in the order of their numbers. */
extern const struct grammar_modifier {
	const char *name;
	void (*apply)(struct buf *b, size_t at);
} grammar_modifiers[];

uint64_t grammar_hash(struct slice s);
struct grammar_reference grammar_refer(struct slice name);

/* The symbol's number, or GRAMMAR_NONE. */
size_t grammar_find(const struct grammar *g, struct slice name, uint64_t hash);

#endif
