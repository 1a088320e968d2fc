/* hashing.c: see hashing.h. */
#include "web/hashing.h"

#include "net/client.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define HASHES_MAX    3
#define HASHES_OF_ONE (HASHES_MAX - 1)

static struct {
	pthread_mutex_t lock;
	char network[HASHES_MAX][ADDRESS_NETWORK]; /* "": free */
} hashing = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool hashing_enter(const char *network)
{
	char *free_place = NULL;
	unsigned own = 0;

	pthread_mutex_lock(&hashing.lock);
	for (size_t i = 0; i < HASHES_MAX; i++) {
		own += strcmp(hashing.network[i], network) == 0;
		if (!*hashing.network[i])
			free_place = hashing.network[i];
	}
	if (own >= HASHES_OF_ONE)
		free_place = NULL;
	if (free_place)
		snprintf(free_place, ADDRESS_NETWORK, "%s", network);
	pthread_mutex_unlock(&hashing.lock);
	return free_place;
}

void hashing_leave(const char *network)
{
	pthread_mutex_lock(&hashing.lock);
	for (size_t i = 0; i < HASHES_MAX; i++)
		if (strcmp(hashing.network[i], network) == 0) {
			*hashing.network[i] = '\0';
			break;
		}
	pthread_mutex_unlock(&hashing.lock);
}
