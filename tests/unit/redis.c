/* Against a server of our own that says what no Redis would. */
#include "redis.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "check.h"
#include "clock.h"
#include "fs.h"
#include "mem.h"
#include "rng.h"

#define MS INT64_C(1000000)
#define TIMEOUT (400 * MS)

enum { ANSWERS = 8 };

static char place[] = "/tmp/npc-redis-XXXXXX";
static char url[128];

/* What was answered, by number. */
static struct {
	int n;
	bool there[ANSWERS];
	enum wire_verb verb[ANSWERS];
	char text[ANSWERS][512];
} said;

static void on_answer(void *ctx, const struct wire *m)
{
	size_t len = m->bytes.len < 511 ? m->bytes.len : 511;

	CHECK(ctx == &said && m->number < ANSWERS && !said.there[m->number]);
	said.n++;
	said.there[m->number] = true;
	said.verb[m->number] = m->verb;
	memset(said.text[m->number], 0, 512);
	if (len)
		memcpy(said.text[m->number], m->bytes.ptr, len);
}

/* ---- the server */

enum manner { ALL_AT_ONCE, BY_BYTES, THEN_CLOSE };

static int listen_there(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path, place, sizeof place);
	strcat(at.sun_path, "/s");
	unlink(at.sun_path);
	CHECK(bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0);
	return fd;
}

static _Noreturn void serve(int listener, struct slice script, enum manner manner)
{
	int fd = accept(listener, NULL, NULL);
	char bytes[4096];

	signal(SIGPIPE, SIG_IGN);
	close(listener);
	if (read(fd, bytes, sizeof bytes) <= 0)
		_exit(1);
	for (size_t i = 0; manner == BY_BYTES && i < script.len; i++)
		fs_write(fd, script.ptr + i, 1, NULL);
	if (manner != BY_BYTES)
		fs_write(fd, script.ptr, script.len, NULL);
	if (manner == THEN_CLOSE)
		_exit(0);
	while (read(fd, bytes, sizeof bytes) > 0)
		;
	_exit(0);
}

static pid_t start(struct slice script, enum manner manner)
{
	int listener = listen_there();
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		serve(listener, script, manner);
	close(listener);
	return pid;
}

/* ---- asking it: two gets and a put, 1, 2 and 3 */

static void begin(struct redis *r, enum wire_verb verb, uint64_t number)
{
	struct wire m = {.verb = verb, .number = number};

	CHECK(redis_room(r));
	if (verb == WIRE_PUT)
		m.bytes = slice_str("an entry");
	redis_begin(r, &m);
}

static void turn_until(struct redis *r, struct events *ev, int n)
{
	int64_t last = clock_mono() + 100 * TIMEOUT;

	while (said.n < n && clock_mono() < last) {
		int64_t at = redis_deadline(r);

		redis_turn(r, clock_mono());
		if (said.n < n)
			events_wait(ev, at < last ? at : last, clock_mono(), NULL);
	}
	CHECK(said.n == n && !redis_busy(r));
}

static void talk(const char *where, struct slice script, enum manner manner)
{
	struct redisurl u;
	struct events ev;
	struct redis_config config = {
	    .events = &ev, .url = &u, .timeout = TIMEOUT, .answer = on_answer, .ctx = &said};
	struct redis *r;
	pid_t pid = start(script, manner);

	memset(&said, 0, sizeof said);
	CHECK(redisurl_read(&u, where, NULL) == 0 && events_init(&ev, NULL) == 0);
	r = redis_new(&config, NULL);
	begin(r, WIRE_GET, 1);
	begin(r, WIRE_GET, 2);
	begin(r, WIRE_PUT, 3);
	turn_until(r, &ev, 3);
	/* One more: what was said too much must not be its answer. */
	begin(r, WIRE_GET, 4);
	turn_until(r, &ev, 4);
	redis_free(r);
	events_free(&ev);
	redisurl_free(&u);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static bool is(int number, enum wire_verb verb, const char *text)
{
	if (said.there[number] && said.verb[number] == verb && strstr(said.text[number], text))
		return true;
	printf("# %d: %d %s\n", number, said.verb[number], said.text[number]);
	return false;
}

/* ---- the tests */

static void good(void)
{
	static const char script[] = "$5\r\nhe\r\no\r\n$-1\r\n+OK\r\n";

	check_test("hit, miss, done");
	talk(url, slice_str(script), ALL_AT_ONCE);
	CHECK(is(1, WIRE_HIT, "he\r\no") && is(2, WIRE_MISS, "") && is(3, WIRE_DONE, ""));

	check_test("… a byte at a time");
	talk(url, slice_str(script), BY_BYTES);
	CHECK(is(1, WIRE_HIT, "he\r\no") && is(2, WIRE_MISS, "") && is(3, WIRE_DONE, ""));

	check_test("an error is an answer to one");
	talk(url, slice_str("-ERR a\r\n$1\r\nx\r\n-OOM b\r\n"), ALL_AT_ONCE);
	CHECK(is(1, WIRE_FAILED, "/s: ERR a") && is(2, WIRE_HIT, "x"));
	CHECK(is(3, WIRE_FAILED, "/s: OOM b"));
}

static void bad(void)
{
	static const char *const scripts[] = {":5\r\n", "+OK\r\n", "*1\r\n$1\r\na\r\n", "*0\r\n",
	    "*1000000000\r\n$1\r\na\r\n",
	    "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", "*2\r\n$-1\r\n$-1\r\n",
	    "HTTP/1.1 400 Bad Request\r\n\r\n", "$x\r\n", "$-2\r\n", "\r\n", "\0\0\0\0",
	    "%1\r\n+a\r\n+b\r\n", "_\r\n", "#t\r\n"};
	char *big = mem_array(1, (size_t)WIRE_ENTRY + (2 << 20));

	check_test("what is no answer to the question: all has failed, at once");
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		int64_t begun = clock_mono();

		talk(url, slice_make(scripts[i], i == 11 ? 4 : strlen(scripts[i])), ALL_AT_ONCE);
		if (!CHECK(is(1, WIRE_FAILED, "/s: ") && is(2, WIRE_FAILED, "/s: ") &&
			is(3, WIRE_FAILED, "/s: ") && is(4, WIRE_FAILED, "")))
			printf("# %s\n", scripts[i]);
		if (strncmp(scripts[i], "*1000", 5) != 0)
			CHECK(clock_mono() - begun < TIMEOUT);
	}

	check_test("more than was asked for is nobody's answer");
	talk(url, slice_str("$-1\r\n$-1\r\n+OK\r\n$5\r\nwrong\r\n"), THEN_CLOSE);
	CHECK(is(3, WIRE_DONE, "") && !strstr(said.text[4], "wrong"));

	check_test("half an answer is none");
	talk(url, slice_str("$5\r\nhel"), THEN_CLOSE);
	CHECK(is(1, WIRE_FAILED, "closed"));
	talk(url, slice_str("$5\r\nhel"), ALL_AT_ONCE);
	CHECK(is(1, WIRE_FAILED, "no answer for 0.4 s"));
	talk(url, slice_str("$99999999999\r\nhel"), ALL_AT_ONCE);
	CHECK(is(1, WIRE_FAILED, ""));

	check_test("an answer that never ends is not waited for");
	memcpy(big, "$999999999\r\n", 12);
	talk(url, slice_make(big, (size_t)WIRE_ENTRY + (2 << 20)), ALL_AT_ONCE);
	CHECK(is(1, WIRE_FAILED, "longer than 67108864"));
	free(big);
}

