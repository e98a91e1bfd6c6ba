/* SPDX-License-Identifier: Apache-2.0 */
/* What a confined process may still do, and what it may not: each in a child of
 * its own. */
#include "process.h"

#include "confine.h"
#include "db.h"
#include "folder.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* The kernel's version of Landlock; less than 1: none. */
static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0,
                   LANDLOCK_CREATE_RULESET_VERSION);
}

/* How a child ends that does `what`, confined to the folder: its exit code, or
 * minus the signal that killed it. */
static int confined_as(int (*what)(void), bool connects)
{
    const char *const readable[] = {NULL};
    const char *const writable[] = {folder_path(), NULL};
    const struct process_paths paths = {readable, writable, connects};
    int status = 0;
    unsigned got = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct frank_fault fault;

        if (process_harden(&fault) != FRANK_OK ||
            process_confine(&paths, &got, &fault) != FRANK_OK ||
            (got & PROCESS_SECCOMP) == 0) {
            _exit(99);
        }
        _exit(what());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int confined(int (*what)(void))
{
    return confined_as(what, false);
}

/* ---- What a service does
 * --------------------------------------------------------- */

static void *run_thread(void *argument)
{
    *(int *)argument = 1;
    return NULL;
}

static int start_a_thread(void)
{
    pthread_t thread;
    int ran = 0;

    return pthread_create(&thread, NULL, run_thread, &ran) != 0 ||
           pthread_join(thread, NULL) != 0 || ran != 1;
}

static int keep_secrets(void)
{
    uint8_t *secret = sodium_malloc(32);

    if (secret == NULL) {
        return 1;
    }
    randombytes_buf(secret, 32);
    sodium_free(secret);
    return 0;
}

static int keep_a_database(void)
{
    static const char *const migrations[] = {"CREATE TABLE t (n INTEGER);"};
    static const struct db_schema schema = {1, migrations, 1};
    static const char *const statements[] = {"INSERT INTO t VALUES (1)"};
    struct db_trouble what;
    struct db *db;

    if (!db_open(&db, "test.db", DB_WRITER, &schema, statements, 1, &what)) {
        return 1;
    }
    db_begin(db);
    (void)db_run(db, 0, NULL, 0);
    if (!db_commit(db)) {
        return 2;
    }
    db_checkpoint(db, -1);
    if (!db_ok(db)) {
        return 3;
    }
    db_close(db);
    return 0;
}

static int replace_a_file(void)
{
    int fd = open("a", O_WRONLY | O_CREAT | O_TRUNC, 0600);

    return fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 ||
           close(fd) != 0 || rename("a", "b") != 0 || unlink("b") != 0;
}

/* The C library does all of these for itself, now and then. */
static int be_an_ordinary_process(void)
{
    struct rlimit files;

    return pthread_setname_np(pthread_self(), "confined") != 0 ||
           raise(SIGURG) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0;
}

static int wait_with_descriptors(void)
{
    const struct itimerspec soon = {.it_value = {0, 1000}};
    uint64_t times = 0;
    sigset_t none;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    int events = eventfd(1, EFD_CLOEXEC);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};

    (void)sigemptyset(&none);
    return timerfd_settime(timer, 0, &soon, NULL) != 0 ||
           read(timer, &times, sizeof times) != sizeof times ||
           signalfd(-1, &none, SFD_CLOEXEC) < 0 ||
           epoll_ctl(poll, EPOLL_CTL_ADD, events, &event) != 0 ||
           epoll_wait(poll, &event, 1, 1000) != 1;
}

static int speak_to_a_unix_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return fd < 0 || close(fd) != 0;
}

static void a_service_can_do_its_work(void **state)
{
    int (*const works[])(void) = {
        start_a_thread,       keep_secrets,           keep_a_database,
        replace_a_file,       speak_to_a_unix_socket, be_an_ordinary_process,
        wait_with_descriptors};

    (void)state;
    if (SANITIZED) {
        skip();
    }
    for (size_t i = 0; i < SUPPORT_COUNT(works); i++) {
        assert_int_equal(confined(works[i]), 0);
    }
}

/* ---- What an intruder would
 * ------------------------------------------------------- */

static int run_a_program(void)
{
    return execl("/bin/true", "true", (char *)NULL);
}

static int look_into_processes(void)
{
    return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL) + 5;
}

static int make_a_process(void)
{
    return fork() < 0 ? 4 : 5;
}

static int change_who_it_is(void)
{
    return setuid(0) + 5;
}

static int run_what_was_data(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC) + 5;
}

static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0) == MAP_FAILED;
}

static int take_hardening_back(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) + 5;
}

static int signal_another(void)
{
    return (int)syscall(SYS_tgkill, getppid(), getppid(), SIGURG) + 5;
}

static int limit_another(void)
{
    const struct rlimit few = {1000, 1000};

    return prlimit(getppid(), RLIMIT_NOFILE, &few, NULL) + 5;
}

static int leave_through_a_socket(void)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    return connect(0, &nowhere, sizeof nowhere) + 5;
}

