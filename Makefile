# Frank: build, test, measure, install. `make help` lists the goals.
#
#   HASH=openssl|sodium   where SHA-256 comes from       (openssl)
#   SAN=1                 with AddressSanitizer and UBSan, into build/san
#   CC=clang              works too
#   V=1                   shows the commands
#   PREFIX, DESTDIR       where to install               (/usr/local)

VERSION := $(shell sed -n 's/^\#define FRANK_VERSION "\(.*\)"/\1/p' client/frank.h)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))

HASH ?= openssl
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system

Q := $(if $(V),,@)
SAY := $(if $(V),@:,@printf '  %-5s %s\n')

VARIANT := $(if $(SAN),/san)$(if $(COV),/cov)$(if $(filter sodium,$(HASH)),/sodium)
B := build$(VARIANT)

# ---- Flags ------------------------------------------------------------------

OPT ?= -O2
WARN := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wformat=2 \
        -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
        -Wundef -Wwrite-strings
INCLUDES := -Iclient -Ireporting -Ireporting/log -Ireporting/store \
            -Ireporting/http -Ireporting/outside -Ireporting/service \
            -Ireporting/frankd -Ireporting/shell -Imoderation -Imoderation/policy \
            -Imoderation/cases -Imoderation/people -Imoderation/outside \
            -Imoderation/serve -Imoderation/audit
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection
CFLAGS_ALL := -std=c11 -D_GNU_SOURCE -g $(WARN) $(HARDEN) -fPIC \
              -fvisibility=hidden $(INCLUDES)
ifdef SAN
CFLAGS_ALL += -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
              -fno-sanitize-recover=all
LDFLAGS_ALL := -fsanitize=address,undefined
else ifdef COV
CFLAGS_ALL += -O0 --coverage -fprofile-update=atomic -DNDEBUG
LDFLAGS_ALL := --coverage
else
CFLAGS_ALL += $(OPT) -D_FORTIFY_SOURCE=2
LDFLAGS_ALL :=
endif
# The C library of Debian 12 starts programs without IBT marks, so only the shadow
# stack can be promised for a whole program; our own objects have both.
LDFLAGS_ALL += -Wl,-z,relro,-z,now,-z,noexecstack,-z,shstk,--as-needed
ifeq ($(HASH),sodium)
CFLAGS_ALL += -DFRANK_HASH_SODIUM
LIBS_CLIENT := -lsodium -pthread
REQUIRES := libsodium
else
LIBS_CLIENT := -lsodium -lcrypto -pthread
REQUIRES := libsodium libcrypto
endif
LIBS_FRANK := $(LIBS_CLIENT) -ljansson -pthread
LIBS_SERVICE := $(LIBS_FRANK) -lmicrohttpd -lsqlite3 -lseccomp -lcurl
LIBS_MOD := $(LIBS_SERVICE) -loath

# ---- Sources ----------------------------------------------------------------

