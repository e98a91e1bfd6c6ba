/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of process_confine(), for process.c alone. */
#ifndef REPORTING_SERVICE_CONFINE_H
#define REPORTING_SERVICE_CONFINE_H

#include "process.h"

/* Landlock: the paths, no TCP to elsewhere (or what connecting there takes), no
 * signals to other processes, as
 * far as the kernel knows these. *granted stays false where it has no Landlock.
 * FILE. */
FRANK_MUST_CHECK int confine_files(const struct process_paths *paths,
                                   bool *granted, struct frank_fault *fault);

/* seccomp: the system calls; connects as in struct process_paths. *granted
 * stays false where the kernel has none of it. The last step: it forbids the
 * others. FILE, MEMORY. */
FRANK_MUST_CHECK int confine_calls(bool connects, bool *granted,
                                   struct frank_fault *fault);

#endif
