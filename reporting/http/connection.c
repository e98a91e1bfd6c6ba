/* SPDX-License-Identifier: Apache-2.0 */
#include "connection.h"

#include "raw.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUCKETS 4096

struct address_count {
    uint8_t key[16];
    unsigned count;
    struct address_count *next;
};

struct connections {
    pthread_mutex_t lock;
    unsigned most;
    unsigned most_each;
    unsigned open;    /* that count */
    unsigned waiting; /* in the edge */
    struct connection *first;
    struct connection **by_fd;
    size_t fds;
    struct address_count *buckets[BUCKETS];
    uint8_t hash_key[crypto_shorthash_KEYBYTES];
};

uint64_t http_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* As many sockets as the system lets this process have, if so many are wanted.
 */
static size_t raise_limit(unsigned most)
{
    struct rlimit limit = {1024, 1024};
    rlim_t wanted = (rlim_t)most + 256;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    return (size_t)(limit.rlim_cur < 1048576 ? limit.rlim_cur : 1048576);
}

struct connections *connections_new(unsigned most, unsigned most_each)
{
    struct connections *all = calloc(1, sizeof *all);

    if (all != NULL) {
        all->fds = raise_limit(most);
        all->by_fd = calloc(all->fds, sizeof(struct connection *));
        if (all->by_fd == NULL) {
            free(all);
            return NULL;
        }
        (void)pthread_mutex_init(&all->lock, NULL);
        all->most = most;
        all->most_each = most_each;
        crypto_shorthash_keygen(all->hash_key);
    }
    return all;
}

/* ---- By address -----------------------------------------------------------
 */

/* One subscriber has a /64 of IPv6. */
static void make_key(uint8_t key[static 16], const struct http_address *address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};

    memcpy(key, address->bytes, 16);
    if (memcmp(key, mapped, sizeof mapped) != 0) {
        memset(key + 8, 0, 8);
    }
}

static struct address_count **bucket(struct connections *all,
                                     const uint8_t key[static 16])
{
    uint8_t hash[crypto_shorthash_BYTES];

    (void)crypto_shorthash(hash, key, 16, all->hash_key);
    return &all->buckets[((unsigned)hash[0] << 8 | hash[1]) % BUCKETS];
}

static struct address_count *count_address(struct connections *all,
                                           const struct http_address *address)
{
    uint8_t key[16];
    struct address_count **at;
    struct address_count *count;

    make_key(key, address);
    for (at = bucket(all, key); *at != NULL; at = &(*at)->next) {
        if (memcmp((*at)->key, key, sizeof key) == 0) {
            return *at;
        }
    }
    count = calloc(1, sizeof *count);
    if (count != NULL) {
        memcpy(count->key, key, sizeof key);
        *at = count;
    }
    return count;
}

static void forget_address(struct connections *all, struct address_count *count)
{
    struct address_count **at;

    if (count == NULL || --count->count > 0) {
        return;
    }
    for (at = bucket(all, count->key); *at != count; at = &(*at)->next) {
    }
    *at = count->next;
    free(count);
}

/* ---- In and out -----------------------------------------------------------
 */

static bool is_edges(const struct connection *one)
{
    return one->stage == STAGE_HEAD || one->stage == STAGE_LINGER;
}

/* Under the lock. */
static enum connection_refusal admit(struct connections *all,
                                     struct connection *one, bool by_address)
{
    if ((by_address && all->open >= all->most) || (size_t)one->fd >= all->fds) {
        return REFUSED_TOTAL;
    }
    if (by_address) {
        one->counted = count_address(all, &one->address);
        if (one->counted == NULL) {
            return REFUSED_TOTAL;
        }
        if (++one->counted->count > all->most_each) {
            forget_address(all, one->counted);
            return REFUSED_ADDRESS;
        }
    }
    all->open++;
    return REFUSED_NOT;
}

