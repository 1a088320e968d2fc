/*
 * limits.h: every ceiling in one place, each with its reason. Bytes unless the name says otherwise.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* ---- the log ---- */
/* One entry (leaf data): 64 refs, 64 seen lines, 64 readers and an act fit at their longest (14.6 KiB); under C2SP's uint16. */
#define LIMIT_ENTRY_BYTES (16 * KIB)
/* Refs in one entry: a plan names its lines, an answer its question. */
#define LIMIT_ENTRY_REFS 64
/* Members of one coalition, so also `seen` lines and explicit audience. */
#define LIMIT_MEMBERS 64
/* Logs that a node tells of: of one member its newest epochs, since root keys can begin one after the other; and of all members together. */
#define LIMIT_LOGS_OF_MEMBER 16
#define LIMIT_LOGS_TOLD	     (8 * LIMIT_MEMBERS)
/* Payload of one entry: 1 MiB of content, plus the inner header and framing. */
#define LIMIT_PAYLOAD_CONTENT (1 * MIB)
#define LIMIT_PAYLOAD_BYTES   (LIMIT_PAYLOAD_CONTENT + 64 * KIB)
/* Objects in one batch payload. */
#define LIMIT_BATCH_OBJECTS 10000
/* One checkpoint note with cosignatures (C2SP: implementations may bound; 48 signature lines). */
#define LIMIT_NOTE_BYTES      (16 * KIB)
#define LIMIT_NOTE_SIGNATURES 48
/* Entry bundle: 256 entries with their uint16 lengths. */
#define LIMIT_BUNDLE_BYTES (256 * (LIMIT_ENTRY_BYTES + 2))
/* tlog-proof: a note, 64 hashes in text, and extra data that others may put in. */
#define LIMIT_PROOF_BYTES (LIMIT_NOTE_BYTES + 8 * KIB)
/* Fork proof: two notes and two inclusion proofs of 64 hashes, in text. */
#define LIMIT_FORK_BYTES (64 * KIB)

/* ---- the pact ---- */
/* Root document: keys, officers, endpoints, revocations. */
#define LIMIT_ROOT_BYTES (64 * KIB)
/* Charter: the header lines and the prose of the declaration. */
#define LIMIT_CHARTER_BYTES (256 * KIB)
/* Statement: quote and source, not a book. */
#define LIMIT_STATEMENT_BYTES (16 * KIB)
/*
 * Acts of one author that standing looks at, per kind, lowest place first (docs/standing.md §2): the rest of what a party publishes is kept and has no effect, so
 * that nobody can make standing dearer for all. A founder signs each version of the charter, a member ratifies each accession; 64 members that change their minds
 * several times stay below.
 */
#define LIMIT_STANDING_SIGN	    128
#define LIMIT_STANDING_INTEREST	    64
#define LIMIT_STANDING_ACCEDE	    64
#define LIMIT_STANDING_RATIFY	    512
#define LIMIT_STANDING_WITHDRAW	    64
#define LIMIT_STANDING_SUSPEND	    256
#define LIMIT_STANDING_RESUME	    256
#define LIMIT_STANDING_INTRODUCTION 256
#define LIMIT_STANDING_ROOT	    256
/* All acts of a coalition that standing looks at, in memory: 64 parties at their bounds take about 100 MiB. Above, standing fails with E_LIMIT. */
#define LIMIT_STANDING_BYTES (128 * MIB)
/* Versions of one member's root document: one a month for twenty years. And all of them together: 8 KiB each. */
#define LIMIT_ROOT_VERSIONS    256
#define LIMIT_ROOT_CHAIN_BYTES (2 * MIB)
/* Documents kept beside the chain, whose versions its root keys have signed twice: who does it once has to be dealt with by people. */
#define LIMIT_ROOT_TWINS 8
/* All of those, as a partner is told of them. */
#define LIMIT_ROOT_ANSWER (LIMIT_ROOT_CHAIN_BYTES + (LIMIT_ROOT_TWINS + 1) * LIMIT_ROOT_BYTES)
/* Acts of one log whose officers' signatures are looked at for what is shown as flagged, newest first. */
#define LIMIT_FLAG_ACTS 512
/* Statements and refusals shown at once, newest first. */
#define LIMIT_SHOWN 200
/* Coalitions that one node is party to. */
#define LIMIT_COALITIONS 64
/* Clock of an entry may be this far ahead of ours before it is flagged (§2.9 R8). */
#define LIMIT_CLOCK_AHEAD_MS (24LL * 3600 * 1000)

