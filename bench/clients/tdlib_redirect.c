/*
 * Preloaded into TDLib's process: every connection to another machine goes to the sink's port on this one instead, for the
 * library has Telegram's addresses built in. Only IPv4 and only addresses; nothing is looked up.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

typedef int connect_fn(int, const struct sockaddr *, socklen_t);
typedef int lookup_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  static connect_fn *next;
  if (!next) next = (connect_fn *)dlsym(RTLD_NEXT, "connect");
  if (address->sa_family == AF_UNIX) return next(fd, address, length);
  if (address->sa_family == AF_INET) {
    struct sockaddr_in here = *(const struct sockaddr_in *)address;
    if (ntohl(here.sin_addr.s_addr) >> 24 == 127) return next(fd, address, length);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    here.sin_port = htons((unsigned short)atoi(getenv("SINK_PORT")));
    return next(fd, (const struct sockaddr *)&here, sizeof here);
  }
  errno = ENETUNREACH;
  return -1;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  static lookup_fn *next;
  if (!next) next = (lookup_fn *)dlsym(RTLD_NEXT, "getaddrinfo");
  struct addrinfo literal = {0};
  if (hints) literal = *hints;
  literal.ai_flags |= AI_NUMERICHOST;
  return next(node, service, &literal, result);
}
