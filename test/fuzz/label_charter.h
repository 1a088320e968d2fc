/* label_charter.h: the charter that the two targets of labels hold theirs against. */
#ifndef FUZZ_LABEL_CHARTER_H
#define FUZZ_LABEL_CHARTER_H

#define LABEL_CHARTER                                                                                              \
	"entente-charter/1\nname T\nversion 1\nprev -\nfold 1\nfield x\nmember aaaaaaaaaaaaaaaaaaaaaaaauu First\n" \
	"force all\naccession all\nobservers no\nsuspension 1\npolicy P\nladder LOW MID HIGH\n"                    \
	"category COI restrictive A,B,C\ncategory REL permissive X,Y,Z\ncategory TOPIC informative U,V\n"          \
	"clearance aaaaaaaaaaaaaaaaaaaaaaaauu HIGH COI=A,B REL=X\nclearance * MID REL=Y\n"                         \
	"quota entries 1 payload-bytes 1\ntwo-person -\n\n"

#endif