static void secrets(void)
{
	char where[256];

	check_test("a server that says the password back is not quoted");
	snprintf(where, sizeof where, "redis+unix://:s3cret@%s/s?db=2", place);
	talk(where, slice_str("-ERR s3cret\r\n"), ALL_AT_ONCE);
	CHECK(is(1, WIRE_FAILED, "refused the user or the password"));
	CHECK(!strstr(said.text[1], "s3cret"));
	talk(where, slice_str("+OK\r\n-ERR no db for s3cret\r\n"), ALL_AT_ONCE);
	CHECK(is(1, WIRE_FAILED, "the server refused") && !strstr(said.text[1], "s3cret"));
	talk(where, slice_str("+OK\r\n+OK\r\n-ERR s3cret\r\n$-1\r\n+OK\r\n$-1\r\n"), ALL_AT_ONCE);
	CHECK(is(1, WIRE_FAILED, "the server refused") && !strstr(said.text[1], "s3cret"));
	CHECK(is(2, WIRE_MISS, "") && is(3, WIRE_DONE, ""));
}

/* Under the sanitizers this finds what reads beyond. */
static void any_bytes(void)
{
	static const char *const words[] = {"$", "*", "+", "-", ":", "\r\n", "1", "5\r\nhello",
	    "-1", "0", "+OK\r\n", "$-1\r\n", "$1\r\na\r\n", "*1\r\n", "99", "x", "\n"};
	struct rng rng = {11};
	int hits = 0;

	check_test("any bytes: each is answered once");
	for (int i = 0; i < 300; i++) {
		struct buf b = {0};

		buf_str(&b, "");
		for (uint64_t n = 1 + rng_below(&rng, 12); n; n--)
			buf_str(&b, words[rng_below(&rng, sizeof words / sizeof *words)]);
		talk(url, buf_all(&b), THEN_CLOSE);
		for (int k = 1; k <= 4; k++)
			hits += said.verb[k] == WIRE_HIT;
		buf_free(&b);
	}
	CHECK(hits > 0);
}

static void nobody(void)
{
	struct redisurl u;
	struct events ev;
	struct redis_config config = {
	    .events = &ev, .url = &u, .timeout = TIMEOUT, .answer = on_answer, .ctx = &said};
	struct redis *r;
	char path[128];

	check_test("nobody there: failed at once, and again");
	snprintf(path, sizeof path, "%s/s", place);
	unlink(path);
	memset(&said, 0, sizeof said);
	CHECK(redisurl_read(&u, url, NULL) == 0 && events_init(&ev, NULL) == 0);
	r = redis_new(&config, NULL);
	for (uint64_t i = 0; i < 4; i++)
		begin(r, WIRE_GET, i);
	CHECK(said.n == 4 && is(3, WIRE_FAILED, "/s: cannot connect: No such file"));
	redis_free(r);
	redis_free(NULL);
	events_free(&ev);
	redisurl_free(&u);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(place))
		return 1;
	snprintf(url, sizeof url, "redis+unix://%s/s", place);
	good();
	bad();
	secrets();
	any_bytes();
	nobody();
	rmdir(place);
	return check_done();
}
