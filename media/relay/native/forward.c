/* The relay's hot path: one packet of a source, rewritten and sealed for each listener, and put into the outbox.
 *
 * It decides nothing. Which routes exist, whether their gates are open and from which number on they carry is written
 * into them by Python; a route that does not carry this stream yet is only counted, and Python is asked. Everything
 * runs in the caller's thread, so libsrtp's sessions and the routes have one owner at a time and need no lock.
 *
 * The packet comes from outside: every length in it is checked before it is used.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "inner.h"

#ifndef TYNDAU_SOURCE
#define TYNDAU_SOURCE 0
#endif

enum { MOST_EXTENSION = 16, KEPT = 128, HISTORY = 2048 };

/* Header extension elements in the one-byte form (RFC 8285); how many bytes, head included. */
static int extensions(uint8_t *out, tyndau_route *route, int level, int64_t now_ns, int *sequence)
{
    int at = 4, words;
    tyndau_way *way = route->way;
    if (route->level_id && level >= 0) {
        out[at++] = (uint8_t)(route->level_id << 4);
        out[at++] = (uint8_t)level;
    }
    if (route->cc_id) {
        way->transport_sequence = (way->transport_sequence + 1) & 0xFFFF;
        *sequence = (int)way->transport_sequence;
        out[at++] = (uint8_t)(route->cc_id << 4 | 1);
        write16(out + at, way->transport_sequence);
        at += 2;
    } else if (route->abs_id) {
        uint64_t seconds = (uint64_t)now_ns / 1000000000u, rest = (uint64_t)now_ns % 1000000000u;
        uint32_t stamp = (uint32_t)(seconds << 18 | (rest << 18) / 1000000000u);
        out[at++] = (uint8_t)(route->abs_id << 4 | 2);
        out[at++] = (uint8_t)(stamp >> 16);
        write16(out + at, stamp & 0xFFFF);
        at += 2;
    }
    if (at == 4)
        return 0;
    words = (at - 4 + 3) / 4;
    while (at < 4 + 4 * words)
        out[at++] = 0;
    write16(out, 0xBEDE);
    write16(out + 2, (uint32_t)words);
    return at;
}

typedef struct {
    int32_t picture; /* -1 when absent */
    int32_t tl0;
} running;

/* Move the running numbers of a VP8 payload descriptor (RFC 7741) on, so that a decoder never notices another layer;
 * what they are now. */
static running shift_vp8(uint8_t *payload, int length, uint32_t picture, uint32_t tl0)
{
    running now = {-1, -1};
    int at = 2;
    uint8_t flags;
    if (length < 2 || !(payload[0] & 0x80))
        return now;
    flags = payload[1];
    if (flags & 0x80) {
        int wide;
        if (at >= length)
            return now;
        wide = payload[at] >> 7;
        if (at + wide >= length)
            return now;
        if (wide) {
            uint32_t number = ((uint32_t)(payload[at] & 0x7F) << 8 | payload[at + 1]) + picture;
            payload[at] = (uint8_t)(0x80 | (number >> 8 & 0x7F));
            payload[at + 1] = (uint8_t)number;
            now.picture = (int32_t)(number & 0x7FFF);
        } else {
            payload[at] = (uint8_t)((payload[at] + picture) & 0x7F);
            now.picture = payload[at];
        }
        at += 1 + wide;
    }
    if (flags & 0x40 && at < length) {
        payload[at] = (uint8_t)(payload[at] + tl0);
        now.tl0 = payload[at];
    }
    return now;
}

static void keep(tyndau_kept *kept, int64_t number, const uint8_t *data, int length)
{
    tyndau_kept *place = &kept[number & (KEPT - 1)];
    if (length > (int)sizeof place->data) {
        place->number = -1;
        return;
    }
    place->number = number;
    place->length = (uint16_t)length;
    memcpy(place->data, data, (size_t)length);
}

