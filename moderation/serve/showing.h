/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a look shows: verdicts, texts, and where the bytes of pictures, sounds
 * and films can be had. Those are answers of their own, that a browser takes
 * for nothing else and runs nothing of.
 */
#ifndef MODERATION_SERVE_SHOWING_H
#define MODERATION_SERVE_SHOWING_H

#include "call.h"
#include "looking.h"

/* Puts what a report says, and what is proven about it, into the answer. The
 * look is in the log. `raw` in the body: with each content as it was sent. */
void show_look(struct call *call, const struct looking *looking,
               uint64_t second_look);

#endif