/* ---- keys ---- */
/* Key file: four lines, the longest 150 characters. */
#define LIMIT_KEYFILE_BYTES (1 * KIB)
/* What a key file may ask of the machine that opens it: Argon2id over 1 GiB ten times is ten seconds. */
#define LIMIT_KEYFILE_MEMORY (1 * GIB)
#define LIMIT_KEYFILE_PASSES 10
/* PEM of one certificate with its chain, as a root document or operator may give it. */
#define LIMIT_CERT_PEM_BYTES (64 * KIB)
/* Names and addresses in a certificate made here. */
#define LIMIT_CERT_NAMES 64

/* ---- the store ---- */
/* Parameters of one statement, and columns of one batch insert: the widest table has a third of it. */
#define LIMIT_SQL_PARAMS 64
/* Text of one migration step, or of one statement made by the engine. */
#define LIMIT_DDL_BYTES (256 * KIB)

/* ---- documents ---- */
/* JSON from partners (I-JSON profile of the format, §2.2). */
#define LIMIT_JSON_DEPTH 32
#define LIMIT_JSON_NODES 10000
/* JSON bundles from local users: ATT&CK is 39 MB with 600 thousand nodes. */
#define LIMIT_JSON_BUNDLE_NODES (64u * 1000 * 1000)
#define LIMIT_JSON_BUNDLE_DEPTH 128
#define LIMIT_XML_BYTES		(16 * MIB)
#define LIMIT_XML_DEPTH		64
#define LIMIT_XML_NODES		200000 /* elements and attributes together */
#define LIMIT_XML_ATTRIBUTES	256    /* of one element */
#define LIMIT_XML_NAME_BYTES	1024   /* a name or a namespace, which every element repeats */
/* One attached file. */
#define LIMIT_FILE_BYTES (1 * GIB)
/* Files attached to one note. */
#define LIMIT_FILES_PER_NOTE 64
/* A file travels in pieces of this size. */
#define LIMIT_FILE_CHUNK (1 * MIB)

/* ---- HTTP ---- */

#define LIMIT_HEAD_BYTES	      (32 * KIB) /* request line and headers; a legal 16 KiB header fits */
#define LIMIT_HEADERS		      100	 /* header lines in one request */
#define LIMIT_HEAD_MS		      10000 /* head complete after this, or the connection closes */
#define LIMIT_BODY_STALL_MS	      20000 /* longest silence inside a body */
#define LIMIT_CONNECTIONS	      4096  /* per listener */
#define LIMIT_CONNECTIONS_PER_ADDRESS 256
#define LIMIT_LONG_POLL_MS	      25000 /* federation long poll */
/* A request sees one world (LIMIT_STANDING_BYTES and as much again to compute it) and 64 MiB of what it is about; used as it is needed. */
#define LIMIT_REQUEST_ARENA (64 * MIB + 2 * LIMIT_STANDING_BYTES)
#define LIMIT_IDLE_MS	    60000 /* a kept connection may wait this long for its next request */
#define LIMIT_SEND_STALL_MS                                                                        \
	30000 /* a client that takes nothing of its answer for this long is gone */
#define LIMIT_BODY_RATE                                                                            \
	512 /* bytes/s a body must average; slower is a held connection, not a link */
/* Bodies in memory that are larger than the first, all together: sixteen of the longest at once. Smaller ones are bounded by the connections. */
#define LIMIT_BODY_SMALL   (64 * KIB)
#define LIMIT_BODIES_LARGE (256 * MIB)
#define LIMIT_CONNECTION_POOL                                                                      \
	(40 * KIB) /* head, parsed fields and answer head of one connection; half of it is touched by each */