static void emit(const tyndau_seals *seals, tyndau_outbox *box, tyndau_route *route, const parsed *packet,
                 int64_t number, int level, int64_t now_ns)
{
    uint8_t *out;
    tyndau_way *way = route->way;
    int64_t sent_number = number + route->number_offset;
    uint32_t timestamp = packet->timestamp + route->time_offset;
    int length, sequence = -1;
    running now = {-1, -1};

    if (way == NULL || way->session == NULL || route->payload_type < 0)
        return;
    if (packet->length > ROOM - TRAILER - HEADER - MOST_EXTENSION)
        return;
    out = room(box);
    length = HEADER + extensions(out + HEADER, route, level, now_ns, &sequence);
    out[0] = (uint8_t)(0x80 | (length > HEADER ? 0x10 : 0) | (packet->padding ? 0x20 : 0));
    out[1] = (uint8_t)((packet->second & 0x80) | route->payload_type);
    write16(out + 2, (uint32_t)(sent_number & 0xFFFF));
    write32(out + 4, timestamp);
    write32(out + 8, route->ssrc);
    memcpy(out + length, packet->payload, (size_t)packet->length);
    if (route->vp8)
        now = shift_vp8(out + length, packet->length - packet->padding, route->picture_offset, route->tl0_offset);
    length += packet->length;

    if (seals->protect(way->session, out, &length) != 0 || length <= 0 || length > ROOM)
        return;
    if (sequence >= 0) {
        way->sent_ns[sequence & (HISTORY - 1)] = now_ns;
        way->sent_size[sequence & (HISTORY - 1)] = (uint16_t)length;
    }
    if (route->kept != NULL)
        keep(route->kept, sent_number, out, length);
    post(box, way, length);
    if (sent_number > route->last_number) {
        route->last_number = sent_number;
        route->last_time = timestamp;
        route->last_ns = now_ns;
        if (now.picture >= 0)
            route->last_picture = now.picture;
        if (now.tl0 >= 0)
            route->last_tl0 = now.tl0;
    }
    route->packets++;
    route->octets += (uint64_t)(packet->length - packet->padding);
    way->sent_bytes += (uint64_t)length;
    way->media_packets_sent++;
}

/* What this library was built from and how it lays things out: whoever loads it compares. */
int tyndau_source(void)
{
    return TYNDAU_SOURCE;
}

int tyndau_way_size(void)
{
    return (int)sizeof(tyndau_way);
}

int tyndau_route_size(void)
{
    return (int)sizeof(tyndau_route);
}

int tyndau_outbox_size(void)
{
    return (int)sizeof(tyndau_outbox);
}

/* Where datagrams of a way go from now on. An address that is none makes the way mute. */
int tyndau_aim(tyndau_way *way, int fd, const char *host, int port)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    memset(&four, 0, sizeof four);
    memset(&six, 0, sizeof six);
    way->fd = -1;
    way->address_length = 0;
    if (inet_pton(AF_INET, host, &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons((uint16_t)port);
        memcpy(way->address, &four, sizeof four);
        way->address_length = sizeof four;
    } else if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons((uint16_t)port);
        memcpy(way->address, &six, sizeof six);
        way->address_length = sizeof six;
    } else {
        return 0;
    }
    way->fd = fd;
    return 1;
}

/* Put one packet into the outbox for every route that carries its stream; how many open routes do not carry it (Python
 * decides about those), or -1 when this is no packet. */
int tyndau_forward(const tyndau_seals *seals, tyndau_outbox *box, tyndau_route **routes, int count,
                   const uint8_t *packet, int size, int64_t number, uint32_t stream, int level, int64_t now_ns)
{
    parsed view;
    int unsettled = 0;
    if (!parse(packet, size, &view))
        return -1;
    for (int index = 0; index < count; index++) {
        tyndau_route *route = routes[index];
        if (!route->open)
            continue;
        if (route->stream != stream || route->waiting || route->apart) {
            unsettled++;
            continue;
        }
        route->batch = box->batch;
        route->batch_stream = stream;
        if (number >= route->first)
            emit(seals, box, route, &view, number, level, now_ns);
    }
    return unsettled;
}
