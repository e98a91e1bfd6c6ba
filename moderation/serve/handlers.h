/* SPDX-License-Identifier: Apache-2.0 */
/* What the routes do: a function each, in the file of its part of the API. */
#ifndef MODERATION_SERVE_HANDLERS_H
#define MODERATION_SERVE_HANDLERS_H

#include "call.h"

typedef void mod_run(struct call *call);
typedef void mod_read(struct call *call, struct db *db);
typedef struct cases_answer mod_act(struct call *call, struct db *db);

/* sessions.c */
mod_run run_login;
mod_run run_enrol;
mod_run run_confirm;
mod_run run_logout;
mod_run run_password;
mod_read read_me;

/* desk_calls.c */
mod_read read_searches;
mod_act act_keep_search;
mod_act act_drop_search;
mod_act act_prefer;
mod_act act_expose;
mod_act act_draft;

/* listing.c */
mod_read read_queues;
mod_read read_cases;
mod_read read_case;
mod_read read_people;
mod_read read_requests;

/* claiming.c */
mod_act act_next;
mod_act act_claim;
mod_act act_extend;
mod_act act_hold;
mod_act act_release;
mod_act act_hand_over;
mod_act act_ask;
mod_act act_withdraw;
mod_act act_note;
mod_act act_second_look;
mod_act act_legal_hold;
mod_act act_confirm_hold;
mod_act act_end_hold;
mod_read read_floods;
mod_read read_flood;
mod_act act_flood;
mod_act act_flood_undo;

/* opening_calls.c */
mod_run run_sealed;
mod_run run_refuse;
mod_run run_agree;
mod_run run_consent;
mod_run run_look;
mod_act act_retry;
mod_run run_reporter;

/* showing.c */
mod_run run_attachments;
mod_run run_evidence;

/* export_calls.c */
mod_run run_export;
mod_run run_spot_check;

/* deciding_calls.c */
mod_run run_book;
mod_run run_new_book;
mod_run run_decide;
mod_act act_review;
mod_act act_retract;
mod_run run_answer;
mod_act act_second_decide;
mod_act act_appeal;
mod_read read_decision;

/* people_calls.c */
mod_read read_accounts;
mod_run run_add_account;
mod_act act_change_account;
mod_act act_end_account;
mod_run run_reset_account;
mod_read read_quorums;
mod_run run_set_holder;
mod_run run_keep_share;
mod_run run_drop_share;

/* pages_calls.c */
mod_run run_statistics;
mod_run run_log;
mod_run run_checkpoint;
mod_run run_tile;
mod_run run_openapi;
mod_run run_livez;
mod_run run_readyz;
mod_run run_metrics;

/* console.c */
mod_run run_console;

#endif