#define LIMIT_LINGER_MS	   2000 /* a refused client may go on sending this long while it reads why */
#define LIMIT_LINGERING	   256	/* refused connections kept so at once */
#define LIMIT_STREAM_PIECE (1 * MIB)  /* what a stream may have ready at once */
#define LIMIT_CLIENT_HEAD  (64 * KIB) /* all header lines of a partner's answer */
#define LIMIT_CONNECT_MS   10000      /* TCP and TLS handshake with a partner */

/* ---- peer ---- */
/* Answer to one federation request. */
#define LIMIT_PEER_ANSWER (16 * MIB)
/* Payloads asked for in one request: by count and by bytes in the answer. An answer is one transaction, so few and large ones make a catch-up fast. */
#define LIMIT_PAYLOADS_PER_REQUEST 1024
#define LIMIT_PAYLOADS_ANSWER	   (8 * MIB)
/* Days of the charter's quota that are taken of one author in one day of the node's clock: who joins late catches up with a year of full days in six. */
#define LIMIT_RECEIVED_DAYS 64
/* Attached files of one author that are fetched in a day, unless entente.conf says otherwise; and what of the disk no file may take. */
#define LIMIT_FILE_DAY_BYTES (4 * GIB)
#define LIMIT_DISK_RESERVE   (1 * GIB)
/* Leaf hashes asked for in one go, whatever size the author signed: 4 MiB; a longer catch-up takes several. */
#define LIMIT_PULL_LEAVES ((size_t)128 * 1024)
/* What one partner may ask in a minute: long polls and a catch-up of a million entries fit. */
#define LIMIT_PEER_REQUESTS_MINUTE 6000
#define LIMIT_PEER_BYTES_MINUTE	   (4 * GIB)
/* What the decision about one entry counts for, given or not: it is work all the same. A million entries a minute, header and content, are half of the bytes. */
#define LIMIT_PEER_DECISION_BYTES (1 * KIB)
/* Long polls of one partner that are parked at once: its puller has one for each coalition, a restart leaves another; more are answered at once. */
#define LIMIT_PEER_POLLS 128
/* Connections that a front has opened and not yet said for whom (PROXY protocol), and how long it may take. */
#define LIMIT_PROXY_PENDING 256
#define LIMIT_PROXY_MS	    5000
/* Backoff after a failure: first wait and longest, before jitter. */
/* Refused in one round with one partner, and remembered of one partner: who brings more is not listened to for now. */
#define LIMIT_ROUND_REFUSALS   16
#define LIMIT_REFUSALS_KEPT    256
#define LIMIT_BACKOFF_FIRST_MS 250
#define LIMIT_BACKOFF_MAX_MS   60000
/* Offline bundle file, and sections in it: a million entries make twelve thousand. */
#define LIMIT_BUNDLE_FILE     (4 * GIB)
#define LIMIT_BUNDLE_SECTIONS 262144
/* A section larger than the first may be at most so many times its deflated bytes. */
#define LIMIT_BUNDLE_PLAIN (64 * KIB)
#define LIMIT_BUNDLE_RATIO 20

