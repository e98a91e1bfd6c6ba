/* SPDX-License-Identifier: Apache-2.0 */
/* frankd's configuration: whatever stands in it, it is read or refused with a
 * message; what was read can be printed, and reads the same again. */
#include "fuzz.h"
#include "settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings;
    struct settings again;
    struct options_memory *memory = NULL;
    struct options_memory *more = NULL;
    struct options_error error = {{0}};
    char *text = NULL;
    size_t len = 0;
    FILE *out;

    if (options_read_text(&settings, &memory, &settings_options,
                          (const char *)data, size, "fuzz", &error)) {
        (void)!settings_check(&settings, &error);
        out = open_memstream(&text, &len);
        HOLDS(out != NULL);
        options_print(out, &settings_options, &settings, true);
        HOLDS(fclose(out) == 0);
        HOLDS(options_read_text(&again, &more, &settings_options, text, len,
                                "again", &error));
        HOLDS(again.threads == settings.threads &&
              again.body_timeout == settings.body_timeout &&
              again.body_memory == settings.body_memory &&
              again.rate_reporter.count == settings.rate_reporter.count &&
              again.listen.count == settings.listen.count &&
              strcmp(again.data, settings.data) == 0);
        free(text);
    } else {
        HOLDS(error.text[0] != '\0');
    }
    options_free(memory);
    options_free(more);
    return 0;
}
