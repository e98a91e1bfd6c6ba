/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <string.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--json") == 0) {
        print_json();
    }
    if (sodium_init() < 0) {
        return 3;
    }
    if (argc == 2 && strcmp(argv[1], "--attachment-memory") == 0) {
        return bench_attachment_memory();
    }
    put_machine();
    bench_franking();
    bench_sealed();
    bench_attachment();
    return 0;
}
