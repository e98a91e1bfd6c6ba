/* SPDX-License-Identifier: Apache-2.0 */
/* The small parts of a service: journal, metrics, rate limits. */
#include "journal.h"
#include "metrics.h"
#include "rates.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Journal
 * -------------------------------------------------------------------- */

static char said[8192];

/* What `speak` writes to standard error. */
static const char *listen_to(void (*speak)(void))
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    ssize_t n;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    speak();
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    (void)close(ends[1]);
    (void)close(saved);
    n = read(ends[0], said, sizeof said - 1);
    said[n > 0 ? n : 0] = '\0';
    (void)close(ends[0]);
    return said;
}

static json_t *line(void (*speak)(void))
{
    json_t *root = json_loads(listen_to(speak), 0, NULL);

    assert_non_null(root);
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
    return root;
}

static void speak_plainly(void)
{
    JOURNAL(JOURNAL_INFO, "started", JOURNAL_TEXT("what", "a \"thing\"\\"),
            JOURNAL_NUMBER("count", UINT64_MAX));
}

static void a_line_is_one_json_object(void **state)
{
    json_t *root;

    (void)state;
    (void)listen_to(speak_plainly);
    assert_non_null(strstr(said, "\"count\":18446744073709551615"));
    *strstr(said, ",\"count\"") = '}';
    *(strchr(said, '}') + 1) = '\0';
    root = json_loads(said, 0, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "what")),
                        "a \"thing\"\\");
    assert_string_equal(json_string_value(json_object_get(root, "level")),
                        "info");
    assert_int_equal(json_string_length(json_object_get(root, "time")), 24);
    json_decref(root);
}

static void speak_harmfully(void)
{
    static char text[3000];

    memset(text, 'x', sizeof text - 1);
    memcpy(text, "\x1b[31m\n\xff", 7);
    JOURNAL(JOURNAL_WARNING, "odd", JOURNAL_TEXT("a", text),
            JOURNAL_TEXT("b", text), JOURNAL_TEXT("c", text),
            JOURNAL_TEXT("d", text), JOURNAL_TEXT("e", text));
}

static void harmful_and_long_text_stays_within_its_line(void **state)
{
    json_t *root = line(speak_harmfully);

    (void)state;
    assert_true(strlen(said) <= 2048);
    assert_null(strchr(said, '\x1b'));
    json_decref(root);
}

static void speak_of_faults(void)
{
    const struct frank_fault file = {FRANK_ERR_FILE, "open", 0, ENOENT, 0};

    journal_fault(JOURNAL_ERROR, "cannot-start", "keyring", &file);
}

static void speak_of_modes(void)
{
    const struct frank_fault mode = {FRANK_ERR_PERMISSION, "others can read it",
                                     0, 0644, 0};

    journal_fault(JOURNAL_ERROR, "cannot-start", "keyring", &mode);
}

static void speak_of_values(void)
{
    const struct frank_fault value = {FRANK_ERR_VALUE, "version", 3, 2, 1};

    journal_fault(JOURNAL_ERROR, "cannot-start", "keyring", &value);
}

static void faults_say_what_where_and_why(void **state)
{
    (void)state;
    json_decref(line(speak_of_faults));
    assert_non_null(strstr(said, "open: No such file"));
    json_decref(line(speak_of_modes));
    assert_non_null(strstr(said, "mode 0644, 0600 wanted"));
    json_decref(line(speak_of_values));
    assert_non_null(strstr(said, "version"));
}

static void speak_softly(void)
{
    journal_level(JOURNAL_WARNING);
    JOURNAL(JOURNAL_INFO, "started", JOURNAL_NUMBER("n", 1));
    journal_level(JOURNAL_INFO);
    JOURNAL(JOURNAL_INFO, "heard", JOURNAL_NUMBER("n", 1));
}

static void lines_below_the_level_are_dropped(void **state)
{
    (void)state;
    json_decref(line(speak_softly));
    assert_null(strstr(said, "started"));
}

/* ---- Metrics
 * -------------------------------------------------------------------- */

