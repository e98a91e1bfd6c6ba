/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "failing_calls.h"
#include "folder.h"
#include "support.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static unsigned malloc_fails_at = UINT_MAX; /* the how many-th, from 0 */

WRAP(void *, malloc, size_t size)
{
    if (malloc_fails_at != UINT_MAX && malloc_fails_at-- == 0) {
        malloc_fails_at = UINT_MAX;
        errno = ENOMEM;
        return NULL;
    }
    return __real_malloc(size);
}

struct values {
    const char *text;
    struct option_list list;
    uint64_t number;
    uint64_t bytes;
    uint64_t time;
    struct option_rate rate;
    bool on;
};

#define AT(member) offsetof(struct values, member)
static const struct option_entry entries[] = {
    {"text", OPTION_TEXT, AT(text), "standard", 0, 0, "a text"},
    {"list", OPTION_LIST, AT(list), "a, b", 0, 0, "a list"},
    {"number", OPTION_NUMBER, AT(number), "5", 1, 100, "a number"},
    {"the-bytes", OPTION_BYTES, AT(bytes), "16KiB", 0, 1 << 30, "a size"},
    {"time", OPTION_TIME, AT(time), "30s", 0, UINT64_MAX, "a time"},
    {"rate", OPTION_RATE, AT(rate), "20/h", 0, 0, "a rate"},
    {"switch", OPTION_SWITCH, AT(on), "on", 0, 0, "a switch"},
};
static const struct options options = {"tester", "TESTER_", entries,
                                       SUPPORT_COUNT(entries)};

static struct values values;
static struct options_memory *memory;
static struct options_error error;

static int forget(void **state)
{
    (void)state;
    options_free(memory);
    memory = NULL;
    return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

static bool read_text(const char *text)
{
    (void)forget(NULL);
    memset(&error, 0, sizeof error);
    return options_read_text(&values, &memory, &options, text, strlen(text),
                             "file", &error);
}

static void refuse(const char *text, const char *expected)
{
    assert_false(read_text(text));
    if (strstr(error.text, expected) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, expected);
    }
}

static void has_defaults(void **state)
{
    (void)state;
    assert_true(read_text(""));
    assert_string_equal(values.text, "standard");
    assert_int_equal(values.list.count, 2);
    assert_string_equal(values.list.items[1], "b");
    assert_null(values.list.items[2]);
    assert_int_equal(values.number, 5);
    assert_int_equal(values.bytes, 16384);
    assert_int_equal(values.time, 30000);
    assert_int_equal(values.rate.count, 20);
    assert_int_equal(values.rate.per_ms, 3600000);
    assert_true(values.on);
}

static void reads_lines_comments_and_quotes(void **state)
{
    (void)state;
    assert_true(read_text("# a comment\n\n  text =  a b  # here\r\n"
                          "list = x,y , z\nlist=w\nnumber=100\n"
                          "the-bytes = 3MiB\ntime = 250ms\nrate = off\n"
                          "switch = off"));
    assert_string_equal(values.text, "a b");
    assert_int_equal(values.list.count, 4);
    assert_string_equal(values.list.items[2], "z");
    assert_string_equal(values.list.items[3], "w");
    assert_int_equal(values.number, 100);
    assert_int_equal(values.bytes, 3 << 20);
    assert_int_equal(values.time, 250);
    assert_int_equal(values.rate.count, 0);
    assert_false(values.on);
    assert_true(read_text("text = \" # \\\" \\\\ \" # c"));
    assert_string_equal(values.text, " # \" \\ ");
    assert_true(read_text("text = \ntime = 0\nlist ="));
    assert_string_equal(values.text, "");
    assert_int_equal(values.time, 0);
    assert_int_equal(values.list.count, 0);
}

static void knows_units(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } times[] = {{"1d", 86400000}, {"2h", 7200000}, {"3m", 180000},
                 {"3min", 180000}, {"4s", 4000},    {"5ms", 5}};
    char line[64];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(times); i++) {
        (void)snprintf(line, sizeof line, "time = %s\nrate = 7/%s",
                       times[i].text, times[i].text + 1);
        assert_true(read_text(line));
        assert_int_equal(values.time, times[i].ms);
        assert_int_equal(values.rate.count, 7);
    }
    assert_true(read_text("the-bytes = 1GiB"));
    assert_int_equal(values.bytes, 1 << 30);
    assert_true(read_text("the-bytes = 77"));
    assert_int_equal(values.bytes, 77);
}

