/* What the C files share among themselves: an RTP packet as it is read, and the way into the outbox. */

#ifndef TYNDAU_INNER_H
#define TYNDAU_INNER_H

#include <stdint.h>

#include "forward.h"

enum { VP8 = 1, H264 = 2 };
enum { HEADER = 12, ROOM = 2048, TRAILER = 148, NOTED = 512 };

typedef struct {
    const uint8_t *payload;
    int length; /* padding included */
    int padding;
    uint8_t second; /* marker and payload type */
    uint32_t timestamp;
} parsed;

static inline uint32_t read32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void write16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void write32(uint8_t *at, uint32_t value)
{
    write16(at, value >> 16);
    write16(at + 2, value & 0xFFFF);
}

static inline int parse(const uint8_t *data, int size, parsed *out)
{
    int at, padding = 0;
    if (size < HEADER || size > ROOM || data[0] >> 6 != 2)
        return 0;
    at = HEADER + 4 * (data[0] & 15);
    if (data[0] & 0x10) {
        if (size < at + 4)
            return 0;
        at += 4 + 4 * (data[at + 2] << 8 | data[at + 3]);
    }
    if (size < at)
        return 0;
    if (data[0] & 0x20 && size > at)
        padding = data[size - 1];
    if (padding > size - at)
        return 0;
    out->payload = data + at;
    out->length = size - at;
    out->padding = padding;
    out->second = data[1];
    out->timestamp = read32(data + 4);
    return 1;
}

int read_extensions(tyndau_line *line, const uint8_t *data, int payload_at, int64_t arrival_ns);
void read_vp8(const uint8_t *data, int at, int end, tyndau_arrival *out);
void read_h264(const uint8_t *data, int at, int end, tyndau_arrival *out);

/* Where the next datagram may be written: ROOM bytes. Sends what waits when there is no place. */
uint8_t *room(tyndau_outbox *box);

/* What was written there goes this way with the next flush. */
void post(tyndau_outbox *box, tyndau_way *way, int length);

#endif
