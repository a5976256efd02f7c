/* The intake: datagrams as they come, many with one system call; what is plain is passed on here, all else is Python's.
 *
 * Plain is the next packet in order of a stream that Python knows, on the connection and from the address it knows it
 * on. It is opened, read, and put into the outbox; Python is told afterwards and keeps the books. Everything else (the
 * first of a stream, what comes late or after a hole, repetitions, reports, handshakes, checks, strangers) is handed on
 * untouched, in the order in which it came.
 *
 * All of it comes from outside: every length is checked before it is used.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "inner.h"

enum { BATCH = 32, BUCKETS = 256, STREAMS = 16, MOST = 1500, SECOND = 1000000000, TELL_NS = SECOND / 10, AT_ONCE_NS = 20000 };

#ifndef SCM_TIMESTAMPNS
#define SCM_TIMESTAMPNS 35
#endif

static unsigned bucket(const uint8_t *address, uint32_t length)
{
    uint32_t hash = 2166136261u;
    for (uint32_t at = 0; at < length; at++)
        hash = (hash ^ address[at]) * 16777619u;
    return (hash ^ hash >> 16) % BUCKETS;
}

/* Only what tells two browsers apart: of IPv6 neither flow nor scope. */
static uint32_t significant(const uint8_t *address, uint32_t length)
{
    const struct sockaddr *some = (const struct sockaddr *)(const void *)address;
    if (length >= sizeof(struct sockaddr_in) && some->sa_family == AF_INET)
        return offsetof(struct sockaddr_in, sin_zero);
    if (length >= sizeof(struct sockaddr_in6) && some->sa_family == AF_INET6)
        return offsetof(struct sockaddr_in6, sin6_scope_id);
    return 0;
}

void tyndau_forget(tyndau_intake *intake, tyndau_line *line)
{
    tyndau_line **at = &intake->lines[bucket(line->address, line->address_length)];
    while (*at != NULL && *at != line)
        at = &(*at)->next;
    if (*at == line)
        *at = line->next;
    line->next = NULL;
    line->address_length = 0;
}

/* From now on this line's packets come from where its way leads. Another line that was there is forgotten. */
void tyndau_know(tyndau_intake *intake, tyndau_line *line, const tyndau_way *way)
{
    tyndau_line **at;
    uint32_t length = significant(way->address, way->address_length);
    tyndau_forget(intake, line);
    if (length == 0)
        return;
    at = &intake->lines[bucket(way->address, length)];
    for (tyndau_line *other = *at; other != NULL; other = other->next) {
        if (other->address_length == length && memcmp(other->address, way->address, length) == 0) {
            tyndau_forget(intake, other);
            break;
        }
    }
    memcpy(line->address, way->address, length);
    line->address_length = length;
    line->next = *at;
    *at = line;
}

static tyndau_line *line_at(const tyndau_intake *intake, const uint8_t *address, uint32_t address_length)
{
    uint32_t length = significant(address, address_length);
    tyndau_line *line = length ? intake->lines[bucket(address, length)] : NULL;
    while (line != NULL && (line->address_length != length || memcmp(line->address, address, length) != 0))
        line = line->next;
    return line;
}

/* Give a stream a place on its line: its own, a free one, or one that holds no longer. Which, or -1. */
int tyndau_hold(tyndau_line *line, tyndau_stream *stream)
{
    int place = -1;
    for (int n = 0; n < STREAMS; n++) {
        tyndau_stream *held = line->streams[n];
        if (held == stream || (held != NULL && held->ssrc == stream->ssrc)) {
            place = n;
            break;
        }
        if (place < 0 && (held == NULL || !held->valid))
            place = n;
    }
    if (place >= 0)
        line->streams[place] = stream;
    return place;
}

static double level_of(tyndau_allowance *allowance, int64_t at_ns)
{
    if (at_ns > allowance->at_ns) {
        if (allowance->at_ns) {
            allowance->left += (double)(at_ns - allowance->at_ns) * allowance->a_second / SECOND;
            if (allowance->left > allowance->a_second)
                allowance->left = allowance->a_second;
        }
        allowance->at_ns = at_ns;
    }
    return allowance->left;
}

