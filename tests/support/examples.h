/* SPDX-License-Identifier: Apache-2.0 */
/* The worked examples and key files of docs/WIRE.md, made again from their
 * inputs. */
#ifndef TESTS_EXAMPLES_H
#define TESTS_EXAMPLES_H

#include "support.h"

/* Room for any example. */
struct bytes {
    uint8_t data[8192];
    size_t len;
};

struct example {
    const char *name;
    void (*make)(struct bytes *out); /* out is empty */
};

/* Each closed by one without a name. */
extern const struct example examples_franking[];
extern const struct example examples_sealed[];
extern const struct example examples_service[];
extern const struct example examples_bundle[];

struct key_file {
    const char *name;
    char *(*make)(void); /* free() it */
};

extern const struct key_file examples_key_files[];

/* The text of the example reporter-token; free() it. */
char *examples_reporter_token(void);

void examples_put(struct bytes *out, const void *data, size_t len);

#endif
