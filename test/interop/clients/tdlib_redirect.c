/*
 * Loaded into TDLib's process before anything else (LD_PRELOAD): whatever machine it wants to connect to, it gets the test
 * DC on this one. The addresses of Telegram's datacenters are built into the library, and it asks other machines for
 * further ones; none of that may leave this machine.
 *
 * Addresses of this machine stay what they are, so that a proxy can be reached; names are not resolved.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int connect(int fd, const struct sockaddr *to, socklen_t length) {
  static int (*real)(int, const struct sockaddr *, socklen_t);
  if (real == NULL) real = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
  if (to->sa_family == AF_UNIX) return real(fd, to, length);
  if (to->sa_family != AF_INET) {
    errno = ECONNREFUSED;
    return -1;
  }
  struct sockaddr_in dc;
  memcpy(&dc, to, sizeof dc);
  if ((ntohl(dc.sin_addr.s_addr) >> 24) != 127) {
    dc.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    dc.sin_port = htons((unsigned short)atoi(getenv("TEST_DC_PORT")));
  }
  return real(fd, (const struct sockaddr *)&dc, sizeof dc);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  if (real == NULL) {
    real = (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
  }
  struct addrinfo numeric = {0};
  if (hints != NULL) numeric = *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  return real(node, service, &numeric, found);
}