/* All of it, or nothing. */
int tyndau_allow(tyndau_allowance *allowance, int amount, int64_t at_ns)
{
    if (level_of(allowance, at_ns) < amount) {
        allowance->refused++;
        return 0;
    }
    allowance->left -= amount;
    return 1;
}

/* As much of it as is left. */
int tyndau_some(tyndau_allowance *allowance, int wanted, int64_t at_ns)
{
    double left = level_of(allowance, at_ns);
    int given = left < wanted ? (int)left : wanted;
    allowance->left -= given;
    return given;
}

/* The stream of which this is the next packet, or NULL. */
static tyndau_stream *next_of(const tyndau_line *line, const uint8_t *data)
{
    uint32_t ssrc = read32(data + 8);
    for (int n = 0; n < STREAMS; n++) {
        tyndau_stream *stream = line->streams[n];
        if (stream != NULL && stream->ssrc == ssrc && stream->valid)
            return ((stream->highest + 1) & 0xFFFF) == (data[2] << 8 | data[3]) ? stream : NULL;
    }
    return NULL;
}

enum judged { LEFT, GONE, PASSED };

/* Pass one datagram on if it is plain. */
static enum judged judge(const tyndau_seals *seals, tyndau_outbox *box, tyndau_line *line, uint8_t *data,
                         tyndau_arrival *out)
{
    tyndau_stream *stream;
    parsed view;
    int length = out->length;
    if (length < HEADER || length > MOST || data[0] >> 6 != 2 || (data[1] >= 192 && data[1] <= 223))
        return LEFT;
    stream = line != NULL && line->session != NULL ? next_of(line, data) : NULL;
    if (stream == NULL)
        return LEFT;
    if (!tyndau_allow(&line->packets, 1, out->arrival_ns) || !tyndau_allow(&line->bytes, length, out->arrival_ns))
        return GONE;
    if (seals->unprotect(line->session, data, &out->length) != 0)
        return GONE;
    line->received_bytes += (uint64_t)length;
    if (!parse(data, out->length, &view))
        return GONE;
    out->payload_at = (int)(view.payload - data);
    out->padding = view.padding;
    out->timestamp = view.timestamp;
    out->level = read_extensions(line, data, out->payload_at, out->arrival_ns);
    if (!stream->video && !tyndau_allow(&line->sounds, 1, out->arrival_ns))
        return GONE;
    if (stream->video == VP8)
        read_vp8(data, out->payload_at, out->length - view.padding, out);
    else if (stream->video == H264)
        read_h264(data, out->payload_at, out->length - view.padding, out);
    if (out->arrival_ns - line->told_ns > TELL_NS) {
        line->told_ns = out->arrival_ns;
        out->tells = 1;
    }
    out->key = stream->key;
    out->video = stream->video;
    out->number = ++stream->highest;
    out->unsettled = tyndau_forward(seals, box, stream->routes, stream->count, data, out->length, out->number,
                                    stream->ssrc, out->level, out->arrival_ns);
    return PASSED;
}

/* How long a datagram has waited in the kernel. */
static int64_t waited(struct msghdr *head, int64_t wall)
{
    for (struct cmsghdr *one = CMSG_FIRSTHDR(head); one != NULL; one = CMSG_NXTHDR(head, one)) {
        if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SCM_TIMESTAMPNS &&
            one->cmsg_len >= CMSG_LEN(sizeof(struct timespec))) {
            struct timespec then;
            int64_t span;
            memcpy(&then, CMSG_DATA(one), sizeof then);
            span = wall - ((int64_t)then.tv_sec * SECOND + then.tv_nsec);
            return span > 0 && span < SECOND ? span : 0;
        }
    }
    return 0;
}

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