BACKENDS := $(wildcard client/*_openssl.c client/*_sodium.c)
CLIENT := $(filter-out $(BACKENDS),$(wildcard client/*.c)) $(wildcard client/*_$(HASH).c)
REPORTING := $(wildcard reporting/*.c reporting/log/*.c)
SERVICE := $(wildcard reporting/store/*.c reporting/http/*.c reporting/outside/*.c reporting/service/*.c)
FRANKD := $(filter-out reporting/frankd/main.c,$(wildcard reporting/frankd/*.c))
MODERATION := $(wildcard moderation/*.c moderation/policy/*.c)
MOD_OUTSIDE := $(wildcard moderation/outside/*.c)
MOD_SERVICE := $(wildcard moderation/cases/*.c moderation/people/*.c moderation/serve/*.c) $(MOD_OUTSIDE)
SHELL_IO := $(wildcard reporting/shell/*.c)
COMMAND := $(wildcard reporting/frank/*.c)
MOD_COMMAND := $(wildcard moderation/frank-mod/*.c)
AUDIT := $(wildcard moderation/audit/*.c)
AUDIT_COMMAND := $(wildcard moderation/frank-audit/*.c) moderation/cases/states.c
TESTS := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))
FUZZERS := $(patsubst fuzz/%.c,%,$(wildcard fuzz/fuzz_*.c))

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
CLIENT_O := $(call obj,$(CLIENT))
REPORTING_O := $(call obj,$(REPORTING))
SERVICE_O := $(call obj,$(SERVICE))
FRANKD_O := $(call obj,$(FRANKD)) $(B)/obj/reporting/frankd/openapi.o
MODERATION_O := $(call obj,$(MODERATION)) $(B)/obj/moderation/policy/standard.o
MOD_SERVICE_O := $(call obj,$(MOD_SERVICE)) $(B)/obj/moderation/serve/openapi.o $(B)/obj/moderation/console.o
CONSOLE := $(wildcard moderation/console/*.html moderation/console/*.css moderation/console/*.js moderation/console/*.svg)
SHELL_IO_O := $(call obj,$(SHELL_IO))
COMMAND_O := $(call obj,$(COMMAND)) $(SHELL_IO_O)
MOD_COMMAND_O := $(call obj,$(MOD_COMMAND)) $(SHELL_IO_O)
AUDIT_O := $(call obj,$(AUDIT))
AUDIT_COMMAND_O := $(call obj,$(AUDIT_COMMAND)) $(SHELL_IO_O)
SUPPORT_O := $(call obj,$(wildcard tests/support/*.c))

.DEFAULT_GOAL := all
.PHONY: all run walk test bench screenshots fuzz lint coverage install uninstall clean help \
        programs tests FORCE
.DELETE_ON_ERROR:
.PRECIOUS: $(B)/obj/%.o $(B)/obj/tests/%.o $(B)/tests/%

help:
	@sed -n 's/^## //p' Makefile

## make             programs and libraries, into build/
all: $(B)/frank $(B)/frankd $(B)/frank-mod $(B)/frank-audit $(B)/libfrank.a $(B)/libfrank.so $(B)/frank.pc

setup-%:
	@tools/setup $*

$(B)/obj/%.o: %.c Makefile | setup-build
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(B)/obj/tests/%.o: tests/%.c Makefile | setup-test
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CFLAGS_ALL) -Itests/support $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# What of these the API does not need is left out of the shared library, and the
# tables for exceptions, which never pass through it; debuggers have their own.
$(B)/obj/client/%.o: CFLAGS_ALL += -ffunction-sections -fno-asynchronous-unwind-tables

# One object in which all but the API is local: what is linked with it statically
# can have names of its own.
$(B)/libfrank.a: $(CLIENT_O)
	$(SAY) AR $@
	$(Q)$(LD) -r -o $(B)/libfrank.o $^
	$(Q)$(OBJCOPY) --localize-hidden $(B)/libfrank.o
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(B)/libfrank.o
OBJCOPY ?= objcopy

$(B)/libfrank.so: $(B)/libfrank.so.$(VERSION)
	$(Q)ln -sf libfrank.so.$(VERSION) $(B)/libfrank.so.$(SOVERSION)
	$(Q)ln -sf libfrank.so.$(SOVERSION) $@

$(B)/libfrank.so.$(VERSION): $(CLIENT_O)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -shared -Wl,--gc-sections -Wl,-soname,libfrank.so.$(SOVERSION) \
	    -o $@ $^ $(LIBS_CLIENT)

$(B)/frank: $(COMMAND_O) $(REPORTING_O) $(CLIENT_O)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -pie -o $@ $^ $(LIBS_FRANK)

# Documents within the programs, as bytes: $(call embed,NAME) of $<.
embed = { printf '\#include <stddef.h>\n\#include <stdint.h>\n'; \
    printf 'extern const uint8_t $(1)[];\n'; \
    printf 'extern const size_t $(1)_bytes;\n'; \
    printf 'const uint8_t $(1)[] = {\n'; \
    od -An -v -tu1 $< | sed 's/  *\([0-9]\)/,\1/g; s/^,//; s/$$/,/'; \
    printf '};\nconst size_t $(1)_bytes = sizeof $(1);\n'; } > $@

# The API's description.
$(B)/openapi.c: reporting/frankd/openapi.json Makefile
	@mkdir -p $(@D)
	$(SAY) EMBED $<
	$(Q)$(call embed,hub_openapi)

$(B)/obj/reporting/frankd/openapi.o: $(B)/openapi.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/mod_openapi.c: moderation/serve/openapi.json Makefile
	@mkdir -p $(@D)
	$(SAY) EMBED $<
	$(Q)$(call embed,mod_openapi)

$(B)/obj/moderation/serve/openapi.o: $(B)/mod_openapi.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# The console's page.
$(B)/console.c: $(CONSOLE) tools/embed-console Makefile
	@mkdir -p $(@D)
	$(SAY) EMBED moderation/console
	$(Q)tools/embed-console $(CONSOLE) > $@

$(B)/obj/moderation/console.o: $(B)/console.c moderation/serve/console.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# The standard book of policies.
$(B)/standard.c: moderation/policy/standard.json Makefile
	@mkdir -p $(@D)
	$(SAY) EMBED $<
	$(Q)$(call embed,book_standard)

$(B)/obj/moderation/policy/standard.o: $(B)/standard.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/frankd: $(B)/obj/reporting/frankd/main.o $(SHELL_IO_O) $(FRANKD_O) $(SERVICE_O) $(REPORTING_O) $(CLIENT_O)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -pie -o $@ $^ $(LIBS_SERVICE)

$(B)/frank-mod: $(MOD_COMMAND_O) $(MOD_SERVICE_O) $(MODERATION_O) $(SERVICE_O) $(REPORTING_O) $(CLIENT_O)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -pie -o $@ $^ $(LIBS_MOD)

$(B)/frank-audit: $(AUDIT_COMMAND_O) $(AUDIT_O) $(MODERATION_O) $(SERVICE_O) $(REPORTING_O) $(CLIENT_O)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -pie -o $@ $^ $(LIBS_SERVICE)

# Made anew each time: PREFIX may be another.
$(B)/frank.pc: tools/frank.pc.in FORCE
	@mkdir -p $(B)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	    -e 's|@REQUIRES@|$(REQUIRES)|' $< > $@

## make run         the hub's service in ./var: a conversation is stamped,
##                  reported, taken over; MESSAGES=folder takes other messages
MESSAGES ?= tests/vectors/messages
run: all | setup-run
	@B=$(B) examples/run.sh "$(MESSAGES)"

## make walk        the same life of a report with the commands alone
walk: all
	@FRANK=$(B)/frank FRANK_MOD=$(B)/frank-mod examples/walk.sh "$(MESSAGES)"

# ---- Tests ------------------------------------------------------------------

# Functions that a test program replaces, to make them fail.
WRAP_test_book := calloc
WRAP_test_bundle := malloc calloc realloc
WRAP_test_view := malloc calloc realloc
WRAP_test_report_attachments := malloc
WRAP_test_template := malloc
WRAP_test_discreet := calloc
WRAP_test_people := crypto_pwhash
WRAP_test_spot_check := calloc realloc
WRAP_test_spot_answer := malloc
WRAP_test_cosignature := malloc
WRAP_test_policy := malloc
WRAP_test_aead := malloc calloc EVP_CIPHER_CTX_new EVP_CipherInit_ex \
    EVP_CipherUpdate EVP_CipherFinal_ex EVP_CIPHER_CTX_ctrl
WRAP_test_attachment_range := malloc calloc
WRAP_test_attachment_stream := malloc calloc free
WRAP_test_attachment_file := malloc calloc free pread pwrite fstat \
    pthread_create
WRAP_test_log_client := malloc calloc pread pwrite fsync
WRAP_test_log_mutations := fsync
WRAP_test_keyring := sodium_malloc
WRAP_test_keyring_file := geteuid
WRAP_test_secret_file := geteuid
WRAP_test_keyring_faults := open openat __openat_2 read write fsync close \
    fstat linkat renameat unlinkat flock pwrite sodium_malloc
WRAP_test_tiles := open openat __openat_2 read write fsync close fstat linkat \
    renameat unlinkat flock pwrite sodium_malloc pread mkdirat malloc geteuid
WRAP_test_options := open openat __openat_2 read write fsync close fstat \
    linkat renameat unlinkat flock pwrite sodium_malloc malloc
WRAP_test_process_faults := setrlimit prctl sigaction syscall seccomp_init \
    seccomp_rule_add seccomp_load
WRAP_test_service := open_memstream fclose
WRAP_test_stamper := sodium_malloc
WRAP_test_stamper_check := pthread_create
WRAP_test_feed_client := malloc
WRAP_test_feed_page := calloc
WRAP_test_hub_public := json_array_append_new json_object_set_new
WRAP_test_opening := sodium_malloc
WRAP_test_key_json := malloc free
WRAP_test_parts := malloc
WRAP_test_external := EVP_Digest EVP_CIPHER_CTX_new
WRAP_test_mimi_seal := sodium_malloc malloc
WRAP_test_http := accept4 epoll_create1 epoll_ctl pthread_create eventfd \
    clock_gettime calloc malloc MHD_add_connection
WRAP_test_secrets := sodium_memcmp sodium_is_zero \
    crypto_scalarmult_ristretto255 crypto_scalarmult_ristretto255_base \
    crypto_core_ristretto255_add

$(B)/tests/%: $(B)/obj/tests/%.o $(SUPPORT_O) $(SHELL_IO_O) $(FRANKD_O) $(SERVICE_O) $(MOD_SERVICE_O) $(AUDIT_O) $(MODERATION_O) $(REPORTING_O) $(CLIENT_O)
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -pie $(WRAP_$*:%=-Wl,--wrap=%) -o $@ $^ \
	    $(LIBS_MOD) -lcmocka -lcbor -lssl -lcrypto

$(B)/tests/test_render: $(call obj,moderation/frank-mod/render.c)
$(B)/tests/test_rules_page: $(call obj,moderation/frank-audit/rules_page.c moderation/frank-audit/rules_charts.c)

PRELOADS := $(B)/tests/fail_alloc.so $(B)/tests/spoil_body.so
$(PRELOADS): $(B)/tests/%.so: tests/preload/%.c | setup-test
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -o $@ $<

$(B)/load: $(call obj,$(wildcard bench/load/*.c moderation/cases/*.c)) $(AUDIT_O) $(MODERATION_O) $(SERVICE_O) $(SHELL_IO_O) $(REPORTING_O) $(CLIENT_O)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -pie -o $@ $^ $(LIBS_SERVICE)

tests: $(TESTS:%=$(B)/tests/%) $(B)/tests/pull_feed $(B)/tests/make_bundle $(B)/tests/respot $(B)/load $(if $(SAN)$(COV),,$(PRELOADS) $(B)/bench $(B)/bench-rules)

tests: $(B)/tests/log_maker

## make test        all tests
test: all tests | setup-test
	@B=$(B) CC='$(CC)' MAKE='$(MAKE)' SAN='$(SAN)' COV='$(COV)' HASH='$(HASH)' \
	    tests/run $(TESTS)

## make screenshots every page of the console, into $(B)/screenshots
screenshots: all $(B)/load
	@tests/console/install
	@B=$(B) node tests/console/shots.mjs $(B)/screenshots

## make bench       speed, each figure beside the bare primitive; JSON=1
bench: $(B)/bench $(B)/bench-rules $(B)/load $(B)/frankd $(B)/frank-mod $(B)/frank-audit | setup-bench setup-test
	@$(B)/bench $(if $(JSON),--json)
	@B=$(B) JSON=$(JSON) python3 -B bench/log.py
	@$(B)/bench-rules $(if $(JSON),--json)
	@B=$(B) JSON=$(JSON) bench/hub.sh
	@B=$(B) JSON=$(JSON) python3 -B bench/mod.py
	@tests/console/install
	@B=$(B) JSON=$(JSON) node bench/console.mjs

$(B)/bench: $(call obj,$(wildcard bench/*.c) reporting/http/range.c) $(MODERATION_O) $(REPORTING_O) $(CLIENT_O)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -pie -o $@ $^ $(LIBS_FRANK) -lcrypto

$(B)/bench-rules: $(call obj,$(wildcard bench/rules/*.c) moderation/cases/states.c) $(AUDIT_O) $(MODERATION_O) $(SERVICE_O) $(SHELL_IO_O) $(REPORTING_O) $(CLIENT_O)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -pie -o $@ $^ $(LIBS_SERVICE)

## make fuzz        each fuzz target for SECONDS (10), seeded from the vectors
SECONDS ?= 10
FUZZ_B := build/fuzz$(if $(filter sodium,$(HASH)),/sodium)
FUZZ_CC := clang -g -O1 -fno-sanitize-recover=all
FUZZ_SOURCES := $(CLIENT) $(REPORTING) $(SERVICE) $(FRANKD) $(SHELL_IO) $(MODERATION) $(MOD_OUTSIDE) $(AUDIT) moderation/cases/states.c
FUZZ_O := $(patsubst %.c,$(FUZZ_B)/obj/%.o,$(FUZZ_SOURCES) openapi.c standard.c)
.PRECIOUS: $(FUZZ_B)/obj/%.o
fuzz: | setup-fuzz
	@$(MAKE) --no-print-directory $(FUZZERS:%=$(FUZZ_B)/%) $(B)/tests/make_seeds
	@SEEDS=$(B)/tests/make_seeds B=$(FUZZ_B) FUZZ_SECONDS=$(SECONDS) fuzz/run $(FUZZERS)

fuzz_compile = $(FUZZ_CC) -std=c11 -D_GNU_SOURCE $(INCLUDES) -Itests/support \
    -fsanitize=fuzzer-no-link,address,undefined \
    $(if $(filter sodium,$(HASH)),-DFRANK_HASH_SODIUM) -MMD -MP -c $< -o $@

$(FUZZ_B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) CLANG $<
	$(Q)$(fuzz_compile)

$(FUZZ_B)/obj/%.o: $(B)/%.c Makefile
	@mkdir -p $(@D)
	$(SAY) CLANG $<
	$(Q)$(fuzz_compile)

$(FUZZ_B)/%: $(FUZZ_B)/obj/fuzz/%.o $(FUZZ_O)
	$(SAY) LINK $@
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS_SERVICE) -lcbor

## make lint        format, static analysis, shell scripts, man pages
lint: | setup-build setup-test setup-lint
	@INCLUDES='$(INCLUDES)' CFLAGS_LINT='-std=c11 -D_GNU_SOURCE $(INCLUDES) -Itests/support' tools/lint

## make coverage    lines and branches of the three folders, with bounds
coverage: | setup-test setup-coverage
	@$(MAKE) --no-print-directory COV=1 test
	@tools/coverage build/cov

## make install     into DESTDIR/PREFIX (/usr/local); make uninstall
install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig \
	    $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man3
	install -m 755 $(B)/frank $(B)/frankd $(B)/frank-mod $(B)/frank-audit $(DESTDIR)$(BINDIR)/
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(MANDIR)/man8
	for unit in frankd frank-mod frank-audit-witness; do \
	    sed 's|@BINDIR@|$(BINDIR)|' tools/systemd/$$unit.service.in > $(DESTDIR)$(UNITDIR)/$$unit.service; \
	done
	install -m 644 man/*.8 $(DESTDIR)$(MANDIR)/man8/
	install -m 644 client/frank.h $(DESTDIR)$(INCLUDEDIR)/frank.h
	install -m 644 $(B)/libfrank.a $(DESTDIR)$(LIBDIR)/libfrank.a
	install -m 755 $(B)/libfrank.so.$(VERSION) $(DESTDIR)$(LIBDIR)/
	ln -sf libfrank.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libfrank.so.$(SOVERSION)
	ln -sf libfrank.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libfrank.so
	install -m 644 $(B)/frank.pc $(DESTDIR)$(LIBDIR)/pkgconfig/frank.pc
	install -m 644 man/*.1 $(DESTDIR)$(MANDIR)/man1/
	install -m 644 man/*.3 $(DESTDIR)$(MANDIR)/man3/
	tools/man-links $(DESTDIR)$(MANDIR)/man3

uninstall:
	tools/man-links --remove $(DESTDIR)$(MANDIR)/man3
	rm -f $(DESTDIR)$(BINDIR)/frank $(DESTDIR)$(BINDIR)/frank-mod $(DESTDIR)$(BINDIR)/frank-audit \
	    $(DESTDIR)$(BINDIR)/frankd $(DESTDIR)$(UNITDIR)/frankd.service \
	    $(DESTDIR)$(UNITDIR)/frank-mod.service $(DESTDIR)$(UNITDIR)/frank-audit-witness.service \
	    $(patsubst man/%,$(DESTDIR)$(MANDIR)/man8/%,$(wildcard man/*.8)) \
	    $(DESTDIR)$(INCLUDEDIR)/frank.h \
	    $(DESTDIR)$(LIBDIR)/libfrank.a $(DESTDIR)$(LIBDIR)/libfrank.so \
	    $(DESTDIR)$(LIBDIR)/libfrank.so.$(SOVERSION) \
	    $(DESTDIR)$(LIBDIR)/libfrank.so.$(VERSION) \
	    $(DESTDIR)$(LIBDIR)/pkgconfig/frank.pc
	rm -f $(patsubst man/%,$(DESTDIR)$(MANDIR)/man1/%,$(wildcard man/*.1)) \
	    $(patsubst man/%,$(DESTDIR)$(MANDIR)/man3/%,$(wildcard man/*.3))

clean:
	rm -rf build

-include $(shell find $(B)/obj $(FUZZ_B)/obj -name '*.d' 2>/dev/null)
