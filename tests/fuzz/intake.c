/* Fuzzes the native intake: whatever comes, on whatever line, is read within its bounds, passed on only where Python has
 * settled it, and leaves in runs that the system would cut up into the very datagrams that were sealed. Built with
 * address and undefined-behaviour sanitizers (`make fuzz`).
 *
 * Input: 16 bytes that set up a line with two streams and three routes, then datagrams, each behind two bytes of length.
 * The seals are stand-ins: one adds a 16-byte trailer, as AES-GCM does, the other takes it off and judges it.
 */

#define _GNU_SOURCE

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int checked_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);

#define sendmmsg checked_sendmmsg
#include "../../media/relay/native/outbox.c"
#undef sendmmsg
#include "../../media/relay/native/forward.c"
#include "../../media/relay/native/intake.c"
#include "../../media/relay/native/reading.c"

enum { ROUTES = 3, SETUP = 16, TAG = 16, FD = 1000 };

static int sealed, left;
static uint8_t mood;

static void must(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static int checked_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    must(fd == FD && flags & MSG_DONTWAIT && count > 0, "something to send, without waiting");
    for (unsigned n = 0; n < count; n++) {
        const struct msghdr *head = &messages[n].msg_hdr;
        size_t pieces = head->msg_iovlen, first = head->msg_iov[0].iov_len, all = 0;
        must(pieces >= 1 && (pieces == 1) == (head->msg_controllen == 0), "only a run is said to be one");
        must(head->msg_namelen == sizeof(struct sockaddr_in), "it goes somewhere");
        for (size_t at = 0; at < pieces; at++) {
            size_t size = head->msg_iov[at].iov_len;
            parsed view;
            must(at + 1 < pieces ? size == first : size <= first, "a run is cut where its datagrams end");
            must(parse(head->msg_iov[at].iov_base, (int)size, &view), "each is a packet");
            all += size;
        }
        must(all <= 65507, "a run fits into a datagram");
        left += (int)pieces;
    }
    errno = mood & 1 ? EIO : EAGAIN;
    return mood & 2 ? -1 : mood & 4 ? 1 : (int)count;
}

static int seal(void *session, void *packet, int *length)
{
    uint8_t *data = packet;
    must(session != NULL && *length >= HEADER && *length + TRAILER <= ROOM, "room for a trailer");
    memset(data + *length, 0, TAG);
    *length += TAG;
    sealed++;
    return 0;
}

static int open_seal(void *session, void *packet, int *length)
{
    const uint8_t *data = packet;
    must(session != NULL && *length >= HEADER && *length <= MOST, "no more than came is opened");
    if (*length < HEADER + TAG || data[*length - 1] & 1)
        return 1;
    *length -= TAG;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static tyndau_intake intake;
    static tyndau_outbox box;
    static tyndau_way ways[ROUTES];
    static tyndau_route routes[ROUTES];
    static const tyndau_seals seals = {seal, open_seal};
    tyndau_route *all[ROUTES];
    tyndau_stream streams[2];
    tyndau_line line;
    int64_t now_ns = SECOND;
    if (size < SETUP)
        return 0;
    memset(&line, 0, sizeof line);
    memset(streams, 0, sizeof streams);
    mood = data[0];
    box.in_runs = !(data[1] & 1);
    for (int n = 0; n < ROUTES; n++) {
        uint8_t flags = data[2 + n];
        tyndau_route *route = all[n] = &routes[n];
        memset(route, 0, sizeof *route);
        memset(&ways[n], 0, sizeof ways[n]);
        tyndau_aim(&ways[n], FD, "192.0.2.1", 5000 + (flags & 1));
        ways[n].session = flags & 2 ? route : NULL;
        route->way = &ways[flags & 4 ? 0 : n];
        route->open = flags & 8 ? 1 : 0;
        route->waiting = flags & 16 ? 1 : 0;
        route->stream = flags & 32 ? 0x80818283u : 7;
        route->payload_type = flags & 64 ? 96 : -1;
        route->vp8 = flags & 128 ? 1 : 0;
        route->cc_id = data[5] & 15;
        route->level_id = data[5] >> 4;
        route->last_picture = route->last_tl0 = -1;
    }
    tyndau_know(&intake, &line, &ways[0]);
    must(line_at(&intake, ways[0].address, ways[0].address_length) == &line, "a line is found by its address");
    line.session = data[6] & 1 ? &line : NULL;
    line.cc_id = data[7] & 15;
    line.level_id = data[7] >> 4;
    line.noted = data[8] & 1 ? NOTED - 2 : 0;
    line.packets = (tyndau_allowance){data[9], data[9], 0, 0};
    line.bytes = (tyndau_allowance){data[10] * 100.0, data[10] * 100.0, 0, 0};
    line.sounds = (tyndau_allowance){data[11], data[11], 0, 0};
    for (int n = 0; n < 2; n++) {
        streams[n] = (tyndau_stream){all, data[12] << 8 | data[13], n + 1, ROUTES, n ? 7 : 0x80818283u, 1,
                                      (uint8_t)(n << (data[14] >> 2 & 1))};
        streams[n].valid = data[14] >> n & 1;
        must(tyndau_hold(&line, &streams[n]) >= 0, "there is a place");
    }
    sealed = left = 0;
    for (size_t at = SETUP; at + 2 <= size;) {
        int length = data[at] << 8 | data[at + 1];
        int64_t highest = streams[0].highest + streams[1].highest;
        tyndau_arrival out;
        uint8_t *came;
        enum judged judged;
        at += 2;
        if (length > MOST)
            length = MOST;
        if ((size_t)length > size - at)
            length = (int)(size - at);
        came = malloc(length ? (size_t)length : 1);
        if (came == NULL)
            return 0;
        memcpy(came, data + at, (size_t)length);
        memset(&out, 0, sizeof out);
        out.length = length;
        out.arrival_ns = now_ns += SECOND / 50;
        out.temporal = -1;
        judged = judge(&seals, &box, &line, came, &out);
        must(judged == PASSED || streams[0].highest + streams[1].highest == highest, "only what passes is counted");
        if (judged == LEFT)
            must(out.length == length && memcmp(came, data + at, (size_t)length) == 0, "what is left is untouched");
        if (judged == PASSED) {
            must(streams[out.key - 1].valid && line.session != NULL, "only what is settled passes");
            must(streams[0].highest + streams[1].highest == highest + 1, "one at a time");
            must(out.payload_at >= HEADER && out.payload_at + out.padding <= out.length, "the payload is inside");
            must(out.level >= -1 && out.level <= 255, "a level is a byte");
            must(out.temporal >= -1 && out.temporal <= 3 && out.width <= 0x3FFF, "a layer has two bits, a width 14");
        }
        must(line.noted <= NOTED, "there is an end to what is noted");
        free(came);
        at += (size_t)length;
    }
    tyndau_flush(&box);
    must(box.held == 0, "nothing waits");
    must(mood & 6 || left == sealed, "what was sealed leaves");
    tyndau_forget(&intake, &line);
    must(line_at(&intake, ways[0].address, ways[0].address_length) == NULL, "who is forgotten is not found");
    return 0;
}