/* Both clocks at one instant: what the scheduler takes between two readings would make packets older than they are. */
static void together(int64_t *wall, int64_t *steady)
{
    for (int tries = 0; tries < 4; tries++) {
        *steady = nanoseconds(CLOCK_MONOTONIC);
        *wall = nanoseconds(CLOCK_REALTIME);
        if (nanoseconds(CLOCK_MONOTONIC) - *steady < AT_ONCE_NS)
            return;
    }
}

int tyndau_intake_size(void)
{
    return (int)sizeof(tyndau_intake);
}

int tyndau_line_size(void)
{
    return (int)sizeof(tyndau_line);
}

static int64_t later(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

/* Whether a listener may go over to another stream with this packet. What came after it must wait for that. */
static int decides(enum judged judged, const tyndau_line *line, const tyndau_arrival *out, const uint8_t *data)
{
    if (judged == PASSED)
        return out->unsettled > 0 && (out->is_key || !out->video);
    return judged == LEFT && line != NULL && out->length >= HEADER && data[0] >> 6 == 2 &&
           !(data[1] >= 192 && data[1] <= 223);
}

/* Take what has come by this socket, pass on what is plain, and say how many arrivals Python should look at.
 *
 * Where all of it was plain and it ends within a picture, what goes out stays in the outbox: the picture's next packets
 * come at once, and go with it. Where Python has something to decide, and may send something itself, it leaves before. */
int tyndau_take(tyndau_intake *intake, const tyndau_seals *seals, tyndau_outbox *box, int fd, int64_t now_ns)
{
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    union {
        struct cmsghdr head;
        uint8_t room[CMSG_SPACE(sizeof(struct timespec))];
    } stamps[BATCH];
    int64_t begun = nanoseconds(CLOCK_MONOTONIC), steady, wall;
    int count, kept = 0, decided = 0, plain = 1, within = 0;
    memset(messages, 0, sizeof messages);
    for (int n = 0; n < BATCH; n++) {
        struct msghdr *head = &messages[n].msg_hdr;
        pieces[n] = (struct iovec){intake->data[n], ROOM};
        head->msg_name = intake->arrivals[n].address;
        head->msg_namelen = sizeof intake->arrivals[n].address;
        head->msg_iov = &pieces[n];
        head->msg_iovlen = 1;
        head->msg_control = &stamps[n];
        head->msg_controllen = sizeof stamps[n].room;
    }
    intake->taken = intake->dropped = 0;
    intake->waited_ns = 0;
    box->batch++;
    count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    if (count <= 0)
        return 0;
    together(&wall, &steady);
    now_ns += steady - begun;
    for (int n = 0; n < count; n++) {
        tyndau_arrival *out = &intake->arrivals[kept];
        int64_t span = waited(&messages[n].msg_hdr, wall);
        uint32_t address_length = messages[n].msg_hdr.msg_namelen;
        uint8_t address[sizeof out->address];
        tyndau_line *line;
        enum judged judged;
        intake->taken++;
        intake->waited_ns += span;
        if (messages[n].msg_len == 0 || messages[n].msg_len > MOST || messages[n].msg_hdr.msg_flags & MSG_TRUNC ||
            address_length > sizeof address) {
            intake->dropped++;
            continue;
        }
        memcpy(address, intake->arrivals[n].address, sizeof address);
        memset(out, 0, sizeof *out);
        memcpy(out->address, address, sizeof address);
        out->address_length = address_length;
        out->at = n * ROOM;
        out->length = (int32_t)messages[n].msg_len;
        out->arrival_ns = intake->last_ns = later(now_ns - span, intake->last_ns);
        out->temporal = -1;
        line = line_at(intake, address, address_length);
        judged = decided ? LEFT : judge(seals, box, line, intake->data[n], out);
        decided = decided || decides(judged, line, out, intake->data[n]);
        plain = plain && (judged == GONE || (judged == PASSED && out->unsettled == 0));
        if (judged == PASSED)
            within = out->video && !(intake->data[n][1] & 0x80);
        if (judged != GONE)
            kept++;
    }
    if (!plain || !within)
        tyndau_flush(box);
    return kept;
}