static void what_no_service_needs_kills_it(void **state)
{
    int (*const attacks[])(void) = {
        run_a_program,         look_into_processes, make_a_process,
        change_who_it_is,      run_what_was_data,   map_code,
        take_hardening_back,   signal_another,      limit_another,
        leave_through_a_socket};

    (void)state;
    if (SANITIZED) {
        skip();
    }
    for (size_t i = 0; i < SUPPORT_COUNT(attacks); i++) {
        assert_int_equal(confined(attacks[i]), -SIGSYS);
    }
}

static int connect_elsewhere(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EACCES;
}

static void no_socket_leads_elsewhere(void **state)
{
    (void)state;
    if (SANITIZED) {
        skip();
    }
    assert_int_equal(confined(connect_elsewhere), 0);
}

static int read_elsewhere(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES;
}

static int write_elsewhere(void)
{
    return open("/tmp/frank-elsewhere", O_WRONLY | O_CREAT, 0600) >= 0 ||
           errno != EACCES;
}

static void files_elsewhere_are_shut_where_the_kernel_has_landlock(void **state)
{
    (void)state;
    if (SANITIZED || landlock_version() < 1) {
        skip();
    }
    assert_int_equal(confined(read_elsewhere), 0);
    assert_int_equal(confined(write_elsewhere), 0);
}

/* Landlock alone, without the filter that would kill at the attempt: a
 * listening socket of before, and whoever connects to it. */
static int turn_a_connection(int server, int accepted)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    const char *const none[] = {NULL};
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    struct frank_fault fault;
    bool granted = false;

    if (getsockname(server, (struct sockaddr *)&address, &len) != 0 ||
        confine_files(&(struct process_paths){none, none, false}, &granted,
                      &fault) != FRANK_OK ||
        !granted || connect(accepted, &nowhere, sizeof nowhere) != 0) {
        return 99;
    }
    return connect(accepted, (const struct sockaddr *)&address, len) == 0 ||
           errno != EACCES;
}

static void a_connection_cannot_be_turned_where_landlock_knows_tcp(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    int accepted;
    int status = 0;
    pid_t child;

    (void)state;
    if (SANITIZED || landlock_version() < 4) {
        (void)close(server);
        (void)close(client);
        skip();
    }
    assert_int_equal(bind(server, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(server, 2), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(connect(client, (const struct sockaddr *)&address, len),
                     0);
    accepted = accept(server, NULL, NULL);
    assert_true(accepted >= 0);
    child = fork();
    if (child == 0) {
        _exit(turn_a_connection(server, accepted));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)close(accepted);
    (void)close(client);
    (void)close(server);
}

/* ---- Where connections are asked for
 * ---------------------------------------------- */

/* Where the parent listens. */
static struct sockaddr_in listening;

static int connect_to_the_parent(int type, int protocol)
{
    int fd = socket(AF_INET, type, protocol);

    return fd < 0 ||
           connect(fd, (const struct sockaddr *)&listening, sizeof listening) !=
               0 ||
           send(fd, "x", 1, MSG_NOSIGNAL) != 1 || close(fd) != 0;
}

static int connect_over_tcp(void)
{
    return connect_to_the_parent(SOCK_STREAM | SOCK_CLOEXEC, 0) ||
           connect_to_the_parent(SOCK_STREAM, IPPROTO_TCP);
}

static int ask_over_udp(void)
{
    return connect_to_the_parent(SOCK_DGRAM | SOCK_CLOEXEC, 0) ||
           connect_to_the_parent(SOCK_DGRAM, IPPROTO_UDP);
}

static int wake_a_thread(void)
{
    int pair[2];

    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0;
}

static void *look_up(void *argument)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_flags = AI_ADDRCONFIG,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    if (getaddrinfo("localhost", "80", &hints, &found) == 0) {
        freeaddrinfo(found);
        *(int *)argument = 0;
    }
    return NULL;
}

static int look_up_a_name(void)
{
    pthread_t thread;
    int failed = 1;

    return pthread_create(&thread, NULL, look_up, &failed) != 0 ||
           pthread_join(thread, NULL) != 0 || failed;
}

static int read_whom_to_trust(void)
{
    return (open("/etc/hosts", O_RDONLY) < 0 && errno != ENOENT) ||
           (open("/etc/ssl/certs", O_RDONLY | O_DIRECTORY) < 0 &&
            errno != ENOENT);
}

static int do_without_a_library(void)
{
    int fd = open("library", O_RDWR | O_CREAT, 0600);
    void *code;

    if (fd < 0 || ftruncate(fd, 4096) != 0) {
        return 1;
    }
    code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    return code != MAP_FAILED || errno != EACCES;
}

static int do_without_interfaces(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0 ||
           errno != EACCES;
}

static void listen_for_children(int *tcp)
{
    socklen_t len = sizeof listening;

    listening = (struct sockaddr_in){.sin_family = AF_INET,
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(*tcp, (const struct sockaddr *)&listening, len), 0);
    assert_int_equal(listen(*tcp, 8), 0);
    assert_int_equal(getsockname(*tcp, (struct sockaddr *)&listening, &len), 0);
}

static void a_service_that_connects_can_do_so(void **state)
{
    int (*const works[])(void) = {connect_over_tcp,     ask_over_udp,
                                  wake_a_thread,        look_up_a_name,
                                  read_whom_to_trust,   do_without_a_library,
                                  do_without_interfaces};
    int tcp;

    (void)state;
    if (SANITIZED) {
        skip();
    }
    listen_for_children(&tcp);
    for (size_t i = 0; i < SUPPORT_COUNT(works); i++) {
        assert_int_equal(confined_as(works[i], true), 0);
    }
    assert_int_not_equal(confined(connect_over_tcp), 0);
    assert_int_not_equal(confined(ask_over_udp), 0);
    (void)close(tcp);
}

static int speak_past_tcp(void)
{
    return socket(AF_INET, SOCK_RAW, IPPROTO_TCP) + 5;
}

static int speak_another_protocol(void)
{
    return socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) + 5;
}

