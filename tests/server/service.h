/*
 * service: the addresses of a batch service, OpenAI's: files go up and down, batches are made, looked
 * at, listed, cancelled.
 *
 *	POST /v1/files			multipart, purpose=batch
 *	GET  /v1/files			GET /v1/files/ID	GET /v1/files/ID/content
 *	POST /v1/batches		GET /v1/batches?after=ID&limit=N
 *	GET  /v1/batches/ID		POST /v1/batches/ID/cancel
 *
 * What the test decides about, by POST, uncounted: /control/hold and /control/go stop batches where
 * they are and let them go on; /control/end/expired (completed, failed) says what becomes of them.
 *
 * Faults have a list of their own for each thing that can be asked (upload, files, file, content,
 * create, list, poll, cancel): the first time the first, and so on, then none. One with a status of
 * 300 and above refuses; any other is done to the answer, and what was asked has happened.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "batches.h"
#include "err.h"
#include "faults.h"
#include "json.h"
#include "reply.h"
#include "request.h"

enum service_op {
	SERVICE_NONE, /* it is none of ours */
	SERVICE_UPLOAD,
	SERVICE_FILES,
	SERVICE_FILE,
	SERVICE_CONTENT,
	SERVICE_CREATE,
	SERVICE_LIST,
	SERVICE_POLL,
	SERVICE_CANCEL,
	SERVICE_OPS
};

struct service {
	struct batches batches;
	struct slice faults[SERVICE_OPS]; /* those that are left, separated by commas */
};

/* "OP=NAME,NAME,…"; text must stay. */
int service_fault_option(struct service *s, const char *text, struct err *e);

enum service_op service_op(const struct request *q, struct slice *id);

/* Takes the next; -1: it is none. */
int service_fault(struct service *s, enum service_op op, struct fault *f, struct err *e);

/* Puts the answer. root is the body of SERVICE_CREATE, or NULL. wall in nanoseconds. */
void service_answer(struct service *s, enum service_op op, struct slice id, const struct request *q,
    const struct json *root, int64_t wall, struct reply_draft *d);

/* True: it was one of the test's. */
bool service_control(struct service *s, struct slice path);

#endif