static void refuses_what_is_no_value(void **state)
{
    static const char *const lines[] = {"number = ",
                                        "number = x",
                                        "number = 5x",
                                        "number = -1",
                                        "number = 99999999999999999999999",
                                        "time = 30",
                                        "time = 1y",
                                        "time = 99999999999999999999d",
                                        "the-bytes = 1MB",
                                        "the-bytes = 1.5MiB",
                                        "rate = 5",
                                        "rate = 0/s",
                                        "rate = 5/y",
                                        "rate = 9999999999/s",
                                        "switch = yes",
                                        "switch ="};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(lines); i++) {
        refuse(lines[i], "not ");
        assert_non_null(strstr(error.text, "file, line 1: "));
    }
}

static void refuses_what_is_out_of_bounds(void **state)
{
    (void)state;
    refuse("number = 0", "out of bounds: 1 to 100");
    refuse("number = 101", "out of bounds: 1 to 100");
    refuse("the-bytes = 2GiB", "out of bounds: 0 to 1073741824 bytes");
}

static void refuses_lines_that_are_no_settings(void **state)
{
    (void)state;
    refuse("text", "not \"name = value\"");
    refuse("\n\nnothing = 5", "line 3: no such setting: \"nothing\"");
    refuse("number = 5\nnumber = 5", "line 2: number: given twice");
    refuse("text = \"abc", "quotes");
    refuse("text = \"abc\" d", "quotes");
    refuse("text = \"abc\\", "quotes");
    refuse("list = a,,b", "an empty item");
    refuse("list = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "more than 16");
    (void)forget(NULL);
    assert_false(options_read_text(&values, &memory, &options, "a\0b", 3,
                                   "file", &error));
    assert_non_null(strstr(error.text, "NUL"));
}

static void shows_only_harmless_characters(void **state)
{
    (void)state;
    refuse("number = \x1b[31m\xc3\xa4", "\"?[31m??\"");
    refuse("\x1b = 1", "no such setting: \"?\"");
    refuse("number = 000000000000000000000000000000000000000000000000000000000"
           "0000000000000000000000000000000000000000000000000000000000000101",
           "number: "
           "0000000000000000000000000000000000000000000000000000000000000000 "
           "is out of bounds");
}

/* Printed as a configuration, it would be a line of its own. */
static void refuses_control_characters_in_texts(void **state)
{
    (void)state;
    refuse("text = a\x7f", "text: a control character");
    refuse("text = \"a\rb\"", "text: a control character");
    refuse("list = a, b\x01", "list: a control character");
    assert_true(read_text("text = a\tb\xc3\xa4"));
    assert_string_equal(values.text, "a\tb\xc3\xa4");
}

/* ---- Levels
 * -------------------------------------------------------------------- */

static bool read_all(const char *file, const char **environment, int argc,
                     const char **argv)
{
    (void)forget(NULL);
    /* main() gives strings that may be written to; nothing does. */
    return options_read(&values, &memory, &options, file,
                        (char **)(uintptr_t)environment, argc,
                        (char **)(uintptr_t)argv, &error);
}

static void flags_are_over_environment_over_file_over_defaults(void **state)
{
    const char *environment[] = {"HOME=/", "TESTER_NUMBER=7",
                                 "TESTER_THE_BYTES=1KiB", "TESTER_LIST=e",
                                 NULL};
    const char *flags[] = {"--number", "8", "--list=f", "--list", "g"};

    (void)state;
    folder_put("conf", "number = 6\nthe-bytes = 2KiB\ntime = 1s\nlist = c\n",
               45, 0600);
    assert_true(read_all("conf", environment, 5, flags));
    assert_int_equal(values.number, 8);
    assert_int_equal(values.bytes, 1024);
    assert_int_equal(values.time, 1000);
    assert_string_equal(values.text, "standard");
    assert_int_equal(values.list.count, 2);
    assert_string_equal(values.list.items[1], "g");
}

static void a_switch_needs_no_value(void **state)
{
    const char *off[] = {"--no-switch"};
    const char *on[] = {"--switch", "--number=9"};
    const char *with[] = {"--switch", "off"};

    (void)state;
    assert_true(read_all(NULL, NULL, 1, off));
    assert_false(values.on);
    assert_true(read_all(NULL, NULL, 2, on));
    assert_true(values.on);
    assert_int_equal(values.number, 9);
    assert_true(read_all(NULL, NULL, 2, with));
    assert_false(values.on);
}

static void refuses_wrong_flags_and_variables(void **state)
{
    const char *unknown[] = {"--nothing", "5"};
    const char *missing[] = {"--number"};
    const char *bare[] = {"number", "5"};
    const char *none[] = {"--no-number"};
    const char *environment[] = {"TESTER_NOTHING=5", NULL};
    const char *wrong[] = {"TESTER_NUMBER=x", NULL};
    char long_name[200] = "TESTER_";
    const char *long_one[] = {long_name, NULL};

    (void)state;
    assert_false(read_all(NULL, NULL, 2, unknown));
    assert_non_null(strstr(error.text, "--nothing: no such setting"));
    assert_false(read_all(NULL, NULL, 1, missing));
    assert_non_null(strstr(error.text, "a value is missing"));
    assert_false(read_all(NULL, NULL, 2, bare));
    assert_non_null(strstr(error.text, "not a flag: \"number\""));
    assert_false(read_all(NULL, NULL, 1, none));
    assert_false(read_all(NULL, environment, 0, NULL));
    assert_non_null(strstr(error.text, "TESTER_NOTHING: no such setting"));
    assert_false(read_all(NULL, wrong, 0, NULL));
    memset(long_name + 7, 'A', 150);
    long_name[100] = '=';
    assert_false(read_all(NULL, long_one, 0, NULL));
}

static void refuses_flags_with_a_line_in_their_value(void **state)
{
    const char *flags[] = {"--text=a\nnumber = 7"};
    const char *environment[] = {"TESTER_LIST=a\nnumber = 7", NULL};

    (void)state;
    assert_false(read_all(NULL, NULL, 1, flags));
    assert_string_equal(error.text, "--text: text: a control character in it");
    assert_false(read_all(NULL, environment, 0, NULL));
    assert_string_equal(error.text,
                        "TESTER_LIST: list: a control character in it");
}

static void a_message_names_flag_and_variable_without_their_value(void **state)
{
    const char *flags[] = {"--number=\x1b[31mvalue"};
    const char *odd[] = {"--\x1b[31m=5"};
    const char *bare[] = {"-\x1b[31m"};
    const char *environment[] = {"TESTER_\x1b=value", NULL};

    (void)state;
    assert_false(read_all(NULL, NULL, 1, flags));
    assert_string_equal(error.text,
                        "--number: number: not a number: \"?[31mvalue\"");
    assert_false(read_all(NULL, NULL, 1, odd));
    assert_string_equal(error.text, "--?[31m: no such setting: \"?[31m\"");
    assert_false(read_all(NULL, NULL, 1, bare));
    assert_string_equal(error.text, "tester: not a flag: \"-?[31m\"");
    assert_false(read_all(NULL, environment, 0, NULL));
    assert_string_equal(error.text, "TESTER_?: no such setting: \"?\"");
}

static void reads_a_pipe(void **state)
{
    char path[32];
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "number = 9\n", 11), 11);
    (void)close(ends[1]);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_true(read_all(path, NULL, 0, NULL));
    assert_int_equal(values.number, 9);
    (void)close(ends[0]);
}