static void metrics_are_in_the_text_format(void **state)
{
    static const char *const labels[] = {"a", "b", "other", NULL};
    struct metric counter = {.name = "x_total",
                             .kind = METRIC_COUNTER,
                             .help = "things",
                             .label = "kind",
                             .label_values = labels};
    struct metric gauge = {.name = "y", .kind = METRIC_GAUGE, .help = "level"};
    struct metric times = {.name = "z_seconds",
                           .kind = METRIC_HISTOGRAM,
                           .help = "time",
                           .bounds = {1000, 5000}};
    struct metric *const all[] = {&counter, &gauge, &times};
    char *text;

    (void)state;
    metric_add(&counter, metric_label(&counter, "b"), 2);
    metric_add(&counter, metric_label(&counter, "unheard of"), 1);
    metric_set(&gauge, 0, 7);
    metric_observe(&times, 1000);
    metric_observe(&times, 2000);
    metric_observe(&times, 9000);
    text = metrics_text(all, 3);
    assert_non_null(text);
    assert_string_equal(text, "# HELP x_total things\n# TYPE x_total counter\n"
                              "x_total{kind=\"a\"} 0\nx_total{kind=\"b\"} 2\n"
                              "x_total{kind=\"other\"} 1\n"
                              "# HELP y level\n# TYPE y gauge\ny 7\n"
                              "# HELP z_seconds time\n"
                              "# TYPE z_seconds histogram\n"
                              "z_seconds_bucket{le=\"0.001\"} 1\n"
                              "z_seconds_bucket{le=\"0.005\"} 2\n"
                              "z_seconds_bucket{le=\"+Inf\"} 3\n"
                              "z_seconds_sum 0.012000\nz_seconds_count 3\n");
    free(text);
}

static bool no_stream;
static bool full_stream;

FILE *__real_open_memstream(char **text, size_t *len);
FILE *__wrap_open_memstream(char **text, size_t *len);
FILE *__wrap_open_memstream(char **text, size_t *len)
{
    return no_stream ? NULL : __real_open_memstream(text, len);
}

int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
int __wrap_fclose(FILE *file)
{
    return __real_fclose(file) != 0 || full_stream ? EOF : 0;
}

static void no_text_where_memory_runs_out(void **state)
{
    struct metric gauge = {.name = "y", .kind = METRIC_GAUGE, .help = "level"};
    struct metric *const all[] = {&gauge};

    (void)state;
    metric_add(&gauge, 0, 3);
    assert_int_equal(metric_value(&gauge, 0), 3);
    no_stream = true;
    assert_null(metrics_text(all, 1));
    no_stream = false;
    full_stream = true;
    assert_null(metrics_text(all, 1));
    full_stream = false;
}

/* ---- Rates
 * ---------------------------------------------------------------------- */

static struct rates *rates;

static void make_rates(uint64_t count, uint64_t per_ms, size_t slots)
{
    assert_int_equal(rates_new(&rates, count, per_ms, slots, NULL), FRANK_OK);
}

static struct frank_span key(const char *text)
{
    return support_text(text);
}

static void so_many_at_once_and_then_as_time_goes(void **state)
{
    (void)state;
    make_rates(3, 60000, 64);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rates_take(rates, key("a"), 1000), 0);
    }
    assert_int_equal(rates_take(rates, key("a"), 1000), 20000);
    assert_int_equal(rates_take(rates, key("a"), 20999), 1);
    assert_int_equal(rates_take(rates, key("a"), 21000), 0);
    assert_int_equal(rates_take(rates, key("a"), 21000), 20000);
    assert_int_equal(rates_take(rates, key("b"), 21000), 0);
    rates_free(rates);
}

static void nothing_is_lost_or_won_in_many_small_steps(void **state)
{
    unsigned granted = 0;

    (void)state;
    make_rates(7, 1000, 64);
    for (uint64_t now = 0; now < 100000; now++) {
        granted += rates_take(rates, key("a"), now) == 0;
    }
    assert_int_equal(granted, 7 + 7 * 100 - 1);
    rates_free(rates);
}

static void time_that_leaps_is_harmless(void **state)
{
    (void)state;
    make_rates(2, 1000, 64);
    assert_int_equal(rates_take(rates, key("a"), 5000), 0);
    assert_int_equal(rates_take(rates, key("a"), 1000), 0);
    assert_true(rates_take(rates, key("a"), 1000) > 0);
    assert_int_equal(rates_take(rates, key("a"), UINT64_MAX), 0);
    assert_int_equal(rates_take(rates, key("a"), UINT64_MAX), 0);
    assert_true(rates_take(rates, key("a"), UINT64_MAX) > 0);
    rates_free(rates);
}

