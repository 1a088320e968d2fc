/*
 * wordfold.h: text as the words that a search compares: lower case, without accents, split at everything that is no letter or digit. Done here and
 * not by the engines, so that both find the same, whatever locale a server runs in. Pure.
 *
 *	"Überschwemmung in Shkodër, 3-4 m" → "uberschwemmung in shkoder 3 4 m"
 */
#ifndef NODE_WORDFOLD_H
#define NODE_WORDFOLD_H

#include "base/buf.h"

/* A longer word is cut: nobody types it, and engines have limits of their own. */
#define WORD_BYTES_MAX 64

/* Appends the words of `text` with one space between them; what is no UTF-8 separates words. */
void words_fold(struct buf *ret, struct slice text);

#endif