struct connection *connections_add(struct connections *all, int fd,
                                   enum http_scope scope, bool is_unix,
                                   const struct http_address *address,
                                   bool limited, uint64_t now,
                                   enum connection_refusal *refusal)
{
    struct connection *one = calloc(1, sizeof *one);

    *refusal = REFUSED_TOTAL;
    if (one == NULL) {
        return NULL;
    }
    one->fd = fd;
    one->scope = scope;
    one->is_unix = is_unix;
    one->address = *address;
    one->begun = now;
    one->deadline = CONNECTION_NEVER;
    (void)pthread_mutex_lock(&all->lock);
    *refusal = admit(all, one, limited);
    if (*refusal == REFUSED_NOT) {
        all->waiting++;
        one->next = all->first;
        if (one->next != NULL) {
            one->next->previous = one;
        }
        all->first = one;
        all->by_fd[fd] = one;
    }
    (void)pthread_mutex_unlock(&all->lock);
    if (*refusal != REFUSED_NOT) {
        free(one);
        return NULL;
    }
    return one;
}

void connections_remove(struct connections *all, struct connection *one)
{
    (void)pthread_mutex_lock(&all->lock);
    if (one->previous != NULL) {
        one->previous->next = one->next;
    } else {
        all->first = one->next;
    }
    if (one->next != NULL) {
        one->next->previous = one->previous;
    }
    all->by_fd[one->fd] = NULL;
    all->open--;
    all->waiting -= is_edges(one);
    forget_address(all, one->counted);
    (void)pthread_mutex_unlock(&all->lock);
    free(one);
}

void connections_free(struct connections *all)
{
    if (all == NULL) {
        return;
    }
    while (all->first != NULL) {
        (void)close(all->first->fd);
        connections_remove(all, all->first);
    }
    (void)pthread_mutex_destroy(&all->lock);
    free(all->by_fd);
    free(all);
}

struct connection *connections_find(struct connections *all, int fd)
{
    struct connection *one;

    (void)pthread_mutex_lock(&all->lock);
    one = fd >= 0 && (size_t)fd < all->fds ? all->by_fd[fd] : NULL;
    (void)pthread_mutex_unlock(&all->lock);
    return one;
}

void connections_stage(struct connections *all, struct connection *one,
                       enum connection_stage stage, uint64_t deadline)
{
    (void)pthread_mutex_lock(&all->lock);
    all->waiting -= is_edges(one);
    one->stage = stage;
    one->deadline = deadline;
    all->waiting += is_edges(one);
    (void)pthread_mutex_unlock(&all->lock);
}

/* ---- Time -----------------------------------------------------------------
 */

unsigned connections_cut(struct connections *all, uint64_t now)
{
    unsigned bodies = 0;

    (void)pthread_mutex_lock(&all->lock);
    for (struct connection *one = all->first; one != NULL; one = one->next) {
        if (one->deadline > now || is_edges(one)) {
            continue;
        }
        if (one->stage == STAGE_BODY) {
            raw_refuse(one->fd, 408, "timeout"); /* nothing was sent yet */
            bodies++;
        }
        (void)shutdown(one->fd, SHUT_RDWR);
        one->deadline = CONNECTION_NEVER;
    }
    (void)pthread_mutex_unlock(&all->lock);
    return bodies;
}

struct connection *connections_late(struct connections *all, uint64_t now)
{
    struct connection *one;

    (void)pthread_mutex_lock(&all->lock);
    for (one = all->first;
         one != NULL && !(is_edges(one) && one->deadline <= now);
         one = one->next) {
    }
    (void)pthread_mutex_unlock(&all->lock);
    return one;
}

void connections_count(struct connections *all, unsigned *open,
                       unsigned *waiting)
{
    (void)pthread_mutex_lock(&all->lock);
    *open = all->open;
    *waiting = all->waiting;
    (void)pthread_mutex_unlock(&all->lock);
}