static void takes_a_read_that_a_signal_cut_short_again(void **state)
{
    (void)state;
    folder_put("conf", "number = 9\n", 11, 0600);
    arm(READ, 0, EINTR);
    assert_true(read_all("conf", NULL, 0, NULL));
    plan.armed = false;
    assert_int_equal(values.number, 9);
}

static void says_which_call_failed_it(void **state)
{
    static const enum call calls[] = {OPEN, FSTAT, READ};

    (void)state;
    folder_put("conf", "number = 9\n", 11, 0600);
    for (size_t i = 0; i < SUPPORT_COUNT(calls); i++) {
        arm(calls[i], 0, EIO);
        assert_false(read_all("conf", NULL, 0, NULL));
        plan.armed = false;
        assert_string_equal(error.text, "conf: Input/output error");
    }
}

/* Whichever piece of memory is not there: a message, and nothing leaks. */
static void says_when_memory_runs_out(void **state)
{
    static const char text[] = "text = a\nlist = b, c\n";
    bool ok = false;
    unsigned at;

    (void)state;
    folder_put("conf", text, sizeof text - 1, 0600);
    for (at = 0; at < 100 && !ok; at++) {
        (void)forget(NULL);
        malloc_fails_at = at;
        ok = options_read(&values, &memory, &options, "conf", NULL, 0, NULL,
                          &error);
        malloc_fails_at = UINT_MAX;
        if (!ok) {
            assert_true(strstr(error.text, "memory") != NULL);
        }
    }
    assert_true(ok);
    assert_int_equal(at, 3 + 2 + 3 + 1);
}