static void off_is_no_limit(void **state)
{
    (void)state;
    make_rates(0, 1, 8);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(rates_take(rates, key("a"), 0), 0);
    }
    rates_give_back(rates, key("a"), 0);
    rates_free(rates);
}

static void what_is_given_back_can_be_taken_again(void **state)
{
    (void)state;
    make_rates(1, 1000, 64);
    assert_int_equal(rates_take(rates, key("a"), 0), 0);
    rates_give_back(rates, key("a"), 0);
    rates_give_back(rates, key("a"), 0); /* no more than there can be */
    assert_int_equal(rates_take(rates, key("a"), 0), 0);
    assert_true(rates_take(rates, key("a"), 0) > 0);
    rates_free(rates);
}

/* Whoever is limited most is forgotten last. */
static void a_full_table_forgets_who_took_least(void **state)
{
    char name[32];

    (void)state;
    make_rates(3, 1000000, 8);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rates_take(rates, key("greedy"), 0), 0);
    }
    for (int i = 0; i < 500; i++) {
        (void)snprintf(name, sizeof name, "other-%d", i);
        assert_int_equal(rates_take(rates, key(name), 0), 0);
    }
    assert_true(rates_take(rates, key("greedy"), 0) > 0);
    rates_free(rates);
}

static void refuses_rates_beyond_its_arithmetic(void **state)
{
    struct frank_fault fault;

    (void)state;
    rates = NULL;
    assert_int_equal(rates_new(&rates, UINT64_MAX / 2, 2, 8, &fault),
                     FRANK_ERR_LIMIT);
    assert_int_equal(rates_new(&rates, 1, UINT64_MAX, 8, &fault),
                     FRANK_ERR_LIMIT);
    assert_int_equal(rates_new(&rates, 1, 1, SIZE_MAX / 2 + 1, &fault),
                     FRANK_ERR_MEMORY);
    assert_null(rates);
}

/* The greatest that is taken: exact still, and however far time leaps. */
static void the_greatest_rate_is_exact(void **state)
{
    const uint64_t most = UINT64_MAX / 2;

    (void)state;
    make_rates(1, most, 8);
    assert_int_equal(rates_take(rates, key("a"), 0), 0);
    assert_int_equal(rates_take(rates, key("a"), 0), most);
    assert_int_equal(rates_take(rates, key("a"), most - 1), 1);
    assert_int_equal(rates_take(rates, key("a"), UINT64_MAX), 0);
    rates_free(rates);
    make_rates(1, 0, 8); /* of no time: of a millisecond */
    assert_int_equal(rates_take(rates, key("a"), 0), 0);
    assert_int_equal(rates_take(rates, key("a"), 0), 1);
    rates_free(rates);
    rates_free(NULL);
}

static void *take_many(void *granted)
{
    for (int i = 0; i < 20000; i++) {
        *(unsigned *)granted += rates_take(rates, key("a"), 0) == 0;
    }
    return NULL;
}

static void threads_share_a_limit(void **state)
{
    unsigned granted[4] = {0};
    pthread_t threads[4];

    (void)state;
    make_rates(30000, 1000, 64);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            pthread_create(&threads[i], NULL, take_many, &granted[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_int_equal(granted[0] + granted[1] + granted[2] + granted[3], 30000);
    rates_free(rates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_json_object),
        cmocka_unit_test(harmful_and_long_text_stays_within_its_line),
        cmocka_unit_test(faults_say_what_where_and_why),
        cmocka_unit_test(lines_below_the_level_are_dropped),
        cmocka_unit_test(metrics_are_in_the_text_format),
        cmocka_unit_test(no_text_where_memory_runs_out),
        cmocka_unit_test(so_many_at_once_and_then_as_time_goes),
        cmocka_unit_test(nothing_is_lost_or_won_in_many_small_steps),
        cmocka_unit_test(time_that_leaps_is_harmless),
        cmocka_unit_test(off_is_no_limit),
        cmocka_unit_test(what_is_given_back_can_be_taken_again),
        cmocka_unit_test(a_full_table_forgets_who_took_least),
        cmocka_unit_test(refuses_rates_beyond_its_arithmetic),
        cmocka_unit_test(the_greatest_rate_is_exact),
        cmocka_unit_test(threads_share_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
