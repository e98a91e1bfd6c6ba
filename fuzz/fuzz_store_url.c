/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken for an address of the store is one to libcurl as well, whether
 * it reads the path as it is or resolves it; and byte ranges are within what
 * they are of. The first byte says how long the file is. */
#include "fuzz.h"
#include "range.h"
#include "store_url.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX "https://media.example:8443/files/"

static void holds_part(CURLU *url, CURLUPart part, const char *is, size_t len)
{
    char *text = NULL;

    HOLDS(curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK);
    HOLDS(strncasecmp(text, is, len) == 0);
    curl_free(text);
}

static void holds_url(const char *text, unsigned flags)
{
    CURLU *url = curl_url();
    char *user = NULL;

    if (url == NULL) {
        return;
    }
    HOLDS(curl_url_set(url, CURLUPART_URL, text, flags) == CURLUE_OK);
    holds_part(url, CURLUPART_SCHEME, "https", sizeof "https");
    holds_part(url, CURLUPART_HOST, "media.example", sizeof "media.example");
    holds_part(url, CURLUPART_PORT, "8443", sizeof "8443");
    holds_part(url, CURLUPART_PATH, "/files/", strlen("/files/"));
    HOLDS(curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER);
    curl_url_cleanup(url);
}

static void holds_ranges(const char *text, uint64_t size)
{
    struct byte_range range = {0, 0};
    uint64_t total;

    if (range_asked(&range, text, size) == RANGE_PART) {
        HOLDS(range.first <= range.last && range.last < size);
    }
    if (range_given(&range, &total, text)) {
        HOLDS(range.first <= range.last && range.last < total);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (text == NULL || size == 0) {
        free(text);
        return 0;
    }
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (store_url_is_below((struct frank_span){data + 1, size - 1}, PREFIX)) {
        HOLDS(strlen(text) == size - 1);
        holds_url(text, CURLU_PATH_AS_IS);
        holds_url(text, 0);
    }
    if (store_url_is_prefix(text)) {
        HOLDS(
            !store_url_is_below((struct frank_span){data + 1, size - 1}, text));
    }
    holds_ranges(text, data[0]);
    free(text);
    return 0;
}