static void refuses_files_that_cannot_be_read(void **state)
{
    char *large = calloc(1, 70000);

    (void)state;
    assert_non_null(large);
    memset(large, '\n', 70000);
    folder_put("large", large, 70000, 0600);
    free(large);
    assert_false(read_all("large", NULL, 0, NULL));
    assert_non_null(strstr(error.text, "larger than"));
    assert_false(read_all("absent", NULL, 0, NULL));
    assert_non_null(strstr(error.text, "absent: No such file"));
    assert_false(read_all(".", NULL, 0, NULL));
    assert_string_equal(error.text, ".: neither a file nor a pipe");
    assert_false(read_all("/dev/zero", NULL, 0, NULL));
}

static void prints_what_it_reads_again(void **state)
{
    static const char given[] =
        "text = \" a#b\\\"\"\nlist = x, y\nnumber = 9\nthe-bytes = 48KiB\n"
        "time = 90s\nrate = 5/s\nswitch = off\n";
    struct values first;
    struct options_memory *kept;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_true(read_text(given));
    first = values;
    kept = memory;
    memory = NULL;
    options_print(out, &options, &first, true);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "# a number\nnumber = 9\n"));
    assert_non_null(strstr(text, "time = 90s"));
    assert_true(read_text(text));
    assert_string_equal(values.text, first.text);
    assert_int_equal(values.bytes, first.bytes);
    assert_int_equal(values.rate.per_ms, 1000);
    assert_false(values.on);
    free(text);
    options_free(kept);
}

static void prints_nothing_and_off_so_that_they_are_read_again(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_true(read_text("text =\nlist =\nthe-bytes = 0\ntime = 0\n"
                          "rate = off\nswitch = on"));
    options_print(out, &options, &values, false);
    values.rate = (struct option_rate){5, 7}; /* no unit's */
    options_print(out, &options, &values, false);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "text = \nlist = \nnumber = 5\n"
                                 "the-bytes = 0\ntime = 0\nrate = off\n"
                                 "switch = on\n"));
    assert_non_null(strstr(text, "rate = 5/?\n"));
    free(text);
}

static void prints_the_defaults_without_settings(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    options_print(out, &options, NULL, false);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "rate = 20/h\n"));
    assert_null(strstr(text, "#"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(has_defaults),
        TEST(reads_lines_comments_and_quotes),
        TEST(knows_units),
        TEST(refuses_what_is_no_value),
        TEST(refuses_what_is_out_of_bounds),
        TEST(refuses_lines_that_are_no_settings),
        TEST(shows_only_harmless_characters),
        IN_FOLDER(flags_are_over_environment_over_file_over_defaults),
        TEST(refuses_control_characters_in_texts),
        TEST(refuses_flags_with_a_line_in_their_value),
        TEST(a_message_names_flag_and_variable_without_their_value),
        TEST(reads_a_pipe),
        IN_FOLDER(takes_a_read_that_a_signal_cut_short_again),
        IN_FOLDER(says_which_call_failed_it),
        IN_FOLDER(says_when_memory_runs_out),
        TEST(a_switch_needs_no_value),
        TEST(refuses_wrong_flags_and_variables),
        IN_FOLDER(refuses_files_that_cannot_be_read),
        TEST(prints_what_it_reads_again),
        TEST(prints_nothing_and_off_so_that_they_are_read_again),
        TEST(prints_the_defaults_without_settings),
    };

    return cmocka_run_group_tests(tests, NULL, forget);
}