static int take_an_address(void)
{
    return bind(0, (const struct sockaddr *)&listening, sizeof listening) + 5;
}

static void connecting_allows_nothing_else(void **state)
{
    int (*const attacks[])(void) = {speak_past_tcp,  speak_another_protocol,
                                    take_an_address, run_what_was_data,
                                    run_a_program,   take_hardening_back,
                                    signal_another,  make_a_process};

    (void)state;
    if (SANITIZED) {
        skip();
    }
    for (size_t i = 0; i < SUPPORT_COUNT(attacks); i++) {
        assert_int_equal(confined_as(attacks[i], true), -SIGSYS);
    }
    if (landlock_version() >= 1) {
        assert_int_equal(confined_as(read_elsewhere, true), 0);
        assert_int_equal(confined_as(write_elsewhere, true), 0);
    }
}

/* ---- The rest
 * ---------------------------------------------------------------------- */

static int look_at_hardening(void)
{
    struct rlimit core;

    return getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0 ||
           prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 ||
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}

static void a_hardened_process_leaves_no_core(void **state)
{
    (void)state;
    if (SANITIZED) {
        skip();
    }
    assert_int_equal(confined(look_at_hardening), 0);
}

/* A child speaks, as the socket is looked for once in a process. */
static void hear(const char *name, const char *variable)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    socklen_t len =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(variable));
    char heard[64] = {0};
    pid_t child;

    memcpy(address.sun_path, variable, strlen(variable));
    if (variable[0] == '@') {
        address.sun_path[0] = '\0';
    }
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
    child = fork();
    if (child == 0) {
        (void)setenv("NOTIFY_SOCKET", variable, 1);
        process_notify("READY=1");
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(recv(fd, heard, sizeof heard - 1, MSG_DONTWAIT), 7);
    assert_string_equal(heard, "READY=1");
    (void)close(fd);
    (void)name;
}

static void systemd_hears_by_path_and_by_name(void **state)
{
    char path[128];
    char name[64];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/notify", folder_path());
    (void)snprintf(name, sizeof name, "@frank-test-%d", (int)getpid());
    hear("path", path);
    hear("name", name);
    (void)unsetenv("NOTIFY_SOCKET");
    process_notify("READY=1"); /* nobody to hear it */
    process_notify("READY=1");
}

static void a_credential_is_a_file_that_systemd_loaded(void **state)
{
    char path[PROCESS_PATH_MAX];
    char long_path[PROCESS_PATH_MAX + 10];
    struct frank_fault fault;

    (void)state;
    (void)unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(process_credential(path, "/etc/x", &fault), FRANK_OK);
    assert_string_equal(path, "/etc/x");
    assert_int_equal(process_credential(path, "credential:x", &fault),
                     FRANK_ERR_MISSING);
    (void)setenv("CREDENTIALS_DIRECTORY", "", 1);
    assert_int_equal(process_credential(path, "credential:x", &fault),
                     FRANK_ERR_MISSING);
    (void)setenv("CREDENTIALS_DIRECTORY", "/run/c", 1);
    assert_int_equal(process_credential(path, "credential:x", &fault),
                     FRANK_OK);
    assert_string_equal(path, "/run/c/x");
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(process_credential(path, long_path, &fault),
                     FRANK_ERR_LIMIT);
}

static int set_up(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_service_can_do_its_work),
        IN_FOLDER(what_no_service_needs_kills_it),
        IN_FOLDER(no_socket_leads_elsewhere),
        IN_FOLDER(files_elsewhere_are_shut_where_the_kernel_has_landlock),
        IN_FOLDER(a_connection_cannot_be_turned_where_landlock_knows_tcp),
        IN_FOLDER(a_service_that_connects_can_do_so),
        IN_FOLDER(connecting_allows_nothing_else),
        IN_FOLDER(a_hardened_process_leaves_no_core),
        IN_FOLDER(systemd_hears_by_path_and_by_name),
        IN_FOLDER(a_credential_is_a_file_that_systemd_loaded),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
