/* The outbox: datagrams that leave together, with as few system calls as the system allows.
 *
 * A call costs more than the packet that it carries. So the copies of one packet leave in one call, and those of a
 * picture in several packets, which go the same way and are of one size, leave as one run that the system cuts up
 * itself (UDP segmentation). Where it cannot, they go one by one. What the system does not take is lost and counted:
 * nothing waits here beyond the call that put it in. Order is kept on each way.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "inner.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { PLACES = 256, MOST_IN_RUN = 48, MOST_BYTES = 60000, UDP_LEVEL = 17 };

typedef struct {
    int fd;
    int place; /* of its first datagram */
    int count;
} run;

typedef union {
    struct cmsghdr head;
    uint8_t room[CMSG_SPACE(sizeof(uint16_t))];
} segmented;

uint8_t *room(tyndau_outbox *box)
{
    if (box->held >= PLACES)
        tyndau_flush(box);
    return box->parcels[box->held].data;
}

void post(tyndau_outbox *box, tyndau_way *way, int length)
{
    tyndau_parcel *parcel = &box->parcels[box->held];
    if (way->fd < 0 || way->address_length == 0 || way->address_length > sizeof way->address) {
        box->unsent++;
        return;
    }
    if (box->held == 0)
        box->turn++;
    parcel->fd = way->fd;
    parcel->address_length = way->address_length;
    memcpy(parcel->address, way->address, sizeof parcel->address);
    parcel->length = length;
    parcel->next = -1;
    parcel->first = way->turn != box->turn;
    if (!parcel->first)
        box->parcels[way->last].next = box->held;
    way->turn = box->turn;
    way->last = box->held++;
}

static int goes_with(const tyndau_parcel *one, const tyndau_parcel *other)
{
    return one->fd == other->fd && one->address_length == other->address_length &&
           memcmp(one->address, other->address, one->address_length) == 0;
}

/* How many datagrams from this place on are one run: all of the first one's size, only the last may be shorter. */
static int run_length(const tyndau_outbox *box, int place)
{
    const tyndau_parcel *first = &box->parcels[place];
    int count = 1, bytes = first->length, last = first->length;
    if (!box->in_runs)
        return 1;
    for (int next = first->next; next >= 0; next = box->parcels[next].next) {
        const tyndau_parcel *parcel = &box->parcels[next];
        if (last != first->length || parcel->length > first->length || count == MOST_IN_RUN ||
            bytes + parcel->length > MOST_BYTES || !goes_with(first, parcel))
            break;
        last = parcel->length;
        bytes += last;
        count++;
    }
    return count;
}

static void one_by_one(tyndau_outbox *box, const run *failed)
{
    int place = failed->place;
    for (int n = 0; n < failed->count; n++, place = box->parcels[place].next) {
        const tyndau_parcel *parcel = &box->parcels[place];
        if (sendto(parcel->fd, parcel->data, (size_t)parcel->length, MSG_DONTWAIT | MSG_NOSIGNAL,
                   (const struct sockaddr *)parcel->address, parcel->address_length) < 0)
            box->unsent++;
    }
}

static void leave(tyndau_outbox *box, struct mmsghdr *messages, const run *runs, int count)
{
    int at = 0;
    while (at < count) {
        int same = at + 1, sent;
        while (same < count && runs[same].fd == runs[at].fd)
            same++;
        sent = sendmmsg(runs[at].fd, messages + at, (unsigned)(same - at), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            at += sent;
            continue;
        }
        if (runs[at].count > 1 && errno != EAGAIN && errno != ENOBUFS) {
            if (errno == EIO)
                box->in_runs = 0;
            one_by_one(box, &runs[at]);
        } else {
            box->unsent += (uint64_t)runs[at].count;
        }
        at++;
    }
}

void tyndau_flush(tyndau_outbox *box)
{
    struct mmsghdr messages[PLACES];
    struct iovec pieces[PLACES];
    segmented sizes[PLACES];
    run runs[PLACES];
    int made = 0, piece = 0;
    for (int begin = 0; begin < box->held; begin++) {
        int place = box->parcels[begin].first ? begin : -1;
        while (place >= 0) {
            tyndau_parcel *first = &box->parcels[place];
            struct msghdr *head = &messages[made].msg_hdr;
            int count = run_length(box, place);
            memset(&messages[made], 0, sizeof messages[made]);
            runs[made] = (run){first->fd, place, count};
            head->msg_name = first->address;
            head->msg_namelen = first->address_length;
            head->msg_iov = &pieces[piece];
            head->msg_iovlen = (size_t)count;
            if (count > 1) {
                uint16_t size = (uint16_t)first->length;
                memset(&sizes[made], 0, sizeof sizes[made]);
                head->msg_control = &sizes[made];
                head->msg_controllen = sizeof sizes[made].room;
                sizes[made].head.cmsg_level = UDP_LEVEL;
                sizes[made].head.cmsg_type = UDP_SEGMENT;
                sizes[made].head.cmsg_len = CMSG_LEN(sizeof size);
                memcpy(CMSG_DATA(&sizes[made].head), &size, sizeof size);
            }
            for (int n = 0; n < count; n++, place = box->parcels[place].next)
                pieces[piece++] = (struct iovec){box->parcels[place].data, (size_t)box->parcels[place].length};
            made++;
        }
    }
    leave(box, messages, runs, made);
    box->held = 0;
}