/* ---- pages and API ---- */
/* Requests a minute: a page that reloads a few lists on each event stays far below; a program in a loop does not. */
#define LIMIT_CALLER_REQUESTS_MINUTE   1200
#define LIMIT_STRANGER_REQUESTS_MINUTE 240
/* Callers whose rate is remembered; more at once and the one unheard of for longest starts anew. */
#define LIMIT_RATE_BUCKETS 65536
/* JSON body of one API request: a note's text is the longest part of any. */
#define LIMIT_API_BODY (2 * MIB)
/* One answer: 200 records with their contents lie below it, except in pages that are cut (record_list). */
#define LIMIT_API_ANSWER (64 * MIB)
#define LIMIT_API_PAGE	 200
/* What one API request may hold in memory: standing of a large coalition, above all. */
#define LIMIT_API_ARENA (1 * GIB)
/* Answers of the API that are kept while the store stays as it is (web/answers.h), and callers; a key is a path, a query and two classes. */
#define LIMIT_ANSWERS_BYTES   (8 * MIB)
#define LIMIT_ANSWERS_KEY     (8 * KIB)
#define LIMIT_ANSWERS_CALLERS 1024
/* What one person may upload in 24 hours, in files and together: no more than partners take of an author's files in a day (LIMIT_FILE_DAY_BYTES). */
#define LIMIT_UPLOADS	   256
#define LIMIT_UPLOAD_BYTES (4 * GIB)
/* Answers kept for the Idempotency-Keys of one person, each for a day: a program that makes a record every five seconds, at their usual 3 KiB. */
#define LIMIT_KEPT_ANSWERS 20000
#define LIMIT_KEPT_BYTES   (64 * MIB)
/* Of one owner's records of one kind, what a list of the response workspace looks at: a country's whole register is some hundred, of 2 KiB. */
#define LIMIT_AID_OWNER_MANY  5000
#define LIMIT_AID_OWNER_BYTES (16 * MIB)
/* A page of them in memory: the last may be one record of a MiB, read. */
#define LIMIT_AID_PAGE_BYTES (32 * MIB)
#define LIMIT_AID_PAGE_ARENA (128 * MIB)
/* Jobs that are remembered. */
#define LIMIT_JOBS 64
/* Of one person, waiting or running: they are done one after the other, and others have some too. */
#define LIMIT_JOBS_OF_ONE 8
/* Events kept for viewers that are behind; one that is further behind loads its page again. */
#define LIMIT_LIVE_EVENTS 4096
/* Viewers of live events. */
#define LIMIT_LIVE_VIEWERS 4000

/* Solver programs (node/solver.h): a coalition-wide plan by components needs some 30 MiB, a whole model a GiB; the text of either, and of an answer. */
#define LIMIT_SOLVER_MEMORY (2 * GIB)
#define LIMIT_SOLVER_MODEL  (256 * MIB)

/* ---- accounts: passkeys and OpenID Connect ---- */
/* One WebAuthn structure in CBOR: an attestation with a certificate chain is some 3 KiB; nesting of the deepest is 4. */
#define LIMIT_CBOR_BYTES (16 * KIB)
#define LIMIT_CBOR_DEPTH 8
#define LIMIT_CBOR_PAIRS 32
/* Credential id (WebAuthn §4), and client data as a browser makes it (some 150 bytes and the origin). */
#define LIMIT_PASSKEY_ID  1023
#define LIMIT_CLIENT_DATA (4 * KIB)
/* Passkeys of one person, and names at a provider of one person. */
#define LIMIT_PASSKEYS 32
#define LIMIT_SUBJECTS 16
/* RSA keys of others: below 2048 bits nothing is worth, above 8192 a check costs too much. */
#define LIMIT_RSA_BITS_MIN 2048
#define LIMIT_RSA_BITS_MAX 8192
/* Documents of an OpenID provider: discovery, keys (32 of them), token answer; an ID token with many groups. */
#define LIMIT_OIDC_ANSWER (256 * KIB)
#define LIMIT_JWKS_KEYS	  32
#define LIMIT_JWT_BYTES	  (64 * KIB)
/* ---- the public register ---- */
/* The public part of one coalition: 64 parties with a hundred acts and statements each, at their usual 1 KiB. */
#define LIMIT_PUBLIC_BYTES   (8 * MIB)
#define LIMIT_PUBLIC_ENTRIES 4096
/* Charter versions in one file; parties and logs: members, and those that have left or apply. */
#define LIMIT_PUBLIC_CHARTERS 64
#define LIMIT_PUBLIC_PARTIES  256
/* Acts of publishing of one author that count, newest first; and how many are looked at to find them. */
#define LIMIT_PUBLISH_AUTHOR 1024
#define LIMIT_PUBLISH_LOOKS  4096
/* What those acts of one author name together. */
#define LIMIT_PUBLISH_WORDS 8192
/* Of the file, what acts and statements take; the rest is for heads, root documents, charters and forks. */
#define LIMIT_PUBLIC_ENTRY_BYTES (5 * MIB)
/* Checking one: every entry parsed (20 KiB each at most), every version of every root document, the standing once per digest. */
#define LIMIT_PUBLIC_ARENA (2 * GIB)

#endif
