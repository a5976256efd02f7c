/* What a packet says of itself beyond its head: header extensions, the VP8 payload descriptor, the type of an
 * H.264 unit.
 *
 * It comes from outside, if from somebody with the right key: every length is checked before it is used.
 */

#include <string.h>

#include "inner.h"

/* Header extension elements, in the one-byte and the two-byte form (RFC 8285): the transport sequence number is noted,
 * the audio level returned, or -1. A damaged tail is left out. */
int read_extensions(tyndau_line *line, const uint8_t *data, int payload_at, int64_t arrival_ns)
{
    int at = HEADER + 4 * (data[0] & 15), level = -1, is_short;
    uint32_t profile;
    if (!(data[0] & 0x10) || at + 4 > payload_at)
        return -1;
    profile = (uint32_t)data[at] << 8 | data[at + 1];
    is_short = profile == 0xBEDE;
    if (!is_short && (profile & 0xFFF0) != 0x1000)
        return -1;
    at += 4;
    while (at < payload_at) {
        int ident = data[at], length;
        if (ident == 0) {
            at++;
            continue;
        }
        if (is_short) {
            length = (ident & 15) + 1;
            ident >>= 4;
            at++;
        } else {
            if (at + 2 > payload_at)
                break;
            length = data[at + 1];
            at += 2;
        }
        if (at + length > payload_at || (is_short && ident == 15))
            break;
        if (ident == line->cc_id && length >= 2 && line->noted < NOTED) {
            line->numbers[line->noted] = (uint16_t)(data[at] << 8 | data[at + 1]);
            line->arrived_ns[line->noted++] = arrival_ns;
        } else if (ident == line->level_id && length >= 1) {
            level = data[at];
        }
        at += length;
    }
    return level;
}

/* What a picture says of itself before its payload (RFC 7741 4.2); what is cut short says less. */
void read_vp8(const uint8_t *data, int at, int end, tyndau_arrival *out)
{
    static const uint8_t start[] = {0x9d, 0x01, 0x2a};
    int first, flags;
    if (at >= end)
        return;
    first = data[at++];
    if (first & 0x80) {
        if (at >= end)
            return;
        flags = data[at++];
        if (flags & 0x80) {
            int wide = at < end && data[at] & 0x80;
            if (at + (wide ? 1 : 0) >= end)
                return;
            at += wide ? 2 : 1;
        }
        if (flags & 0x40) {
            if (at >= end)
                return;
            at++;
        }
        if (flags & 0x30) {
            if (at >= end)
                return;
            if (flags & 0x20)
                out->temporal = data[at] >> 6;
            at++;
        }
    }
    if (first & 0x10 && !(first & 7) && at < end) {
        out->is_key = !(data[at] & 1);
        if (out->is_key && at + 8 <= end && memcmp(data + at + 3, start, sizeof start) == 0)
            out->width = data[at + 6] | (data[at + 7] & 0x3F) << 8;
    }
}

/* Whether an H.264 stream can be begun here (RFC 6184): with the sequence parameter set before a keyframe. */
void read_h264(const uint8_t *data, int at, int end, tyndau_arrival *out)
{
    enum { SEQUENCE_SET = 7, STAP_A = 24, FU_A = 28 };
    int kind;
    if (at >= end)
        return;
    kind = data[at++] & 31;
    if (kind == SEQUENCE_SET)
        out->is_key = 1;
    else if (kind == FU_A && at < end)
        out->is_key = (data[at] & 0x9F) == (0x80 | SEQUENCE_SET);
    else if (kind == STAP_A)
        for (; at + 2 < end && !out->is_key; at += 2 + (data[at] << 8 | data[at + 1]))
            out->is_key = (data[at + 2] & 31) == SEQUENCE_SET;
}
