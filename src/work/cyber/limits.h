/*
 * limits.h: ceilings of this workspace, each with its reason. Bytes unless the name says otherwise.
 */
#ifndef WORK_CYBER_LIMITS_H
#define WORK_CYBER_LIMITS_H

#include "base/limits.h"

/* One STIX object with its length in front must fit a batch payload. */
#define LIMIT_STIX_BYTES (LIMIT_PAYLOAD_CONTENT - 64)
/* Nesting of one object: the deepest of the standard has 8; a bundle and its list are two more. */
#define LIMIT_STIX_DEPTH 64
/* Values and keys of one object: 1 MiB of the shortest ones. */
#define LIMIT_STIX_NODES 600000
/*
 * Elements and keys that the selectors of one object's granular markings walk past, all of them together: two thousand selectors into a list of as many. Lists are
 * walked from their beginning, so that without a bound a MiB of selectors into a MiB of list is minutes for everybody who gets it.
 */
#define LIMIT_STIX_SELECT_STEPS 4000000
/* An identifier: a type of 250 characters, "--" and a UUID. */
#define LIMIT_STIX_TYPE	      250
#define LIMIT_STIX_TYPE_LEAST 3
#define LIMIT_STIX_ID	      (LIMIT_STIX_TYPE + 2 + 36)
/* Fraction of a second: digits that are compared and kept. Nobody's clock has so many. */
#define LIMIT_STIX_FRACTION 32
/* Bundle from a file: what one upload may be. It is read in pieces. */
#define LIMIT_STIX_BUNDLE (4 * GIB)
/* Elements of its list: of LIMIT_STIX_BUNDLE of ordinary objects, and 128 MiB of places. */
#define LIMIT_STIX_OBJECTS (8UL << 20)
/* Members of a bundle beside its objects: type, id and what somebody added. */
#define LIMIT_STIX_FRAME (64 * KIB)

/* ---- TAXII ---- */
/* Requests a minute of one account that the store is asked for; pages that are in memory already are not counted. A collection of a million objects is 1,000 pages. */
#define LIMIT_TAXII_REQUESTS_MINUTE 6000
/* Body of a POST: an envelope of ATT&CK and more; larger ones come as a bundle by file. Up to the first it is kept in memory. */
#define LIMIT_TAXII_BODY   (256 * MIB)
#define LIMIT_TAXII_MEMORY (4 * MIB)
/* Of somebody whose credentials have not been seen to hold: an indicator or some. */
#define LIMIT_TAXII_STRANGER (64 * KIB)
/* What other methods may bring and is not looked at. */
#define LIMIT_TAXII_NO_BODY (64 * KIB)
/* Objects of a page if the client names no limit, and at most; and bytes of a page, unless one object is larger. */
#define LIMIT_TAXII_PAGE       1000
#define LIMIT_TAXII_PAGE_BYTES (8 * MIB)
/* Pages kept in memory, all of them together, with their compressed forms. */
#define LIMIT_TAXII_CACHE (48 * MIB)
/* Credentials that have held, and how long one is not looked at again in the store; its password is not hashed again for so long. */
#define LIMIT_TAXII_CREDENTIALS 4096
#define LIMIT_TAXII_FRESH_MS	2000
#define LIMIT_TAXII_PASSWORD_MS (60LL * 60 * 1000)
/* A status is kept so long (TAXII 2.1 §4.3 asks for a day). */
#define LIMIT_TAXII_STATUS_MS (48LL * 3600 * 1000)

/*
 * One round with another server while others wait for theirs: fifty thousand objects, or a minute, whichever comes first. It goes on in the next one, behind all others
 * that are due.
 */
#define LIMIT_REMOTE_ROUND_PAGES 50
#define LIMIT_REMOTE_ROUND_MS	 60000

/* ---- MISP, CSAF ---- */
/*
 * Products that the flags, remediations and threats of one CSAF document name by groups, all of them together: a hundred vulnerabilities of twenty thousand. A group
 * has its products once in the document, and each vulnerability may name it again: without a bound a MiB would be minutes.
 */
#define LIMIT_CSAF_GROUPED 2000000
/* Events of one file, in memory with their values: a sharing group repeated at every attribute makes a gigabyte of an event, and says nothing more. */
#define LIMIT_MISP_BYTES (64 * MIB)
#define LIMIT_MISP_NODES 6000000
/* The bundle that comes of it: every value with the names that STIX wants. */
#define LIMIT_MISP_BUNDLE (512 * MIB)
#define LIMIT_MISP_DEPTH  32
/* One attribute's value (a rule of YARA, a text); of one with more nothing is taken. */
#define LIMIT_MISP_VALUE (512 * KIB)
/* References of one report: below LIMIT_STIX_BYTES; larger events get groupings below it. */
#define LIMIT_MISP_REFS 8000
/* Labels that are looked through for one event that is made here: ten of each object's for each thing it says, and as many again. */
#define LIMIT_MISP_LABELS 20000000
/* Attributes of one event that is made here. */
#define LIMIT_MISP_ATTRIBUTES 20000

#endif
