/*
 * limits.h: ceilings of joint procurement, each with its reason. Bytes unless the name says otherwise.
 */
#ifndef PROCUREMENT_LIMITS_H
#define PROCUREMENT_LIMITS_H

#include "base/limits.h"

/* Holders of a tender's key: the members of a coalition. */
#define LIMIT_SEAL_HOLDERS LIMIT_MEMBERS
/* Largest padded bid (a class of E-SEAL/1); documents that are larger go apart, by hash. */
#define LIMIT_SEAL_BID (1 * MIB)
/* One message of E-SEAL/1: the largest bid in base64 and its header lines. */
#define LIMIT_SEAL_MESSAGE (LIMIT_SEAL_BID * 4 / 3 + 16 * KIB)
/* A sealed bid travels in records of this many bytes: one record's content holds a piece and its header. */
#define LIMIT_SEAL_PIECE (512 * KIB)
/* Acts of one supplier on bids of one tender (put, replace, withdraw), and of all: a national framework has some 300 suppliers. */
#define LIMIT_BID_SEQ	   64
#define LIMIT_SEAL_COMMITS 4096
/* Of a bid: lots of a bundle, and rebates, as its shape says. */
#define LIMIT_BUNDLE_LOTS 60
#define LIMIT_BID_REBATES 16
/* Of solving an award, whatever a tender says: each member's node does it, and somebody waits for it. */
#define LIMIT_AWARD_SECONDS 3600
/* Closings that one holder has signed that are looked at; an honest one signs one. */
#define LIMIT_SEAL_CLOSES 16
/* Of its part of a procurement a holder hands on so much (the one over this) of what others have shown to it alone: what a door leaves free has to hold shares too. */
#define SEAL_SHOWN_PART 8
/* Two receipts of one holder for one commit that are so near are of two requests at once. */
#define SEAL_RECEIPTS_APART_MS 60000
/* A transcript: the messages of a tender with every sealed bid in it. */
#define LIMIT_TRANSCRIPT	  (1 * GIB)
#define LIMIT_TRANSCRIPT_MESSAGES 262144

/* Signatures and proofs that a process remembers to hold, 32 bytes each: those of a few full tenders (a power of two). */
#define LIMIT_SEAL_PROVEN 262144

/*
 * What reading one procurement may take: records of all its participants, and memory for them (what is made of them takes four times as much again, in arenas of 1 GiB and more). Each
 * participant has an equal part: who fills the store with records loses sight of its own and takes nothing from others. 4,096 commits and as many sealed bids fit into the part of one of
 * ten.
 */
#define LIMIT_PROCESS_ROWS  100000
#define LIMIT_PROCESS_BYTES (160 * MIB)
/* A door stops taking bids when so much of its member's part is used: what closing and opening need must fit into the rest. */
#define LIMIT_DOOR_THOUSANDTHS 800
/* Reading a record takes so many times the bytes of the message in it: the record, its tree, and its text as it is looked at and checked. */
#define LIMIT_DOOR_TAKES 5
/* New bidders so much earlier: those who have bid can still replace what they sealed. */
#define LIMIT_DOOR_NEW_THOUSANDTHS 700
/*
 * Commits that one network may bring to one door for one tender: a broker's. The fuller the door, the fewer: never above this part of what is left (of bytes the other), but one always. So
 * strangers with fresh keys need not many networks but more with each bid, and who comes late from a network of his own finds a place.
 */
#define LIMIT_NETWORK_COMMITS 128
#define NETWORK_PART_COMMITS  16
#define NETWORK_PART_BYTES    4
/* An answer of the public door is given again so long, while nothing is written: it tells of hours (what is withheld until, what is open). */
#define DOOR_STILL_MS 10000

/* Memory for one page of a list; the rest is on the next. */
#define LIMIT_PAGE_BYTES (64 * MIB)
/* Records of a kind that a command lists, and needs that suggestions are made from, the newest: each is compared with all others. */
#define LIMIT_LISTED 1000
/* Procurements of a mode that the balance and the background task look at. */
#define LIMIT_PROCESSES 20000

/* So long after the lead's turn, and after one another, others close a tender whose lead does not: a few rounds of replication. */
#define PROCUREMENT_TAKEOVER_MS 15000

/* Members' clocks may be so far apart where the hours of their records are compared. */
#define PROCUREMENT_CLOCKS_APART_MS 60000

/* Losers that an award's record names with their reasons: more of them would not fit into one beside thousands of lots. How many are left out stands there too. */
#define LIMIT_LOSERS_TOLD 500
/* Findings of one check that are listed; the rest is counted. */
#define LIMIT_OCDS_FINDINGS 1000
/* A package of anybody's: a year of a country's releases; and what reading it may take. */
#define LIMIT_OCDS_BYTES (256 * MIB)
#define LIMIT_OCDS_ARENA (8 * GIB)

#endif
