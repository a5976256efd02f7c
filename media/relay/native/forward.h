/* What Python and C share. Read by cffi as it is: no preprocessor here. */

typedef struct {
    void *session;              /* libsrtp's, for what goes out; NULL before the handshake and after the end */
    int32_t fd;
    uint32_t address_length;
    uint8_t address[28];        /* sockaddr_in or sockaddr_in6 */
    uint32_t transport_sequence;
    uint64_t sent_bytes;
    uint64_t media_packets_sent;
    uint64_t turn;              /* of the outbox, in which something for this way was last put into it */
    int32_t last;               /* where that lies */
    int64_t sent_ns[2048];      /* by transport sequence: when, and how much */
    uint16_t sent_size[2048];
} tyndau_way;

typedef struct {
    int64_t number;
    uint16_t length;
    uint8_t data[454];
} tyndau_kept;

typedef struct {
    tyndau_way *way;
    tyndau_kept *kept;          /* 128 places, or NULL where RTX repairs */
    int64_t first;
    int64_t number_offset;
    int64_t last_number;
    int64_t last_ns;
    uint64_t packets;
    uint64_t octets;
    uint32_t ssrc;
    uint32_t stream;
    uint32_t time_offset;
    uint32_t last_time;
    uint32_t picture_offset;
    uint32_t tl0_offset;
    int32_t last_picture;       /* of VP8, as sent; -1 when there was none */
    int32_t last_tl0;
    int32_t payload_type;
    uint8_t level_id;
    uint8_t abs_id;
    uint8_t cc_id;
    uint8_t open;
    uint8_t waiting;
    uint8_t apart;              /* Python sends this route's packets itself */
    uint8_t vp8;                /* what it carries has a VP8 descriptor */
} tyndau_route;

typedef struct {
    int32_t fd;
    uint32_t address_length;
    uint8_t address[28];
    int32_t length;
    int32_t first;              /* whether nothing else that waits here goes the same way before it */
    int32_t next;               /* what goes the same way after it, or -1 */
    uint8_t data[2048];
} tyndau_parcel;

typedef struct {
    uint64_t turn;
    uint64_t unsent;
    int32_t held;
    int32_t in_runs;            /* the system takes several datagrams as one */
    tyndau_parcel parcels[256];
} tyndau_outbox;

typedef struct {
    int (*protect)(void *session, void *packet, int *length);
} tyndau_seals;

int tyndau_source(void);
int tyndau_way_size(void);
int tyndau_route_size(void);
int tyndau_aim(tyndau_way *way, int fd, const char *host, int port);
int tyndau_outbox_size(void);
void tyndau_flush(tyndau_outbox *box);
int tyndau_forward(const tyndau_seals *seals, tyndau_outbox *box, tyndau_route **routes, int count,
                   const uint8_t *packet, int size, int64_t number, uint32_t stream, int level, int64_t now_ns);
