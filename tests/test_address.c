/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of clients, and problem details as text. */
#include "address.h"
#include "problem.h"
#include "support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static struct http_address address(const char *text)
{
    struct http_address out;

    assert_true(address_read(&out, text));
    return out;
}

static void maps_ipv4_into_ipv6(void **state)
{
    struct sockaddr_in four = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(0xc0000201)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct http_address expected = address("192.0.2.1");
    struct http_address out;

    (void)state;
    address_of(&out, (struct sockaddr *)&four);
    assert_memory_equal(&out, &expected, sizeof out);
    assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.1", &six.sin6_addr),
                     1);
    address_of(&out, (struct sockaddr *)&six);
    assert_memory_equal(&out, &expected, sizeof out);
    assert_false(address_read(&out, "192.0.2"));
    assert_memory_equal(&out, &expected, sizeof out);
}

static void groups_ipv6_by_its_first_half(void **state)
{
    struct http_address a = address("2001:db8:1:2:3:4:5:6");
    struct http_address b = address("2001:db8:1:2::");
    struct http_address c = address("192.0.2.1");
    struct http_address same = c;

    (void)state;
    address_group(&a);
    assert_memory_equal(&a, &b, sizeof a);
    address_group(&c);
    assert_memory_equal(&c, &same, sizeof c);
}

static void leaves_out_what_does_not_fit(void **state)
{
    static char detail[PROBLEM_MAX_BYTES];
    static char out[PROBLEM_MAX_BYTES];
    char id[HTTP_ID_BYTES];

    (void)state;
    problem_id(id);
    for (size_t len = PROBLEM_MAX_BYTES - 256; len < sizeof detail; len++) {
        struct http_problem problem = {
            .status = 422, .name = "mac", .detail = detail, .evidence = 0};
        json_t *json;
        bool whole;
        size_t size;

        memset(detail, '"', len / 2);
        detail[len / 2] = '\0';
        memset(out, 'x', sizeof out);
        size = problem_json(out, &problem, id);
        assert_true(size <= sizeof out);
        json = json_loadb(out, size, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(json);
        whole = json_object_get(json, "detail") != NULL;
        assert_int_equal(json_object_size(json), whole ? 6 : 5);
        json_decref(json);
        problem.fault = &(struct frank_fault){.field = detail};
        size = problem_json(out, &problem, id);
        json = json_loadb(out, size, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(json);
        json_decref(json);
    }
}

static void titles_every_status(void **state)
{
    (void)state;
    assert_string_equal(problem_title(404), "Not Found");
    assert_string_equal(problem_title(500), "Internal Server Error");
    assert_string_equal(problem_title(499), "Error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_ipv4_into_ipv6),
        cmocka_unit_test(groups_ipv6_by_its_first_half),
        cmocka_unit_test(leaves_out_what_does_not_fit),
        cmocka_unit_test(titles_every_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
