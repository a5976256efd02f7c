/* Fuzzes the native forwarder: whatever packet comes, over whatever routes, nothing outside its buffers is touched and
 * what goes out is a packet of that route. Built with address and undefined-behaviour sanitizers (`make fuzz`).
 *
 * Input: 16 bytes that set up three routes, then the packet. The seal is a stand-in that adds a 16-byte trailer, as
 * AES-GCM does, and judges what it is given.
 */

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>

#include "../../media/relay/native/forward.c"
#include "../../media/relay/native/outbox.c"

enum { ROUTES = 3, SETUP = 16, TAG = 16 };

static tyndau_route routes[ROUTES];

static void must(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static int seal(void *session, void *packet, int *length)
{
    const tyndau_route *route = session;
    uint8_t *data = packet;
    parsed view;
    must(*length >= HEADER && *length + TRAILER <= ROOM, "room for a trailer");
    must(parse(data, *length, &view), "what goes out is a packet");
    must(read32(data + 8) == route->ssrc, "its SSRC is the route's");
    must((data[1] & 0x7F) == route->payload_type, "its payload type is the route's");
    must(route->open && !route->waiting && !route->apart, "its gate is open");
    if (route->octets == 13)
        return 1;
    memset(data + *length, 0xA5, TAG);
    *length += TAG;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static tyndau_way ways[ROUTES];
    static tyndau_kept kept[KEPT];
    static const tyndau_seals seals = {seal, NULL};
    static tyndau_outbox box;
    tyndau_route *all[ROUTES];
    uint8_t *packet;
    uint32_t stream;
    int unsettled, refused = 0;
    if (size < SETUP)
        return 0;
    stream = read32(data);
    for (int n = 0; n < ROUTES; n++) {
        uint8_t flags = data[4 + n];
        tyndau_route *route = all[n] = &routes[n];
        memset(route, 0, sizeof *route);
        ways[n].fd = -1;
        ways[n].session = flags & 1 ? route : NULL;
        route->way = flags & 2 ? &ways[n] : NULL;
        route->kept = flags & 4 ? kept : NULL;
        route->open = flags & 8 ? 1 : 0;
        route->waiting = flags & 16 ? 1 : 0;
        route->stream = flags & 32 ? stream : stream + 1;
        route->apart = flags & 64 ? 1 : 0;
        route->payload_type = flags & 128 ? data[8] & 0x7F : -1;
        route->ssrc = 0x01020304u * (uint32_t)(n + 1);
        route->level_id = data[9] & 15;
        route->abs_id = data[10] & 15;
        route->cc_id = data[11] & 15;
        route->vp8 = data[12] & 1;
        route->last_picture = route->last_tl0 = -1;
        route->picture_offset = data[12];
        route->tl0_offset = data[13];
        route->number_offset = (int64_t)data[14] * 65536 - data[15];
        route->last_number = data[7];
        refused += route->open && (route->stream != stream || route->waiting || route->apart);
    }
    size -= SETUP;
    packet = malloc(size ? size : 1);
    if (packet == NULL)
        return 0;
    memcpy(packet, data + SETUP, size);
    unsettled = tyndau_forward(&seals, &box, all, ROUTES, packet, (int)size, data[7] * 300, stream, (int)data[9] - 1,
                               (int64_t)stream * 1000000007);
    tyndau_flush(&box);
    must(unsettled == -1 || unsettled == refused, "unsettled routes are counted");
    for (int n = 0; n < ROUTES; n++) {
        must(routes[n].packets == 0 || routes[n].open, "nothing passes a closed gate");
        must(routes[n].last_picture >= -1 && routes[n].last_picture <= 0x7FFF, "a picture id has 15 bits");
        must(routes[n].last_tl0 >= -1 && routes[n].last_tl0 <= 0xFF, "a TL0PICIDX has 8 bits");
    }
    free(packet);
    return 0;
}
