# make            builds every program into build/
# make demo       installs what is missing, builds, and makes a village
# make check      installs what is missing, builds, and runs every test
# make lint       style, floors, manual pages, scripts
# make bench      speed, beside other tools in the same run
# make install    PREFIX (default /usr/local) and DESTDIR as usual; make uninstall
#
# SANITIZE=address,undefined builds in a folder of its own. CFLAGS and LDFLAGS are the user's.

PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
OBJ = build

WARN = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wformat=2
ifdef CI
WARN += -Werror
endif
ifdef SANITIZE
OBJ = build-sanitize
MODE = -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
COMPILE = $(CC) -std=c11 -D_GNU_SOURCE -Ilib $(WARN) $(MODE) $(CPPFLAGS) $(CFLAGS) -MMD -MP


# Linked statically: found at run time, it would be most of what a program takes to start.
PCRE2 = -l:libpcre2-8.a
STORE = -l:libsodium.a -l:libxxhash.a -l:libzstd.a
REDIS = -l:libhiredis.a
CURL = -lcurl
ZLIB = -l:libz.a
WORDS = -l:libutf8proc.a -l:libstemmer.a
MEMORY = -l:libsqlite3.a $(WORDS)

programs := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
modules := $(wildcard lib/*.c)
drivers := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
server := $(patsubst %.c,$(OBJ)/%.o,$(wildcard tests/server/*.c))
pages := $(wildcard cmd/*.1 man/*.[157])
scripts := $(wildcard scripts/npc-*)
pieces := $(wildcard scripts/batch/*.bash)

all: $(addprefix $(OBJ)/,$(programs))

$(OBJ)/libnpc.a: $(modules:%.c=$(OBJ)/%.o)
	rm -f $@
	$(AR) rcs $@ $^

$(OBJ)/npc-%: $(OBJ)/cmd/npc-%.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PCRE2) -lm

# Only npc-llm talks to anybody, and needs no patterns.
$(OBJ)/npc-llm: $(OBJ)/cmd/npc-llm.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CURL) -lm

$(OBJ)/npc-cache: $(OBJ)/cmd/npc-cache.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(STORE) -lm

$(OBJ)/npc-batch-lines: $(OBJ)/cmd/npc-batch-lines.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(STORE) -lm

$(OBJ)/npc-recall: $(OBJ)/cmd/npc-recall.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(MEMORY) $(STORE) -lm

$(OBJ)/npc-census: $(OBJ)/cmd/npc-census.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ -l:libzstd.a -lm

$(OBJ)/npc-card: $(OBJ)/cmd/npc-card.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ZLIB) -lm

# What knows a remote store is a program of its own, so that npc-cache links none of it.
$(OBJ)/npc-cache-redis: $(OBJ)/cmd/npc-cache-redis.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(REDIS) $(STORE) -lm

$(OBJ)/npc-cache-http: $(OBJ)/cmd/npc-cache-http.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CURL) $(STORE) -lm

# The server that tests talk to, and the loop that npc-llm is measured by.
$(OBJ)/tests/server/server: $(server) $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lz -lm

$(OBJ)/tests/bench/llm/curl-loop: $(OBJ)/tests/bench/llm/curl-loop.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CURL)

$(OBJ)/tests/redis: $(OBJ)/tests/unit/redis.o $(OBJ)/libnpc.a
	@mkdir -p $(@D)
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(REDIS) $(STORE) -lm

# What the store and npc-cache are measured by.
$(OBJ)/tests/bench/cache/%: $(OBJ)/tests/bench/cache/%.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(OBJ)/tests/bench/cache/store-loop: $(OBJ)/tests/bench/cache/store-loop.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(STORE)

$(OBJ)/tests/bench/cache/redis-loop: $(OBJ)/tests/bench/cache/redis-loop.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lhiredis

# What npc-recall is measured by.
$(OBJ)/tests/bench/recall/%: $(OBJ)/tests/bench/recall/%.o $(OBJ)/tests/bench/recall/made.o \
		$(OBJ)/tests/bench/recall/sqlite.o $(OBJ)/libnpc.a
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(MEMORY) -lm

# Only those that call libcurl need it when they run.
$(OBJ)/tests/%: $(OBJ)/tests/unit/%.o $(OBJ)/libnpc.a
	@mkdir -p $(@D)
	$(CC) $(MODE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PCRE2) $(STORE) $(ZLIB) $(MEMORY) -Wl,--as-needed $(CURL) -lm

$(OBJ)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

$(OBJ)/tests/unit/%.o: tests/unit/%.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -Itests/unit -c -o $@ $<

deps:
	@scripts/deps build

demo: deps
	@$(MAKE) -s all
	@scripts/demo

tests: $(addprefix $(OBJ)/tests/,$(drivers)) $(OBJ)/tests/server/server

check:
	@scripts/deps build check
	@$(MAKE) -s all tests
	@OBJ=$(OBJ) tests/run

lint:
	@scripts/lint

bench:
	@scripts/deps build check bench
	@$(MAKE) -s all tests $(OBJ)/tests/bench/llm/curl-loop \
		$(addprefix $(OBJ)/tests/bench/cache/,store-loop redis-loop bare-loop empty) \
		$(addprefix $(OBJ)/tests/bench/recall/,emit scan rows fts insert append asked)
	@tests/bench/run
	@tests/bench/llm.sh
	@tests/bench/cache.sh
	@tests/bench/recall.sh
	@tests/bench/census.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/npc
	install $(addprefix $(OBJ)/,$(programs)) $(scripts) $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/libexec/npc/batch
	install -m 644 $(pieces) $(DESTDIR)$(PREFIX)/libexec/npc/batch
	cp -R data/. $(DESTDIR)$(PREFIX)/share/npc
	chmod -R u=rwX,go=rX $(DESTDIR)$(PREFIX)/share/npc
	for page in $(pages); do \
		section=$${page##*.}; \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$$section/$${page##*/} || exit 1; \
	done

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(programs) $(notdir $(scripts)))
	rm -rf $(DESTDIR)$(PREFIX)/share/npc $(DESTDIR)$(PREFIX)/libexec/npc
	for page in $(notdir $(pages)); do \
		rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page || exit 1; \
	done

clean:
	rm -rf build build-sanitize

.PHONY: all deps demo tests check lint bench install uninstall clean
.SECONDARY:
.DELETE_ON_ERROR:

-include $(wildcard $(OBJ)/lib/*.d $(OBJ)/cmd/*.d $(OBJ)/tests/unit/*.d \
	$(OBJ)/tests/server/*.d $(OBJ)/tests/bench/llm/*.d $(OBJ)/tests/bench/cache/*.d $(OBJ)/tests/bench/recall/*.d)
